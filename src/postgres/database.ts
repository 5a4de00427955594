import pg from 'pg';
import { RunfoldError } from '../environment/runfold-error.js';
import { within } from '../environment/within.js';
import { addressOf } from './address.js';
import { nameNode, rememberNode } from './error-nodes.js';
import { keepSockets } from './open-sockets.js';
import { isEmbedded, meaningSettings, prepareSession } from './pooled-sessions.js';

type OnConnect = (error: Error | undefined, client: undefined, done: () => void) => void;

const sessionSettings = { jit: 'off', ...meaningSettings };

/** The address of a store's Postgres: a `postgres://` URL, or an address such as that of an embedded store. */
export type DatabaseTarget =
  | string
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly database: string;
      /** Whether all connections share one session, as in an embedded store. Defaults to false. */
      readonly shares_session?: boolean;
    };

/** A pool of connections to a store. */
export interface Database {
  readonly pool: pg.Pool;
  /**
   * Whether all connections share one session, as in an embedded store. For a URL it is known once there was a
   * connection, and false until then.
   */
  readonly shares_session: boolean;
  /** Runs one statement. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The same database on another server, such as a node of a Citus; it is closed with this one. */
  at(host: string, port: number): Database;
  /** Breaks every connection: statements that run fail at once. Later ones connect again. */
  interrupt(): void;
  /**
   * Waits for statements that run, for at most ten seconds: then their connections are broken. May be called again.
   */
  close(): Promise<void>;
}

/** How long statements may run after `close`, in milliseconds. */
const closingMs = 10_000;

/** Settings of a pool. */
export interface DatabaseOptions {
  /** The maximum number of connections. Defaults to 4. */
  readonly max?: number;
  /** What Postgres shows as `application_name`. Defaults to `runfold`. */
  readonly application_name?: string;
  /** Called when an idle connection breaks; the pool replaces it. */
  readonly onError?: (error: Error) => void;
}

/** The store was closed before this call. */
export class StoreClosedError extends RunfoldError {
  readonly code = 'store_closed';
  constructor() {
    super('The store is closed: close() was called before this. Open it again.');
    this.name = 'StoreClosedError';
  }
}

/**
 * Opens a pool; it connects at the first query. JIT is off: it makes these statements
 * slower.
 */
export function openDatabase(target: DatabaseTarget, options: DatabaseOptions = {}): Database {
  const shares_session = typeof target !== 'string' && target.shares_session === true;
  const sockets = keepSockets();
  const pool: pg.Pool = new pg.Pool({
    ...addressOf(target),
    stream: sockets.stream,
    max: options.max ?? 4,
    application_name: options.application_name ?? 'runfold',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    // All clients of an embedded store share one session, which is initialized once.
    ...(typeof target === 'string'
      ? { onConnect: prepareSession(() => pool, sessionSettings) }
      : {}),
  });
  pool.on('error', options.onError ?? (() => undefined));
  // If a connection breaks between two queries of its user, for example during an audit, it emits an event
  // that would end the process. The user's next query fails with the error.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const others = new Map<string, Database>();
  let closing: Promise<unknown> | undefined;
  const fail = (error: unknown): never => {
    rememberNode(error, pool);
    throw error;
  };
  // `query` calls it too. The pool's own error names the pool, which its user never saw.
  const connect = pool.connect.bind(pool) as (callback?: OnConnect) => Promise<pg.PoolClient>;
  pool.connect = ((callback?: OnConnect) => {
    if (closing === undefined) {
      const connected = connect(callback);
      return callback === undefined ? connected.catch(fail) : connected;
    }
    if (callback === undefined) return Promise.reject(new StoreClosedError());
    callback(new StoreClosedError(), undefined, () => undefined);
  }) as typeof pool.connect;
  return {
    pool,
    get shares_session() {
      return shares_session || isEmbedded(pool);
    },
    query: async (text, values = []) => (await pool.query(text, [...values]).catch(fail)).rows,
    at(host, port) {
      const place = `${host}:${port}`;
      const known = others.get(place);
      if (known !== undefined) return known;
      const other = openDatabase(targetAt(target, host, port), options);
      nameNode(other.pool, place);
      others.set(place, other);
      return other;
    },
    interrupt() {
      sockets.interrupt();
      for (const other of others.values()) other.interrupt();
    },
    async close() {
      closing ??= Promise.all([
        sockets.end(pool, { busy_ms: closingMs }),
        ...[...others.values()].map((other) => other.close()),
      ]);
      await closing;
    },
  };
}

/**
 * The same database, whose `query` throws an error with the code `ETIMEDOUT` if there is no response within `ms`
 * milliseconds: a server that is stopped, or a transaction that blocks all others, is not away, and would let its caller
 * wait forever. The statement itself goes on. Its `pool` has no limit.
 */
export function limitWaits(database: Database, ms: number): Database {
  const others = new Map<Database, Database>();
  return {
    pool: database.pool,
    get shares_session() {
      return database.shares_session;
    },
    query: <Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) =>
      within(ms, database.query<Row>(text, values), () => {
        const error = Object.assign(new Error(`no response within ${ms} ms`), {
          code: 'ETIMEDOUT',
        });
        rememberNode(error, database.pool);
        return error;
      }),
    at(host, port) {
      const whole = database.at(host, port);
      const other = others.get(whole) ?? limitWaits(whole, ms);
      others.set(whole, other);
      return other;
    },
    interrupt: () => database.interrupt(),
    close: () => database.close(),
  };
}

function targetAt(target: DatabaseTarget, host: string, port: number): DatabaseTarget {
  if (typeof target !== 'string') return { ...target, host, port };
  const url = new URL(target);
  url.hostname = host;
  url.port = String(port);
  return url.href;
}
