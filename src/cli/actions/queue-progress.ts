import { setTimeout as pause } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import type { Config } from '../../environment/config.js';
import { untilSignal, within } from '../../environment/within.js';
import type { JobQueues } from '../../queue/job-queues.js';
import { findOutage } from '../../queue/open-queue.js';
import { QueueConnectionError } from '../../queue/queue-errors.js';
import { CommandFailedError } from '../command/command-error.js';

/** Unfinished jobs on all queues. */
export async function openJobs(queues: JobQueues): Promise<number> {
  const counts = await Promise.all((await queues.all()).map(openOn));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function openOn(queue: Queue): Promise<number> {
  const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** If this process folds the jobs itself, it adds no more while the queue has this number of them. */
const jobsAhead = 400;

/** Waits until the queue has room for more jobs, or until the signal. @throws CommandFailedError if it is silent */
export async function waitForRoom(queues: JobQueues, signal: AbortSignal): Promise<void> {
  try {
    while ((await heard(untilSignal(openJobs(queues), signal), patienceMs)) > jobsAhead)
      await pause(20, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/**
 * Checks that the queue's Redis, if there is one, responds before any work starts. A one-time command
 * does not wait for it.
 * @throws QueueConnectionError
 */
export async function checkRedis({ redis_url }: Config): Promise<void> {
  if (redis_url === undefined) return;
  const outage = await findOutage({ kind: 'redis', url: redis_url });
  if (outage !== undefined) throw outage;
}

/**
 * Checks that the queue can be used before any work starts.
 * @throws QueueConnectionError if Postgres lacks its tables
 * @throws CommandFailedError
 */
export async function checkQueue(queues: JobQueues): Promise<void> {
  try {
    await heard(openJobs(queues), patienceMs);
  } catch (error) {
    if (error instanceof QueueConnectionError || error instanceof CommandFailedError) throw error;
    const reason = error instanceof Error ? error.message || error.name : String(error);
    throw new CommandFailedError(`Cannot use the queue: ${reason}.`);
  }
}

/** How often the queue is polled, in milliseconds. */
const interval = 25;
/** A queue that is silent for longer is given up, in milliseconds: a frozen Redis would never respond. */
const patienceMs = 30_000;

/** Waits for a response of the queue. @throws CommandFailedError if there is none in time */
const heard = <T>(response: Promise<T>, ms: number) =>
  within(
    ms,
    response,
    () =>
      new CommandFailedError(
        `The queue has not responded for ${ms / 1000} s. It keeps the events that it has; see "runfold status".`,
      ),
  );

/**
 * Resolves when every job that is on a queue now is done, ignoring jobs that are added later.
 * @throws CommandFailedError if a queue does not respond for `patience_ms`, by default 30,000
 */
export async function waitUntilWorkedOff(
  queues: JobQueues,
  signal: AbortSignal,
  { patience_ms = patienceMs } = {},
): Promise<void> {
  const patient = <T>(response: Promise<T>) => heard(untilSignal(response, signal), patience_ms);
  const all = await patient(queues.all());
  await Promise.all(all.map((queue) => waitUntilEmptied(queue, signal, patient)));
}

/** Waits for a response of the queue, for a limited time. */
type Patient = <T>(response: Promise<T>) => Promise<T>;

/**
 * The queue is first in, first out: once the newest job has left it, all older ones are done or in
 * flight, and those in flight are checked one by one.
 */
async function waitUntilEmptied(
  queue: Queue,
  signal: AbortSignal,
  patient: Patient,
): Promise<void> {
  const [newest] = await patient(queue.getJobs(['waiting'], 0, 0, false));
  while (!(await patient(isEmpty(queue)))) {
    if (newest?.id === undefined || !(await patient(isWaiting(queue, newest.id)))) {
      // In this order: a job that is taken between the two calls is in the second list, or in both.
      const late = newest === undefined ? [] : await patient(oldestWaiting(queue));
      const inHand = await patient(queue.getJobs(['active', 'delayed'], 0, -1));
      for (const job of [...inHand, ...late]) await waitUntilDone(queue, job?.id, signal, patient);
      return;
    }
    await pause(interval, undefined, { signal });
  }
}

/**
 * Whether no job is unfinished. The states are counted one after another, so a job that is taken in between
 * may be in neither count; a second count sees it in flight.
 */
async function isEmpty(queue: Queue): Promise<boolean> {
  return (await openOn(queue)) === 0 && (await openOn(queue)) === 0;
}

/**
 * Older jobs may still wait although a newer one does not. On Postgres, workers take jobs in
 * separate transactions: a job stays visible as waiting until the transaction that took it commits.
 */
const oldestWaiting = (queue: Queue) => queue.getJobs(['waiting'], 0, mostTaken - 1, true);

/** More jobs than all workers take at the same time. */
const mostTaken = 1_000;

async function waitUntilDone(
  queue: Queue,
  id: string | undefined,
  signal: AbortSignal,
  patient: Patient,
) {
  while (id !== undefined) {
    const state = await patient(queue.getJobState(id));
    // A completed job is removed; its state is then unknown.
    if (state === 'unknown' || state === 'completed' || state === 'failed') return;
    await pause(interval, undefined, { signal });
  }
}

async function isWaiting(queue: Queue, id: string): Promise<boolean> {
  const state = await queue.getJobState(id);
  return state === 'waiting' || state === 'prioritized';
}
