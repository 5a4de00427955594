import { openTier, type Tier, type TierOptions } from '../../tier.js';
import type { CommandContext } from './command.js';
import { tierOptions } from './settings.js';

/** Opens the tier that the settings name, does the work, and closes it whatever came of it. */
export async function withTier<T>(
  { settings }: CommandContext,
  role: string,
  work: (tier: Tier) => Promise<T>,
  options: Pick<TierOptions, 'connections'> = {},
): Promise<T> {
  const tier = await openTier({ ...tierOptions(settings, role), ...options });
  try {
    return await work(tier);
  } finally {
    await tier.close();
  }
}
