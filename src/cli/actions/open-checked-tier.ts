import type { Database } from '../../postgres/database.js';
import { checkMigrated } from '../../store/migrate.js';
import { openTier, type Tier } from '../../tier.js';
import type { CommandContext } from '../command/command.js';
import { tierOptions } from '../command/settings.js';
import { checkRedis } from './queue-progress.js';

/** How long closing may take after an error, in milliseconds. */
export const failedClosingMs = 1_000;

/**
 * Opens the tier that the settings name, and checks it before there is a worker on it: a worker waits for a server that
 * is unavailable or frozen, logs that, and would delay the error of the command.
 */
export async function openCheckedTier(
  { settings }: CommandContext,
  role: string,
  check: (database: Database) => Promise<void> = checkMigrated,
): Promise<Tier> {
  await checkRedis(settings);
  const tier = await openTier(tierOptions(settings, role));
  try {
    await check(tier.database);
    return tier;
  } catch (error) {
    await tier.close();
    throw error;
  }
}
