import type { Logger } from 'pino';
import type { WrittenBatch } from '../../append/written-batch.js';
import { quietReport } from '../../environment/quiet-report.js';
import { createProducer, type Producer } from '../../ingest/producer.js';
import { areRead } from '../../logs/changed-logs.js';
import type { FoundLog } from '../../logs/files/find-logs.js';
import type { LogStore } from '../../logs/log-batch.js';
import { openPriceBook } from '../../pricing/price-book.js';
import { type JobQueues, openJobQueues } from '../../queue/job-queues.js';
import type { Tier } from '../../tier.js';
import type { RunningWorker } from '../../worker/open-worker.js';
import { flushEvents } from '../actions/flush-events.js';
import { failedClosingMs, openCheckedTier } from '../actions/open-checked-tier.js';
import {
  checkQueue,
  openJobs,
  waitForRoom,
  waitUntilWorkedOff,
} from '../actions/queue-progress.js';
import type { CommandContext } from '../command/command.js';

/** How long a command waits at its end until its events are folded. */
const lastFoldMs = 15_000;

/** A store that receives logs. */
export interface OpenLogStore extends LogStore {
  readonly tier: Tier;
  /** The worker that folds the events, if this process has one. */
  readonly worker: RunningWorker | undefined;
  close(options?: { readonly timeout_ms?: number }): Promise<void>;
}

/**
 * Opens the store that the settings name. Messages that were read before are compared with the log, so this
 * process folds its own events on every tier and never waits for another worker.
 */
export async function openLogStore(
  context: CommandContext,
  role: string,
  signal: AbortSignal,
  on_batch?: (batch: WrittenBatch) => void,
): Promise<OpenLogStore> {
  const tier = await openCheckedTier(context, role);
  return await openOn(tier, context, signal, on_batch);
}

/**
 * The same, but undefined if every log was read already and no event waits on the queue. Then neither
 * the worker nor the producer is opened, which takes longer than to open the store.
 */
export async function openLogStoreToRead(
  context: CommandContext,
  role: string,
  logs: readonly FoundLog[],
  signal: AbortSignal,
): Promise<OpenLogStore | undefined> {
  const tier = await openCheckedTier(context, role);
  let hasWork: boolean;
  try {
    const { database } = tier;
    const { project } = context.settings;
    hasWork = !(await areRead(logs, { database, project })) || (await hasJobs(tier, context));
  } catch (error) {
    await tier.close();
    throw error;
  }
  if (hasWork) return await openOn(tier, context, signal);
  await tier.close();
  return undefined;
}

/** Whether events wait on the queue, or are being folded. */
async function hasJobs(tier: Tier, { log }: CommandContext): Promise<boolean> {
  const queue = await openQueue(tier, log);
  try {
    // A job that is taken between the counts of two states is in neither; a second count has it.
    return (await openJobs(queue)) > 0 || (await openJobs(queue)) > 0;
  } finally {
    await queue.close();
  }
}

async function openOn(
  tier: Tier,
  { settings: { project }, log }: CommandContext,
  signal: AbortSignal,
  on_batch?: (batch: WrittenBatch) => void,
): Promise<OpenLogStore> {
  // Loading the worker takes longer than to see that nothing is new.
  const { openRunfoldOn } = await import('../../runfold.js');
  const runfold = await openRunfoldOn(tier, { project, worker: true, on_batch, log });
  try {
    const { producer, worker, close } = runfold;
    return await storeOn({ tier, worker, producer, project, log, signal, close, folds: true });
  } catch (error) {
    await runfold.close({ timeout_ms: failedClosingMs }).catch(() => undefined);
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
    on_error: quietReport((err, repeated) =>
      log.warn({ err, repeated }, 'queue unavailable; events stay buffered'),
    ),
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
  const queue = await openQueue(tier, log);
  return {
    tier,
    worker: options.worker,
    database,
    producer: { ...producer, flush: () => flushEvents(producer, signal) },
    project,
    book: openPriceBook(database),
    folded: () => waitUntilWorkedOff(queue, signal),
    room: () => waitForRoom(queue, signal),
    async close(how) {
      const isDone = options.folds !== true || (await foldSent(producer, queue, log));
      await queue.close();
      // A server that did not respond in that time would take all of the time again.
      await options.close(isDone ? how : { timeout_ms: 1_000 });
    },
  };
}

/** Opens the queue of a tier. @throws CommandFailedError */
async function openQueue(tier: Tier, log: Logger): Promise<JobQueues> {
  const queue = await openJobQueues(tier.queue, {
    onError: (error) => log.debug({ err: error }, 'queue'),
  });
  try {
    await checkQueue(queue);
    return queue;
  } catch (error) {
    await queue.close();
    throw error;
  }
}

/** Folds what was sent, for a limited time: on an embedded store there may be no other worker. Returns whether it did. */
async function foldSent(producer: Producer, queue: JobQueues, log: Logger): Promise<boolean> {
  try {
    await producer.flush({ timeout_ms: 5_000 });
    await waitUntilWorkedOff(queue, AbortSignal.timeout(lastFoldMs));
    return true;
  } catch (error) {
    log.warn(
      { err: error },
      'not everything that was read is folded; the next worker, or the next reading, does it',
    );
    return false;
  }
}
