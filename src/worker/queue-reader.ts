import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { QueueConnection } from '../queue/connect-queue.js';
import { defaultLock, EventWorker, workerOptions } from '../queue/job-worker.js';
import { queueName } from '../queue/queue-target.js';

/** Processes a job. Errors that it throws go to the queue. */
export type ProcessJob = (job: Job, token?: string) => Promise<void>;

/** Options that the readers of all queues of a worker share. */
export interface ReaderOptions {
  readonly connected: QueueConnection;
  readonly process: ProcessJob;
  readonly log: Logger;
  /** Whether to wait if the reader cannot start, because the cause is expected to pass. */
  readonly is_patient: boolean;
  readonly lock_ms?: number | undefined;
  readonly stalled_interval_ms?: number | undefined;
}

/** How long a worker waits before it polls the queue again, if it gets no notifications. */
const polledSeconds = 0.2;

/** Takes jobs from one queue, which is named by its key prefix. `run` starts it. */
export async function openReader(
  { connected, process, log, lock_ms, stalled_interval_ms }: ReaderOptions,
  prefix: string,
  concurrency: number,
): Promise<EventWorker> {
  const { connection, backend, onError, isPolled } = connected;
  const reader = new EventWorker(
    queueName,
    process,
    workerOptions({
      connection: connection as Redis,
      prefix,
      concurrency,
      drainSeconds: (await isPolled()) ? polledSeconds : 5,
      lock: lock_ms ?? defaultLock,
      stalledInterval: stalled_interval_ms ?? 5_000,
    }),
    backend as undefined,
  );
  reader.on('error', (error) => onError(withoutJob(error)));
  reader.on('failed', (job, error) => log.error({ err: error, job_id: job?.id }, 'job failed'));
  let stalled = 0;
  reader.on('stalled', () => {
    stalled += 1;
    // BullMQ emits one event for each job, all in the same turn.
    if (stalled > 1) return;
    queueMicrotask(() => {
      log.warn({ jobs: stalled }, 'jobs taken over from a dead worker');
      stalled = 0;
    });
  });
  return reader;
}

/**
 * An error of BullMQ without the id of its job, so that equal ones are counted. After an outage, each job in flight has
 * lost its lock; it is delivered again.
 */
export function withoutJob(error: Error): Error {
  const message = error.message.replace(/\b(lock for) job \S+?(?=\.? |\.?$)/i, '$1 a job');
  return message === error.message ? error : new Error(message, { cause: error });
}
