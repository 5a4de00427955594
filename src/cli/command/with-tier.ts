import { isProject } from '../../store/projects.js';
import { openTier, type Tier, type TierOptions } from '../../tier.js';
import type { CommandContext } from './command.js';
import { expectStore } from './existing-store.js';
import { tierOptions } from './settings.js';
import { findStaleTotals } from './stale-totals.js';
import { waitingNote } from './waiting-note.js';

/** Opens the tier that the settings name, does the work, and closes the tier even if the work fails. */
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

/**
 * `withTier` for a command that reads: the store must exist, and notes at the end report an unknown project,
 * stale totals, and events that wait to be folded.
 */
export async function withStore<T>(
  context: CommandContext,
  role: string,
  work: (tier: Tier) => Promise<T>,
  options: Pick<TierOptions, 'connections'> = {},
): Promise<T> {
  expectStore(context.settings);
  const { project } = context.settings;
  const read = async (tier: Tier) => {
    const result = await work(tier);
    if (project !== 1 && !(await isProject(tier.database, project))) {
      context.terminal.note(
        `Project ${project} was not created and has no events: see "runfold projects list".`,
      );
    }
    const stale = await findStaleTotals(tier.database);
    if (stale !== undefined) context.terminal.note(stale.text);
    const note = await waitingNote(tier);
    if (note !== undefined) context.terminal.note(note);
    return result;
  };
  return withTier(context, role, read, options);
}
