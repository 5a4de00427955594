import { createPostgresBackend, Queue, runMigrations } from 'bullmq';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { type QueueTarget, queueName } from './queue-target.js';

/** A connection of one end of the queue, ready for BullMQ. */
export interface QueueConnection {
  /** What BullMQ takes as `connection`. */
  readonly connection: Redis | pg.Pool;
  /** What BullMQ takes as its backend; undefined is Redis. */
  readonly backend: typeof createPostgresBackend | undefined;
  readonly prefix: string;
  /** May be called again. */
  close(): Promise<void>;
}

const defaultPrefix = 'runfold';

/**
 * Connects one end of the queue. The Postgres driver is loaded only for a queue on Postgres, so
 * that an agent that emits to Redis never loads it.
 */
export async function connectQueue(
  target: QueueTarget,
  options: { readonly role: 'producer' | 'worker'; readonly onError: (error: Error) => void },
): Promise<QueueConnection> {
  if (target.kind === 'redis') {
    const redis = new Redis(target.url, {
      // A worker waits for Redis; a producer wants to hear that it is away: it keeps its own buffer.
      maxRetriesPerRequest: options.role === 'worker' ? null : 1,
      connectTimeout: 5_000,
      retryStrategy: (times: number) => Math.min(times * 100, 2_000),
    });
    redis.on('error', options.onError);
    return {
      connection: redis,
      backend: undefined,
      prefix: target.prefix ?? defaultPrefix,
      close: async () => redis.disconnect(),
    };
  }
  const pool = await openQueuePool(target.connection, options.role === 'worker' ? 8 : 4);
  pool.on('error', options.onError);
  let closing: Promise<void> | undefined;
  return {
    connection: pool,
    backend: createPostgresBackend,
    prefix: defaultPrefix,
    close: () => (closing ??= pool.end()),
  };
}

/** Opens a queue to put jobs on. Closing it closes its connection too. */
export async function openQueue(
  target: QueueTarget,
  options: { readonly onError: (error: Error) => void },
): Promise<Queue> {
  const { connection, backend, prefix, close } = await connectQueue(target, {
    role: 'producer',
    onError: options.onError,
  });
  const queue = new Queue(
    queueName,
    { connection: connection as Redis, prefix },
    backend as undefined,
  );
  queue.on('error', options.onError);
  const closeQueue = queue.close.bind(queue);
  queue.close = async () => {
    await closeQueue();
    await close();
  };
  return queue;
}

/** Brings BullMQ's own tables up to date; safe when many processes start at once. */
export async function migrateQueue(target: QueueTarget): Promise<void> {
  if (target.kind === 'redis') return;
  const pool = await openQueuePool(target.connection, 1);
  try {
    const client = await pool.connect();
    try {
      await runMigrations(client);
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
}

async function openQueuePool(
  connection: Extract<QueueTarget, { kind: 'postgres' }>['connection'],
  max: number,
): Promise<pg.Pool> {
  const { default: driver } = await import('pg');
  const address = typeof connection === 'string' ? { connectionString: connection } : connection;
  return new driver.Pool({
    ...address,
    max,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    // BullMQ names its tables without a schema and leaves the path to whoever owns the pool.
    options: '-c search_path=bullmq -c jit=off',
  });
}
