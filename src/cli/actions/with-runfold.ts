import { openRunfoldOn, type Runfold, type RunfoldOptions } from '../../runfold.js';
import type { CommandContext } from '../command/command.js';
import { failedClosingMs, openCheckedTier } from './open-checked-tier.js';

/** Opens a producer, and a worker if `worker` or the tier says so, does the work, and closes everything. */
export async function withRunfold<T>(
  context: CommandContext,
  { role, worker }: { readonly role: string } & Pick<RunfoldOptions, 'worker'>,
  work: (runfold: Runfold) => Promise<T>,
): Promise<T> {
  const { settings, log } = context;
  const tier = await openCheckedTier(context, role);
  const runfold = await openRunfoldOn(tier, { project: settings.project, worker, log });
  let result: T;
  try {
    result = await work(runfold);
  } catch (error) {
    // The first error is the one to report, and an unavailable server must not delay it.
    await runfold.close({ timeout_ms: failedClosingMs }).catch(() => undefined);
    throw error;
  }
  await runfold.close();
  return result;
}
