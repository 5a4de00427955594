import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';

/** Names no other test file uses. */
export interface QueueNames {
  /** For BullMQ's `prefix`. Keys below it go at the end of the run. */
  readonly prefix: string;
  /** A queue name; on Postgres, where there is no prefix, it alone keeps queues apart. */
  readonly queue: string;
}

/** A fresh Redis key prefix and queue name, under this run's prefix. */
export function createQueueNames(): QueueNames {
  const random = randomBytes(5).toString('hex');
  return { prefix: `${inject('testRun').redisPrefix}-${random}`, queue: `runfold-${random}` };
}

/** The address of the tests' Redis. Throws with the reason where there is none. */
export function testRedisUrl(): string {
  const { redis } = inject('testRun');
  if (redis.url === undefined) throw new Error(`Expected a Redis: ${redis.missing}`);
  return redis.url;
}
