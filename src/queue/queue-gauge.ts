import type { Queue } from 'bullmq';
import { within } from '../environment/within.js';
import { type JobQueues, openJobQueues } from './job-queues.js';
import { type QueueTarget, queueName } from './queue-target.js';
import type { RedisClient } from './redis-client.js';
import { openRedis } from './redis-connection.js';

/** How full a queue is. */
export interface OneQueueReading {
  /** Jobs by state: waiting, active, delayed, failed. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Seconds since the oldest unfinished job was added; 0 if there is none. */
  readonly age_seconds: number;
}

/** How full the queue is. With several queues, the sum of their jobs and the highest age. */
export interface QueueReading extends OneQueueReading {
  /**
   * Each queue by name, if there are several. Queues from before the number changed are listed only
   * while they hold jobs.
   */
  readonly queues?: ReadonlyMap<string, OneQueueReading>;
}

/** Reads the state of the queue, and caches it. */
export interface QueueGauge {
  /**
   * A reading at most `max_age_ms` old (default 500). @throws if the queue does not respond in
   * time.
   */
  read(max_age_ms?: number): Promise<QueueReading>;
  /**
   * The number of connected workers. Null if it is unknown: on an embedded store, and if the server
   * does not list its clients.
   */
  workers(): Promise<number | null>;
  /** Tries a write like a producer's. @throws if the queue does not accept it in time. */
  tryWrite(): Promise<void>;
  close(): Promise<void>;
}

const timeoutMs = 2_000;

export async function openQueueGauge(
  target: QueueTarget,
  onError: (error: Error) => void,
): Promise<QueueGauge> {
  const queues = await openJobQueues(target, { onError, only_looks: true });
  const redis =
    target.kind === 'redis'
      ? openRedis(target.url, { role: 'producer', onError: () => undefined })
      : undefined;
  let last: { reading: QueueReading; at: number } | undefined;
  let reading: Promise<QueueReading> | undefined;
  const look = async () => {
    try {
      const at = performance.now();
      const value = await inTime(readQueues(queues));
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
      // All clients of an embedded store share one session, which has no worker's name.
      const isEmbedded = target.kind === 'postgres' && typeof target.connection !== 'string';
      if (isEmbedded) return null;
      return inTime(countWorkers(queues)).catch(() => null);
    },
    async tryWrite() {
      await inTime(redis === undefined ? tryTables(queues) : tryRedis(redis.redis, queues.names()));
    },
    async close() {
      redis?.disconnect();
      await queues.close();
    },
  };
}

/**
 * Writes a key that expires at once, and runs a script: a replica, a full Redis and one that refuses scripts respond to
 * a ping but accept no job.
 */
async function tryRedis(redis: RedisClient, names: readonly string[]): Promise<void> {
  await Promise.all(
    names.flatMap((name) => {
      const key = `${name}:${queueName}:probe`;
      return [redis.set(key, '1', 'PX', timeoutMs), redis.eval('return 1', 1, key)];
    }),
  );
}

/** Adds no job: Postgres checks the rights, the lock and that it is not read-only all the same. */
async function tryTables(queues: JobQueues): Promise<void> {
  await readQueues(queues);
  const { connection } = queues.connected;
  if ('query' in connection)
    await connection.query('insert into job select * from job where false');
}

async function countWorkers(queues: JobQueues): Promise<number> {
  const live = await queues.workers();
  if (live !== undefined) return live;
  const [queue] = await queues.all();
  return (await queue?.getWorkersCount()) ?? 0;
}

async function readQueues(queues: JobQueues): Promise<QueueReading> {
  const all = await queues.all();
  const readings = await Promise.all(all.map(readQueue));
  const [first] = readings;
  if (!queues.is_spread && first !== undefined) return first;
  const jobs: Record<string, number> = {};
  for (const reading of readings) {
    for (const [state, count] of Object.entries(reading.jobs)) {
      jobs[state] = (jobs[state] ?? 0) + count;
    }
  }
  const current = queues.names().length;
  const shown = all.flatMap((queue, at): [string, OneQueueReading][] => {
    const reading = readings[at];
    const isOver = at >= current && !Object.values(reading?.jobs ?? {}).some((count) => count > 0);
    return reading === undefined || isOver ? [] : [[queue.opts.prefix ?? '', reading]];
  });
  return {
    jobs,
    age_seconds: Math.max(0, ...readings.map(({ age_seconds }) => age_seconds)),
    queues: new Map(shown),
  };
}

async function readQueue(queue: Queue): Promise<OneQueueReading> {
  const jobs = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
  const open = (jobs.waiting ?? 0) + (jobs.active ?? 0) + (jobs.delayed ?? 0);
  if (open === 0) return { jobs, age_seconds: 0 };
  // The first job of each state. A job that ends in between reads as undefined.
  const oldest = await Promise.all([
    queue.getJobs(['waiting'], 0, 0, true),
    queue.getJobs(['active'], 0, 0, true),
  ]);
  const times = oldest.flat().flatMap((job) => (job?.timestamp ? [job.timestamp] : []));
  const age = times.length === 0 ? 0 : Math.max(0, Date.now() - Math.min(...times)) / 1000;
  return { jobs, age_seconds: age };
}

const inTime = <T>(work: Promise<T>) =>
  within(timeoutMs, work, () => new Error(`no response within ${timeoutMs} ms`));
