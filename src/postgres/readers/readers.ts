import type pg from 'pg';
import type { Database } from '../database.js';
import { openReadingServer, type ReaderOptions, type ReadingServer } from './reading-server.js';

export { ReadEndedError, type ReaderOptions } from './reading-server.js';

/** Provides a database for a reader that may leave. */
export interface Readers {
  /**
   * A database whose statements are cancelled when `signal` aborts or their time is over, on other servers (`at`) too.
   * Closing it does nothing.
   * Its `query` throws ReadEndedError.
   */
  reader(signal?: AbortSignal): Database;
}

/**
 * Limits readers to a share of a pool's connections, on each server, and their statements to a maximum time, so that other
 * users of the pool always find a connection. If nobody awaits a statement any more, it is
 * cancelled on the server. It is found there by a comment at its beginning, because the process id would be
 * wrong behind a pooler, and might already belong to another statement.
 */
export function createReaders(database: Database, options: ReaderOptions = {}): Readers {
  const servers = new Map<Database, ReadingServer>();
  const serverOf = (at: Database): ReadingServer => {
    const server = servers.get(at) ?? openReadingServer(at, options);
    servers.set(at, server);
    return server;
  };
  return { reader: (signal) => readerOn(database, serverOf, signal) };
}

/** A reader of a server, and through `at` of the others: the same limits hold on each. */
function readerOn(
  database: Database,
  serverOf: (at: Database) => ReadingServer,
  signal: AbortSignal | undefined,
): Database {
  const others = new Map<Database, Database>();
  return {
    pool: database.pool,
    get shares_session() {
      return database.shares_session;
    },
    at(host, port) {
      const there = database.at(host, port);
      const other = others.get(there) ?? readerOn(there, serverOf, signal);
      others.set(there, other);
      return other;
    },
    query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await serverOf(database).query(text, values, signal)) as Row[],
    interrupt: () => undefined,
    close: () => Promise.resolve(),
  };
}
