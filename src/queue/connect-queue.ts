import { createPostgresBackend, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type pg from 'pg';
import { isPooled } from '../postgres/sessions.js';
import { EventQueue } from './job-queue.js';
import { openQueuePool } from './postgres-pool.js';
import { firstName, isSpread, openSpread, type QueueSpread } from './queue-spread.js';
import { defaultPrefix, type QueueTarget, queueName } from './queue-target.js';
import type { RedisClient } from './redis-client.js';
import { openRedis, type RedisConnection } from './redis-connection.js';
import { type FindMasters, findMastersOf } from './spread/masters.js';

/** A connection of one end of the queue, ready for BullMQ. */
export interface QueueConnection {
  /** What BullMQ takes as `connection`. */
  readonly connection: RedisClient | pg.Pool;
  /** What BullMQ takes as its backend; undefined is Redis. */
  readonly backend: typeof createPostgresBackend | undefined;
  /** What the keys of the queue begin with; of several queues, those of the first. */
  readonly prefix: string;
  /** Which queues there are; undefined where there is one, and never was another. */
  readonly spread: QueueSpread | undefined;
  /** Tells which server a queue is on; undefined where it is always the same one. */
  readonly findMasters: FindMasters | undefined;
  /**
   * Opens a connection to the node of a cluster that `findMasters` names; undefined where there is no cluster.
   * All keys of a queue are on one node, and who waits for a job there hears of it over one connection.
   */
  readonly openNode: ((node: string) => RedisConnection) | undefined;
  /** Takes the errors that BullMQ tells of: those of an outage come as one, in our words. */
  readonly onError: (error: Error) => void;
  /** Whether the server is there, as far as this end knows. */
  isLive(): boolean;
  /** Whether nothing tells that a job has come, so that the queue has to be asked. */
  isPolled(): Promise<boolean>;
  /** May be called again. */
  close(): Promise<void>;
}

/**
 * Connects one end of the queue. The Postgres driver is loaded only for a queue on Postgres, so
 * that an agent that emits to Redis never loads it.
 */
export async function connectQueue(
  target: QueueTarget,
  options: { readonly role: 'producer' | 'worker'; readonly onError: (error: Error) => void },
): Promise<QueueConnection> {
  if (target.kind === 'redis') {
    const { redis, onError, disconnect } = openRedis(target.url, options);
    return {
      connection: redis,
      backend: undefined,
      prefix: firstName(target),
      spread: isSpread(target) ? openSpread(target, redis) : undefined,
      findMasters: findMastersOf(redis),
      openNode: redis.isCluster
        ? (node) => openRedis(target.url, { ...options, onError, node })
        : undefined,
      onError,
      isLive: () => redis.status === 'ready',
      isPolled: async () => false,
      close: async () => disconnect(),
    };
  }
  const max = options.role === 'worker' ? 8 : 4;
  let isClosing = false;
  // What a server says to a connection on its way out is no fault, and BullMQ would tell of it too.
  const onError = (error: Error) => {
    if (!isClosing) options.onError(error);
  };
  const { pool, close } = await openQueuePool(target.connection, { max, onError });
  return {
    connection: pool,
    backend: createPostgresBackend,
    prefix: defaultPrefix,
    spread: undefined,
    findMasters: undefined,
    openNode: undefined,
    onError,
    isLive: () => true,
    // While Postgres is away there is nothing to be told; its errors come with the first query.
    isPolled: () => isPooled(pool).catch(() => false),
    close() {
      isClosing = true;
      return close();
    },
  };
}

/** BullMQ's queue to put jobs on, over a connection that is there. Closing it leaves the connection. */
export function queueOn({ connection, backend, onError }: QueueConnection, prefix: string): Queue {
  const QueueClass = (backend === undefined ? EventQueue : Queue) as typeof Queue;
  const queue = new QueueClass(
    queueName,
    { connection: connection as Redis, prefix },
    backend as undefined,
  );
  queue.on('error', onError);
  return queue;
}
