import { createPostgresBackend, Queue, runMigrations } from 'bullmq';
import type { Redis } from 'ioredis';
import type pg from 'pg';
import { redisAddressOf } from '../environment/redis-url.js';
import { isPooled } from '../postgres/sessions.js';
import { EventQueue } from './job-queue.js';
import { openQueuePool } from './postgres-pool.js';
import { QueueConnectionError } from './queue-errors.js';
import { type QueueTarget, queueName } from './queue-target.js';
import type { RedisClient } from './redis-client.js';
import { openRedis, probeRedis } from './redis-connection.js';

/** A connection of one end of the queue, ready for BullMQ. */
export interface QueueConnection {
  /** What BullMQ takes as `connection`. */
  readonly connection: RedisClient | pg.Pool;
  /** What BullMQ takes as its backend; undefined is Redis. */
  readonly backend: typeof createPostgresBackend | undefined;
  readonly prefix: string;
  /** Takes the errors that BullMQ tells of: those of an outage come as one, in our words. */
  readonly onError: (error: Error) => void;
  /** Whether the server is there, as far as this end knows. */
  isLive(): boolean;
  /** Whether nothing tells that a job has come, so that the queue has to be asked. */
  isPolled(): Promise<boolean>;
  /** May be called again. */
  close(): Promise<void>;
}

const defaultPrefix = 'runfold';

/** What the keys of a queue on Redis begin with. In a cluster all of them belong in one slot. */
function prefixOf({
  url,
  prefix = defaultPrefix,
}: Extract<QueueTarget, { kind: 'redis' }>): string {
  return redisAddressOf(url).kind === 'cluster' ? `{${prefix}:0}` : prefix;
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
      prefix: prefixOf(target),
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

/**
 * Looks whether the queue's server is there before BullMQ, which would wait for it for ever, is put
 * on it. Answers why it is not; undefined when it is, and for a queue on Postgres, whose errors
 * come by themselves.
 * @throws QueueConnectionError when Redis does not take the password: waiting would not help.
 */
export async function findOutage(target: QueueTarget): Promise<QueueConnectionError | undefined> {
  if (target.kind === 'postgres') return undefined;
  try {
    await probeRedis(target.url);
    return undefined;
  } catch (error) {
    if (error instanceof QueueConnectionError && error.code === 'queue_unreachable') return error;
    throw error;
  }
}

/** Opens a queue to put jobs on. Closing it closes its connection too, also one never made. */
export async function openQueue(
  target: QueueTarget,
  options: { readonly onError: (error: Error) => void },
): Promise<Queue> {
  const { connection, backend, prefix, onError, isLive, close } = await connectQueue(target, {
    role: 'producer',
    onError: options.onError,
  });
  const QueueClass = (backend === undefined ? EventQueue : Queue) as typeof Queue;
  const queue = new QueueClass(
    queueName,
    { connection: connection as Redis, prefix },
    backend as undefined,
  );
  queue.on('error', onError);
  const closeQueue = queue.close.bind(queue);
  queue.close = async () => {
    // BullMQ may wait for a connection that is not there; for one that has ended it waits no more.
    if (!isLive()) await close();
    await closeQueue();
    await close();
  };
  return queue;
}

/** Brings BullMQ's own tables up to date; safe when many processes start at once. */
export async function migrateQueue(target: QueueTarget): Promise<void> {
  if (target.kind === 'redis') return;
  const { pool, close } = await openQueuePool(target.connection, {
    max: 1,
    onError: () => undefined,
  });
  try {
    const client = await pool.connect();
    try {
      await runMigrations(client);
      // Whoever adds the first job would make its sequence, and need the right to create one.
      await client.query(
        `select bullmq.next_job_id($1)
        where to_regclass('bullmq.' || bullmq.job_id_seq_name($1)) is null`,
        [queueName],
      );
    } finally {
      client.release();
    }
  } finally {
    await close();
  }
}
