import type pg from 'pg';
import type { QueueTarget } from './queue-target.js';

/** Connections to a queue on Postgres. */
export interface QueuePool {
  readonly pool: pg.Pool;
  /** Resolves when every connection has ended. May be called again. */
  close(): Promise<void>;
}

/** How long a server may take to hear that a connection has ended, in milliseconds. */
const goodbye = 1_000;

/** Opens a pool; the driver is loaded here, and only here, by who has a queue on Postgres. */
export async function openQueuePool(
  connection: Extract<QueueTarget, { kind: 'postgres' }>['connection'],
  options: { readonly max: number; readonly onError: (error: Error) => void },
): Promise<QueuePool> {
  const { default: driver } = await import('pg');
  const address = typeof connection === 'string' ? { connectionString: connection } : connection;
  const pool = new driver.Pool({
    ...address,
    max: options.max,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    // BullMQ names its tables without a schema and leaves the path to whoever owns the pool.
    options: '-c search_path=bullmq -c jit=off',
  });
  const open = new Set<pg.PoolClient>();
  let onLast: () => void = () => undefined;
  pool.on('error', options.onError);
  pool.on('connect', (client) => {
    open.add(client);
    // One that breaks while it is in use would end the process; whoever uses it hears by its query.
    client.on('error', () => undefined);
  });
  pool.on('remove', (client) => {
    open.delete(client);
    if (open.size === 0) onLast();
  });
  const end = async () => {
    // The pool's own end does not wait for its connections: it only tells them to end, and a store
    // that closes next would find them open.
    const last = new Promise<void>((resolve) => {
      onLast = resolve;
      setTimeout(resolve, goodbye).unref();
    });
    await pool.end();
    if (open.size > 0) await last;
  };
  let closing: Promise<void> | undefined;
  return { pool, close: () => (closing ??= end()) };
}
