import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { RunfoldError } from '../environment/runfold-error.js';
import type { Database } from './database.js';

/** A read was given up, because its reader left or because it took too long. */
export class ReadEndedError extends RunfoldError {
  constructor(
    readonly code: 'read_aborted' | 'read_timeout',
    /** The limit, in milliseconds. */
    readonly timeout_ms: number,
  ) {
    super(
      code === 'read_timeout'
        ? `The read took longer than ${timeout_ms} ms and was stopped. Narrow it, for example by a shorter time range.`
        : 'The reader left before the read ended.',
    );
    this.name = 'ReadEndedError';
  }
}

/** Settings of `createReaders`. */
export interface ReaderOptions {
  /** Connections that readers use at the same time. Defaults to all but two of the pool, at least 1. */
  readonly connections?: number | undefined;
  /** The longest a statement may take, waiting for a connection included, in milliseconds. Defaults to 30,000. */
  readonly timeout_ms?: number | undefined;
}

/** Hands out a database to read from on behalf of somebody who may leave. */
export interface Readers {
  /**
   * A database whose statements end when `signal` aborts or their time is up. Closing it does nothing.
   * Its `query` throws ReadEndedError.
   */
  reader(signal?: AbortSignal): Database;
}

/**
 * Gives readers a share of a pool's connections and their statements a time limit, so that whoever
 * else uses the pool always finds a connection. A statement that nobody waits for any longer is
 * cancelled on the server. It is found there by a comment at its beginning: a process id would be the
 * wrong one behind a pooler, and might by then belong to another statement.
 */
export function createReaders(database: Database, options: ReaderOptions = {}): Readers {
  const { timeout_ms = 30_000 } = options;
  const share = options.connections ?? Math.max(1, (database.pool.options.max ?? 1) - 2);
  const mark = `runfold ${randomBytes(6).toString('hex')}`;
  const waiting = new Set<() => void>();
  let [busy, number] = [0, 0];

  // Whoever leaves hands the place to the one who waits longest: nobody slips in between.
  const leave = () => {
    const [next] = waiting;
    if (next === undefined) {
      busy -= 1;
      return;
    }
    waiting.delete(next);
    next();
  };
  const enter = async (ended: Promise<never>) => {
    if (busy < share) {
      busy += 1;
      return;
    }
    let go: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => {
      go = resolve;
    });
    waiting.add(go);
    try {
      await Promise.race([turn, ended]);
    } catch (error) {
      // Its turn came in the same moment: it is handed on.
      if (!waiting.delete(go)) leave();
      throw error;
    }
  };

  const run = async (text: string, values: readonly unknown[], ended: Promise<never>) => {
    number += 1;
    const tag = `/* ${mark}-${number} */`;
    let client: pg.PoolClient | undefined;
    let isGone = false;
    const statement = (async () => {
      client = await database.pool.connect();
      if (isGone) return [];
      return (await client.query(`${tag} ${text}`, [...values])).rows;
    })();
    // Whatever the reader is told, the connection is in use until the statement has ended.
    let cancelling: Promise<boolean> | undefined;
    let isSettled = false;
    const settled = statement.then(
      () => false,
      (error) => error?.code === '57014',
    );
    void settled.then(async (wasCancelled) => {
      isSettled = true;
      // A cancellation that came too late would hit the next statement of the connection.
      const isLate = !wasCancelled && (await cancelling?.catch(() => true)) === true;
      client?.release(isLate);
      leave();
    });
    try {
      return await Promise.race([statement, ended]);
    } catch (error) {
      isGone = true;
      if (error instanceof ReadEndedError && client !== undefined && !database.shares_session) {
        cancelling = cancel(database, tag, () => isSettled);
        cancelling.catch(() => undefined);
      }
      throw error;
    }
  };

  return {
    reader: (signal) => ({
      pool: database.pool,
      shares_session: database.shares_session,
      async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) {
        const { ended, forget } = endOf(signal, timeout_ms);
        try {
          await enter(ended);
          return (await run(text, values, ended)) as Row[];
        } finally {
          forget();
        }
      },
      close: () => Promise.resolve(),
    }),
  };
}

/**
 * Cancels the statement that begins with a comment, as soon as the server has begun it; answers whether
 * it did.
 */
async function cancel(database: Database, tag: string, isSettled: () => boolean): Promise<boolean> {
  for (let attempt = 0; !isSettled() && attempt < 100; attempt++) {
    const rows = await database.query(
      `select pg_cancel_backend(pid) from pg_stat_activity
      where datname = current_database() and state = 'active' and starts_with(query, $1)`,
      [tag],
    );
    if (rows.length > 0) return true;
    await pause(50);
  }
  return false;
}

/** A promise that is rejected when the reader leaves or its time is up, and how to stop waiting for it. */
function endOf(signal: AbortSignal | undefined, timeout_ms: number) {
  let forget: () => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    const abort = () => reject(new ReadEndedError('read_aborted', timeout_ms));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    const timer = setTimeout(() => {
      reject(new ReadEndedError('read_timeout', timeout_ms));
    }, timeout_ms);
    forget = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  });
  // Nobody may be waiting for it.
  ended.catch(() => undefined);
  return { ended, forget };
}
