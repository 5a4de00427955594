import type { Queue } from 'bullmq';
import { openQueue } from './open-queue.js';
import type { QueueTarget } from './queue-target.js';
import type { RedisClient } from './redis-client.js';
import { openRedis } from './redis-connection.js';

/** How full the queue is. */
export interface QueueReading {
  /** Jobs by state: waiting, active, delayed, failed. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Seconds since the oldest job that is not done was put on the queue; 0 when there is none. */
  readonly age_seconds: number;
}

/** Looks at the queue, no more often than it must. */
export interface QueueGauge {
  /** A reading at most `max_age_ms` old (default 500). @throws when the queue does not answer in time. */
  read(max_age_ms?: number): Promise<QueueReading>;
  /**
   * Workers that are connected; null where that cannot be told: on an embedded store, and where the
   * server lists no clients.
   */
  workers(): Promise<number | null>;
  /** Tries what a producer needs. @throws when the queue does not take it in time. */
  tryWrite(): Promise<void>;
  close(): Promise<void>;
}

const timeoutMs = 2_000;

export async function openQueueGauge(
  target: QueueTarget,
  onError: (error: Error) => void,
): Promise<QueueGauge> {
  const queue = await openQueue(target, { onError });
  const redis =
    target.kind === 'redis'
      ? openRedis(target.url, { role: 'producer', onError: () => undefined })
      : undefined;
  let last: { reading: QueueReading; at: number } | undefined;
  let reading: Promise<QueueReading> | undefined;
  const look = async () => {
    try {
      const at = performance.now();
      const value = await inTime(readQueue(queue));
      last = { reading: value, at };
      return value;
    } finally {
      reading = undefined;
    }
  };
  return {
    async read(maxAge = 500) {
      if (last !== undefined && performance.now() - last.at <= maxAge) return last.reading;
      reading ??= look();
      return reading;
    },
    async workers() {
      // All clients of an embedded store share one session, which has no name of a worker.
      const isEmbedded = target.kind === 'postgres' && typeof target.connection !== 'string';
      if (isEmbedded) return null;
      return inTime(queue.getWorkersCount()).catch(() => null);
    },
    async tryWrite() {
      await inTime<unknown>(
        redis === undefined ? readQueue(queue) : writeProbe(redis.redis, queue),
      );
    },
    async close() {
      redis?.disconnect();
      await queue.close();
    },
  };
}

/** A key that is gone a moment later: a replica and a full Redis answer a ping, and take no job. */
async function writeProbe(redis: RedisClient, queue: Queue): Promise<void> {
  await redis.set(queue.toKey('probe'), '1', 'PX', timeoutMs);
}

async function readQueue(queue: Queue): Promise<QueueReading> {
  const jobs = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
  const open = (jobs.waiting ?? 0) + (jobs.active ?? 0) + (jobs.delayed ?? 0);
  if (open === 0) return { jobs, age_seconds: 0 };
  // Of each state the first; a job that ends meanwhile reads as undefined.
  const oldest = await Promise.all([
    queue.getJobs(['waiting'], 0, 0, true),
    queue.getJobs(['active'], 0, 0, true),
  ]);
  const times = oldest.flat().flatMap((job) => (job?.timestamp ? [job.timestamp] : []));
  const age = times.length === 0 ? 0 : Math.max(0, Date.now() - Math.min(...times)) / 1000;
  return { jobs, age_seconds: age };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
