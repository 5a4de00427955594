import type { Correction } from '../../corrections/correction.js';
import { foldCorrection, type MakeCorrection } from '../../corrections/fold-correction.js';
import { openRunfold } from '../../runfold.js';
import { checkMigrated } from '../../store/migrate.js';
import type { CommandContext } from '../command/command.js';
import { expectStore } from '../command/existing-store.js';
import { tierOptions } from '../command/settings.js';
import { withStore } from '../command/with-tier.js';
import { checkRedis } from './queue-progress.js';

/** Options for applying a correction. */
export interface ApplyOptions {
  readonly role: string;
  readonly isDryRun: boolean;
}

/**
 * Sends a correction through queue and worker, and returns it once it is folded; undefined if there was
 * nothing to correct.
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
    const { database, producer } = runfold;
    await checkMigrated(database);
    return await foldCorrection(database, make, {
      project,
      async send(event) {
        producer.emit(event);
        await producer.flush();
      },
    });
  } finally {
    await runfold.close();
  }
}
