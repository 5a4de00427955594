import { createPostgresBackend, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type pg from 'pg';
import { isPooled } from '../postgres/pooled-sessions.js';
import { EventQueue } from './job-queue.js';
import { openQueuePool } from './postgres-pool.js';
import { firstName, isSpread, openSpread, type QueueSpread } from './queue-spread.js';
import { defaultPrefix, type QueueTarget, queueName } from './queue-target.js';
import type { RedisClient } from './redis-client.js';
import { openRedis, type RedisConnection } from './redis-connection.js';
import { type FindMasters, masterFinder } from './spread/masters.js';

/** A connection of one end of the queue, ready for BullMQ. */
export interface QueueConnection {
  /** What BullMQ takes as `connection`. */
  readonly connection: RedisClient | pg.Pool;
  /** What BullMQ takes as its backend; undefined is Redis. */
  readonly backend: typeof createPostgresBackend | undefined;
  /** The prefix of the queue's keys. With several queues, that of the first. */
  readonly prefix: string;
  /** The queues that exist; undefined if there is and was only one. */
  readonly spread: QueueSpread | undefined;
  /** Finds the server that a queue is on; undefined if it is always the same one. */
  readonly findMasters: FindMasters | undefined;
  /**
   * Opens a connection to the node of a cluster that `findMasters` names; undefined without a
   * cluster. All keys of a queue are on one node, and a worker waits for jobs on a connection to
   * that node.
   */
  readonly openNode: ((node: string) => RedisConnection) | undefined;
  /** Receives the errors that BullMQ emits. An outage is reported once, with our message. */
  readonly onError: (error: Error) => void;
  /** Why the server is away now, as far as is known; always undefined for Postgres, whose errors say so. */
  readonly outage: () => Error | undefined;
  /** Whether the server is available, as far as this end knows. */
  isLive(): boolean;
  /** Whether the queue has to be polled, because no notification of new jobs arrives. */
  isPolled(): Promise<boolean>;
  /** May be called again. */
  close(): Promise<void>;
}

/**
 * Connects one end of the queue. The Postgres driver is loaded only for a queue on Postgres, so an
 * agent that emits to Redis never loads it.
 */
export async function connectQueue(
  target: QueueTarget,
  options: {
    readonly role: 'producer' | 'worker';
    readonly onError: (error: Error) => void;
    /** Only looks: a configured number of queues is then not set for others. */
    readonly only_looks?: boolean;
  },
): Promise<QueueConnection> {
  if (target.kind === 'redis') {
    const { redis, onError, outage, disconnect } = openRedis(target.url, options);
    return {
      connection: redis,
      backend: undefined,
      prefix: firstName(target),
      spread: isSpread(target) ? openSpread(target, redis, options.only_looks === true) : undefined,
      findMasters: masterFinder(redis),
      openNode: redis.isCluster
        ? (node) => openRedis(target.url, { ...options, onError, node })
        : undefined,
      onError,
      outage,
      isLive: () => redis.status === 'ready',
      isPolled: async () => false,
      close: async () => disconnect(),
    };
  }
  const max = options.role === 'worker' ? 8 : 4;
  let isClosing = false;
  // Errors during close are expected. BullMQ would report them again.
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
    outage: () => undefined,
    isLive: () => true,
    // While Postgres is unavailable nothing is reported here. The first query reports the error.
    isPolled: () => isPooled(pool).catch(() => false),
    close() {
      isClosing = true;
      return close();
    },
  };
}

/**
 * BullMQ's queue to add jobs to, over an existing connection. Closing it does not close the
 * connection.
 */
export function queueOn({ connection, backend, onError }: QueueConnection, prefix: string): Queue {
  const QueueClass = (backend === undefined ? EventQueue : Queue) as typeof Queue;
  const listeners = connection.listeners('error');
  const queue = new QueueClass(
    queueName,
    { connection: connection as Redis, prefix },
    backend as undefined,
  );
  queue.on('error', onError);
  if (backend === undefined) return queue;
  // BullMQ leaves its listener on the pool, and every attempt of a producer may open another queue.
  const added = connection.listeners('error').filter((one) => !listeners.includes(one));
  const close = queue.close.bind(queue);
  queue.close = async () => {
    await close();
    for (const one of added) connection.off('error', one as (error: Error) => void);
  };
  return queue;
}
