import { isDeepStrictEqual } from 'node:util';
import { getEvent } from '../../corrections/corrected-event.js';
import type { Correction } from '../../corrections/correction.js';
import type { Database } from '../../postgres/database.js';
import { waitUntilFolded } from '../../query/wait-until-folded.js';
import { openRunfold, type Runfold } from '../../runfold.js';
import { checkMigrated } from '../../store/migrate.js';
import type { CommandContext } from '../command/command.js';
import { CommandFailedError } from '../command/command-error.js';
import { expectStore } from '../command/existing-store.js';
import { tierOptions } from '../command/settings.js';
import { withStore } from '../command/with-tier.js';
import { checkRedis } from './queue-progress.js';

/** Makes a correction from what is in the store; undefined if there is nothing to correct. */
export type MakeCorrection = (database: Database) => Promise<Correction | undefined>;

/** Options for applying a correction. */
export interface ApplyOptions {
  readonly role: string;
  readonly isDryRun: boolean;
}

/** How often another correction may come first before this command gives up. */
const attempts = 5;

/**
 * Sends a correction through queue and worker, and returns it once it is folded; undefined if there was
 * nothing to correct. If another correction of the same event came first, the log refuses this one, and
 * a new one is made from what is then in the store.
 */
export async function applyCorrection(
  context: CommandContext,
  make: MakeCorrection,
  { role, isDryRun }: ApplyOptions,
): Promise<Correction | undefined> {
  if (isDryRun) {
    return withStore(context, role, async ({ database }) => {
      await checkMigrated(database);
      return make(database);
    });
  }
  const { settings, log } = context;
  expectStore(settings);
  await checkRedis(settings);
  const { project } = settings;
  const runfold = await openRunfold({ ...tierOptions(settings, role), project, worker: true, log });
  try {
    await checkMigrated(runfold.database);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const correction = await make(runfold.database);
      if (correction === undefined || (await send(runfold, correction, project))) return correction;
    }
  } finally {
    await runfold.close();
  }
  throw new CommandFailedError(
    'Other processes corrected the same event at the same time. Run the command again.',
  );
}

/** Whether the log has this correction, and not another one with the same id. */
async function send(
  { database, producer }: Runfold,
  { event }: Correction,
  project: number,
): Promise<boolean> {
  const { id, session_id } = event;
  producer.emit(event);
  await producer.flush();
  await waitUntilFolded(database, [{ project, session_id, id }]);
  const stored = await getEvent(database, { project, session_id, id });
  return isDeepStrictEqual(stored?.metrics, event.metrics);
}
