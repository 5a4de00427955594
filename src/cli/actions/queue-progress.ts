import { setTimeout as pause } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import type { Config } from '../../environment/config.js';
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
    await openJobs(queues);
  } catch (error) {
    if (error instanceof QueueConnectionError) throw error;
    const reason = error instanceof Error ? error.message || error.name : String(error);
    throw new CommandFailedError(`Cannot use the queue: ${reason}.`);
  }
}

/** How often the queue is polled, in milliseconds. */
const interval = 25;

/** Resolves when every job that is on a queue now is done, ignoring jobs that are added later. */
export async function waitUntilWorkedOff(queues: JobQueues, signal: AbortSignal): Promise<void> {
  await Promise.all((await queues.all()).map((queue) => waitUntilEmptied(queue, signal)));
}

/**
 * The queue is first in, first out: once the newest job has left it, all older ones are done or in
 * flight, and those in flight are checked one by one.
 */
async function waitUntilEmptied(queue: Queue, signal: AbortSignal): Promise<void> {
  const [newest] = await queue.getJobs(['waiting'], 0, 0, false);
  while (!(await isEmpty(queue))) {
    if (newest?.id === undefined || !(await isWaiting(queue, newest.id))) {
      // In this order: a job that is taken between the two calls is in the second list, or in both.
      const late = newest === undefined ? [] : await oldestWaiting(queue);
      const inHand = await queue.getJobs(['active', 'delayed'], 0, -1);
      for (const job of [...inHand, ...late]) await waitUntilDone(queue, job?.id, signal);
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

async function waitUntilDone(queue: Queue, id: string | undefined, signal: AbortSignal) {
  while (id !== undefined) {
    const state = await queue.getJobState(id);
    // A completed job is removed; its state is then unknown.
    if (state === 'unknown' || state === 'completed' || state === 'failed') return;
    await pause(interval, undefined, { signal });
  }
}

async function isWaiting(queue: Queue, id: string): Promise<boolean> {
  const state = await queue.getJobState(id);
  return state === 'waiting' || state === 'prioritized';
}
