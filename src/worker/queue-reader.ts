import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { QueueConnection } from '../queue/connect-queue.js';
import { defaultLock, EventWorker, workerOptions } from '../queue/job-worker.js';
import { queueName } from '../queue/queue-target.js';

/** Hands over what becomes of a job; what it throws goes to the queue. */
export type ProcessJob = (job: Job, token?: string) => Promise<void>;

/** What readers of all queues of a worker have in common. */
export interface ReaderOptions {
  readonly connected: QueueConnection;
  readonly process: ProcessJob;
  readonly log: Logger;
  /** Whether what keeps it from beginning is expected to pass. */
  readonly is_patient: boolean;
  readonly lock_ms?: number | undefined;
  readonly stalled_interval_ms?: number | undefined;
}

/** How long a worker waits before it asks the queue again, where nothing tells it of a job. */
const polledSeconds = 0.2;

/** Takes jobs from one queue, by the name of which its keys begin. It begins with `run`. */
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
  reader.on('error', onError);
  reader.on('failed', (job, error) => log.error({ err: error, job_id: job?.id }, 'job failed'));
  reader.on('stalled', (jobId) => log.warn({ job_id: jobId }, 'job taken over from a dead worker'));
  return reader;
}
