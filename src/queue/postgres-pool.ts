import type pg from 'pg';
import { addressOf } from '../postgres/address.js';
import { keepSockets } from '../postgres/open-sockets.js';
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
  /** Resolves when every connection has ended; one that is still used after a second is broken. May be called again. */
  close(): Promise<void>;
}

// BullMQ names its tables without a schema, so the pool sets the search path.
const sessionSettings = { search_path: 'bullmq', jit: 'off', ...meaningSettings };

/** How long statements may run after `close`, in milliseconds. Whoever closes the pool has waited for its own before. */
const closingMs = 1_000;

/** Opens a pool. The driver is loaded lazily, so only a queue on Postgres pays for it. */
export async function openQueuePool(
  connection: Extract<QueueTarget, { kind: 'postgres' }>['connection'],
  options: { readonly max: number; readonly onError: (error: Error) => void },
): Promise<QueuePool> {
  const { default: driver } = await import('pg');
  const sockets = keepSockets();
  const pool: pg.Pool = new driver.Pool({
    ...addressOf(connection),
    stream: sockets.stream,
    max: options.max,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    ...(typeof connection === 'string'
      ? { onConnect: prepareSession(() => pool, sessionSettings) }
      : {}),
  });
  if (typeof connection === 'string') queryWithPath(pool);
  pool.on('error', options.onError);
  // An unhandled error event would end the process. The query on that connection reports the error.
  pool.on('connect', (client) => client.on('error', () => undefined));
  // A store that closes next would otherwise still find the connections open.
  const end = () => sockets.end(pool, { busy_ms: closingMs, is_last: true });
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
