import type { Correction } from '../../corrections/correction.js';
import { foldCorrection, type MakeCorrection } from '../../corrections/fold-correction.js';
import { checkMigrated } from '../../store/migrate.js';
import type { CommandContext } from '../command/command.js';
import { expectStore } from '../command/existing-store.js';
import { withStore } from '../command/with-tier.js';
import { withRunfold } from './with-runfold.js';

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
  const { project } = context.settings;
  expectStore(context.settings);
  return withRunfold(context, { role, worker: true }, ({ database, producer }) =>
    foldCorrection(database, make, {
      project,
      async send(event) {
        producer.emit(event);
        await producer.flush();
      },
    }),
  );
}
