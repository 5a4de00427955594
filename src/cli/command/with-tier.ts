import { checkMigrated } from '../../store/migrate.js';
import { openTier, type Tier, type TierOptions } from '../../tier.js';
import type { CommandContext } from './command.js';
import { CommandFailedError } from './command-error.js';
import { expectStore } from './existing-store.js';
import { noteProject } from './project-note.js';
import { tierOptions } from './settings.js';
import { findStaleTotals } from './stale-totals.js';
import { waitingNote } from './waiting-note.js';

/** Settings of `withTier`. */
interface WithTierOptions extends Pick<TierOptions, 'connections'> {
  /** Whether the store may have other tables than this version's. Defaults to false. */
  readonly any_version?: boolean;
  /** Whether an embedded store that does not exist is created. Defaults to false. */
  readonly may_create?: boolean;
}

/**
 * Opens the tier that the settings name, checks that the store exists and has the tables of this version, does the work,
 * and closes the tier even if the work fails.
 */
export async function withTier<T>(
  { settings }: CommandContext,
  role: string,
  work: (tier: Tier) => Promise<T>,
  { any_version = false, may_create = false, ...options }: WithTierOptions = {},
): Promise<T> {
  if (!may_create) expectStore(settings);
  const tier = await openTier({ ...tierOptions(settings, role), ...options });
  try {
    // An embedded store is checked, or migrated, when it is opened.
    if (!any_version && tier.name !== 'embedded') await checkMigrated(tier.database);
    return await work(tier);
  } finally {
    await tier.close();
  }
}

/**
 * `withTier` for a command that reads: notes at the end report an unknown project, stale totals, and events that wait
 * to be folded.
 */
export async function withStore<T>(
  context: CommandContext,
  role: string,
  work: (tier: Tier) => Promise<T>,
  options: WithTierOptions = {},
): Promise<T> {
  const noteWaiting = async (tier: Tier) => {
    const note = await waitingNote(tier);
    if (note !== undefined) context.terminal.note(note);
  };
  const read = async (tier: Tier) => {
    const result = await work(tier).catch(async (error: unknown) => {
      // What the command did not find may wait on the queue.
      if (error instanceof CommandFailedError) await noteWaiting(tier);
      throw error;
    });
    await noteProject(context, tier.database);
    const stale = await findStaleTotals(tier.database);
    if (stale !== undefined) context.terminal.note(stale.text);
    await noteWaiting(tier);
    return result;
  };
  return withTier(context, role, read, options);
}
