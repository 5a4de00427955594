import type pg from 'pg';
import { addressOf } from '../postgres/address.js';
import {
  isPooled,
  learnFrom,
  meaningSettings,
  prepareSession,
} from '../postgres/pooled-sessions.js';
import type { QueueTarget } from './queue-target.js';

/** Connections to a queue on Postgres. */
export interface QueuePool {
  readonly pool: pg.Pool;
  /** Resolves when every connection has ended. May be called again. */
  close(): Promise<void>;
}

// BullMQ names its tables without a schema, so the pool sets the search path.
const sessionSettings = { search_path: 'bullmq', jit: 'off', ...meaningSettings };

/** How long a server may take to notice that a connection has ended, in milliseconds. */
const goodbye = 1_000;

/** Opens a pool. The driver is loaded lazily, so only a queue on Postgres pays for it. */
export async function openQueuePool(
  connection: Extract<QueueTarget, { kind: 'postgres' }>['connection'],
  options: { readonly max: number; readonly onError: (error: Error) => void },
): Promise<QueuePool> {
  const { default: driver } = await import('pg');
  const pool: pg.Pool = new driver.Pool({
    ...addressOf(connection),
    max: options.max,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    ...(typeof connection === 'string'
      ? { onConnect: prepareSession(() => pool, sessionSettings) }
      : {}),
  });
  if (typeof connection === 'string') queryWithPath(pool);
  const open = new Set<pg.PoolClient>();
  let onLast: () => void = () => undefined;
  pool.on('error', options.onError);
  pool.on('connect', (client) => {
    open.add(client);
    // An unhandled error event would end the process. The query on that connection reports the
    // error.
    client.on('error', () => undefined);
  });
  pool.on('remove', (client) => {
    open.delete(client);
    if (open.size === 0) onLast();
  });
  const end = async () => {
    // `pool.end` does not wait for its connections to close, and a store that closes next would
    // still find them open.
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

/**
 * Makes every query of the pool find BullMQ's tables. Behind a pooler no session keeps the search
 * path, so each query runs in a transaction that sets it. That costs two more round trips.
 */
function queryWithPath(pool: pg.Pool): void {
  const plain = pool.query.bind(pool) as (text: string, values?: unknown[]) => Promise<unknown>;
  const query = async (text: string, values?: unknown[]): Promise<unknown> => {
    try {
      return (await isPooled(pool))
        ? await inTransaction(pool, text, values)
        : await plain(text, values);
    } catch (error) {
      learnFrom(error, pool);
      throw error;
    }
  };
  pool.query = query as typeof pool.query;
}

async function inTransaction(pool: pg.Pool, text: string, values?: unknown[]): Promise<unknown> {
  const client = await pool.connect();
  let fault: unknown;
  try {
    await client.query(`begin; set local search_path = ${sessionSettings.search_path}`);
    const result = await client.query(text, values);
    await client.query('commit');
    return result;
  } catch (error) {
    fault = error;
    throw error;
  } finally {
    // On a broken connection there is nothing to roll back. The first error is the one that
    // matters.
    const isWell =
      fault === undefined ||
      (await client.query('rollback').then(
        () => true,
        () => false,
      ));
    client.release(!isWell);
  }
}
