import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';

/** Names that no other test file uses. */
export interface QueueNames {
  /** For BullMQ's `prefix`. Its keys are removed at the end of the run. */
  readonly prefix: string;
  /** A queue name. On Postgres, which has no prefix, it alone separates queues. */
  readonly queue: string;
}

/** A fresh Redis key prefix and queue name, under this run's prefix. */
export function createQueueNames(): QueueNames {
  const random = randomBytes(5).toString('hex');
  return { prefix: `${inject('testRun').redisPrefix}-${random}`, queue: `runfold-${random}` };
}

/** The address of the tests' Redis. @throws the reason if there is none */
export function testRedisUrl(): string {
  const { redis } = inject('testRun');
  if (redis.url === undefined) throw new Error(`Expected a Redis: ${redis.missing}`);
  return redis.url;
}
