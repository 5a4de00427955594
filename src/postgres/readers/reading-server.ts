import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { RunfoldError } from '../../environment/runfold-error.js';
import type { Database } from '../database.js';
import { queryCanceled } from '../sql-states.js';

/** A read was cancelled, because its reader left or because it took too long. */
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
  /** How long a statement may take, including the wait for a connection, in milliseconds. Defaults to 30,000. */
  readonly timeout_ms?: number | undefined;
}

/** Runs the statements of all readers of one server. */
export interface ReadingServer {
  query(
    text: string,
    values: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<pg.QueryResultRow[]>;
}

/** Opens it for one server: a store has one, on several servers one on each. */
export function openReadingServer(database: Database, options: ReaderOptions): ReadingServer {
  const { timeout_ms = 30_000 } = options;
  const share = options.connections ?? Math.max(1, (database.pool.options.max ?? 1) - 2);
  const mark = `runfold ${randomBytes(6).toString('hex')}`;
  const waiting = new Set<() => void>();
  let [busy, number] = [0, 0];

  // A finished reader passes its connection to the one that has waited longest.
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
    // The connection is in use until the statement has ended, even if the reader has an error already.
    let cancelling: Promise<boolean> | undefined;
    let isSettled = false;
    const settled = statement.then(
      () => false,
      (error) => error?.code === queryCanceled,
    );
    void settled.then(async (wasCancelled) => {
      isSettled = true;
      // A late cancellation would cancel the next statement of the connection.
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
    async query(text, values, signal) {
      const { ended, forget } = endOf(signal, timeout_ms);
      try {
        await enter(ended);
        return await run(text, values, ended);
      } finally {
        forget();
      }
    },
  };
}

/**
 * Cancels the statement that begins with a comment, as soon as the server has started it; returns whether
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

/** A promise that rejects when the reader leaves or its time is over, and a function to stop it. */
function endOf(signal: AbortSignal | undefined, timeout_ms: number) {
  let forget: () => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    const abort = () => reject(new ReadEndedError('read_aborted', timeout_ms));
    if (signal?.aborted) abort();
    if (signal !== undefined) {
      // One request can read many stripes and servers at the same time; Node.js warns of more than 10 listeners.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', abort, { once: true });
    }
    const timer = setTimeout(() => {
      reject(new ReadEndedError('read_timeout', timeout_ms));
    }, timeout_ms);
    forget = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  });
  // There may be no handler for it.
  ended.catch(() => undefined);
  return { ended, forget };
}
