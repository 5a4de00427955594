import { setTimeout as pause } from 'node:timers/promises';
import type { LogStore } from '../../logs/log-batch.js';
import { openPriceBook } from '../../pricing/price-book.js';
import { openQueue } from '../../queue/open-queue.js';
import { openRunfold } from '../../runfold.js';
import { checkMigrated } from '../../store/migrate.js';
import { checkQueue, checkRedis, openJobs, waitUntilWorkedOff } from '../actions/queue-progress.js';
import type { CommandContext } from '../command/command.js';
import { tierOptions } from '../command/settings.js';

/** A store that logs are read into, with a worker that folds them. */
export interface OpenLogStore extends LogStore {
  close(options?: { readonly timeout_ms?: number }): Promise<void>;
}

/** Jobs the queue may hold before reading pauses. */
const jobsAhead = 400;

/**
 * Opens the store that the settings name. What was read before is compared with the log, so this
 * process folds its own events on every tier: it never waits for a worker that is not there.
 */
export async function openLogStore(
  { settings, log }: CommandContext,
  role: string,
  signal: AbortSignal,
): Promise<OpenLogStore> {
  await checkRedis(settings);
  const runfold = await openRunfold({
    ...tierOptions(settings, role),
    project: settings.project,
    worker: true,
    log,
  });
  const queue = await openQueue(runfold.tier.queue, {
    onError: (error) => log.debug({ err: error }, 'queue'),
  });
  try {
    await checkMigrated(runfold.database);
    await checkQueue(queue);
    const book = openPriceBook(runfold.database);
    return {
      database: runfold.database,
      producer: runfold.producer,
      project: settings.project,
      book,
      folded: () => waitUntilWorkedOff(queue, signal),
      async room() {
        while (!signal.aborted && (await openJobs(queue)) > jobsAhead) await pause(20);
      },
      async close(options) {
        await queue.close();
        await runfold.close(options);
      },
    };
  } catch (error) {
    await Promise.allSettled([queue.close(), runfold.close({ timeout_ms: 1_000 })]);
    throw error;
  }
}
