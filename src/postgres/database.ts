import pg from 'pg';
import { addressOf } from './address.js';
import { prepareSession } from './sessions.js';

// Doubles are written so that they are read back as they are, whatever a role or database says.
const sessionSettings = { jit: 'off', extra_float_digits: '1' };

/** Where a store's Postgres is: a `postgres://` URL, or an address such as an embedded store's. */
export type DatabaseTarget =
  | string
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly database: string;
      /** Whether all connections share one session, as those of an embedded store do. Defaults to false. */
      readonly shares_session?: boolean;
    };

/** A pool of connections to a store. */
export interface Database {
  readonly pool: pg.Pool;
  /** Whether all connections share one session, as those of an embedded store do. */
  readonly shares_session: boolean;
  /** Runs one statement. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** May be called again. */
  close(): Promise<void>;
}

/** Settings of a pool. */
export interface DatabaseOptions {
  /** The most connections. Defaults to 4. */
  readonly max?: number;
  /** What Postgres shows as `application_name`. Defaults to `runfold`. */
  readonly application_name?: string;
  /** Told when an idle connection breaks; the pool replaces it. */
  readonly onError?: (error: Error) => void;
}

/**
 * Opens a pool; it connects at the first query. JIT is off: it costs these statements more than it
 * gives.
 */
export function openDatabase(target: DatabaseTarget, options: DatabaseOptions = {}): Database {
  const shares_session = typeof target !== 'string' && target.shares_session === true;
  const pool: pg.Pool = new pg.Pool({
    ...addressOf(target),
    max: options.max ?? 4,
    application_name: options.application_name ?? 'runfold',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    // All clients of an embedded store share one session, which is set up once.
    ...(typeof target === 'string'
      ? { onConnect: prepareSession(() => pool, sessionSettings) }
      : {}),
  });
  pool.on('error', options.onError ?? (() => undefined));
  // A connection that breaks between two queries of its user, in the midst of an audit for example,
  // tells it by an event that would end the process; the user's next query is refused and says it.
  pool.on('connect', (client) => client.on('error', () => undefined));
  let closing: Promise<void> | undefined;
  return {
    pool,
    shares_session,
    query: async (text, values = []) => (await pool.query(text, [...values])).rows,
    close: () => (closing ??= pool.end()),
  };
}

/**
 * Settings of a transaction of long work: what a role or a database limits for its readers would end
 * an audit, a rebuild or a migration half-way.
 */
export const longWorkSettings =
  'set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0';
