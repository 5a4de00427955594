import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { WrittenBatch } from '../../append/written-batch.js';
import { createProducer, type Producer } from '../../ingest/producer.js';
import type { LogStore } from '../../logs/log-batch.js';
import { openPriceBook } from '../../pricing/price-book.js';
import { type JobQueues, openJobQueues } from '../../queue/job-queues.js';
import { openRunfold } from '../../runfold.js';
import { checkMigrated } from '../../store/migrate.js';
import type { Tier } from '../../tier.js';
import type { RunningWorker } from '../../worker/open-worker.js';
import { checkQueue, checkRedis, openJobs, waitUntilWorkedOff } from '../actions/queue-progress.js';
import type { CommandContext } from '../command/command.js';
import { tierOptions } from '../command/settings.js';

/** How long a command waits at its end until its events are folded. */
const lastFoldMs = 15_000;

/** A store that receives logs. */
export interface OpenLogStore extends LogStore {
  readonly tier: Tier;
  /** The worker that folds the events, if this process has one. */
  readonly worker: RunningWorker | undefined;
  close(options?: { readonly timeout_ms?: number }): Promise<void>;
}

/** Reading pauses when the queue has this number of jobs. */
const jobsAhead = 400;

/**
 * Opens the store that the settings name. Messages that were read before are compared with the log, so this
 * process folds its own events on every tier and never waits for another worker.
 */
export async function openLogStore(
  { settings, log }: CommandContext,
  role: string,
  signal: AbortSignal,
  on_batch?: (batch: WrittenBatch) => void,
): Promise<OpenLogStore> {
  await checkRedis(settings);
  const { project } = settings;
  const runfold = await openRunfold({
    ...tierOptions(settings, role),
    project,
    worker: true,
    on_batch,
    log,
  });
  try {
    await checkMigrated(runfold.database);
    const { tier, producer, worker } = runfold;
    return await storeOn({
      tier,
      worker,
      producer,
      project,
      log,
      signal,
      close: runfold.close,
      folds: true,
    });
  } catch (error) {
    await runfold.close({ timeout_ms: 1_000 }).catch(() => undefined);
    throw error;
  }
}

/** The same for an open tier with a worker. The tier stays open. */
export async function openLogStoreOn(
  tier: Tier,
  { settings, log }: CommandContext,
  signal: AbortSignal,
): Promise<OpenLogStore> {
  const { project } = settings;
  const producer = await createProducer({
    queue: tier.queue,
    project,
    on_error: (error) => log.warn({ err: error }, 'queue unavailable; events stay buffered'),
  });
  return await storeOn({ tier, producer, project, log, signal, close: producer.close });
}

async function storeOn(options: {
  readonly tier: Tier;
  readonly worker?: RunningWorker | undefined;
  readonly producer: Producer;
  readonly project: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly close: Producer['close'];
  /** Whether this process folds its events itself: then they are folded before it ends. */
  readonly folds?: boolean;
}): Promise<OpenLogStore> {
  const { tier, producer, project, log, signal } = options;
  const { database } = tier;
  const queue = await openJobQueues(tier.queue, {
    onError: (error) => log.debug({ err: error }, 'queue'),
  });
  try {
    await checkQueue(queue);
  } catch (error) {
    await queue.close();
    throw error;
  }
  return {
    tier,
    worker: options.worker,
    database,
    producer,
    project,
    book: openPriceBook(database),
    folded: () => waitUntilWorkedOff(queue, signal),
    async room() {
      while (!signal.aborted && (await openJobs(queue)) > jobsAhead) await pause(20);
    },
    async close(how) {
      if (options.folds === true) await foldSent(producer, queue, log);
      await queue.close();
      await options.close(how);
    },
  };
}

/** Folds what was sent, for a limited time: on an embedded store there may be no other worker. */
async function foldSent(producer: Producer, queue: JobQueues, log: Logger): Promise<void> {
  try {
    await producer.flush({ timeout_ms: 5_000 });
    await waitUntilWorkedOff(queue, AbortSignal.timeout(lastFoldMs));
  } catch (error) {
    log.warn({ err: error }, 'what was read is on the queue; the next worker folds it');
  }
}
