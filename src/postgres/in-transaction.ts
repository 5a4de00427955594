import type pg from 'pg';
import type { Database } from './database.js';
import { learnFrom } from './pooled-sessions.js';

/**
 * Settings for a long transaction: limits of a role or a database for its readers would abort
 * an audit, a rebuild or a migration.
 */
export const longWorkSettings =
  'set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0';

/** Settings of a transaction. */
export interface TransactionOptions {
  /** What it is, such as `read only`. Defaults to what the server says. */
  readonly mode?: string;
  /** Whether it may take long: then it ignores limits that a role or a database has for its readers. Defaults to false. */
  readonly is_long?: boolean;
  /** Other settings, such as `work_mem = '64MB'`. */
  readonly settings?: readonly string[];
}

/** Does work in one transaction of a connection, and rolls it back on an error. */
export async function inTransaction<T>(
  { pool }: Pick<Database, 'pool'>,
  work: (client: pg.PoolClient) => Promise<T>,
  { mode, is_long = false, settings = [] }: TransactionOptions = {},
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(
      [
        mode === undefined ? 'begin' : `begin ${mode}`,
        ...(is_long ? [longWorkSettings] : []),
        ...settings.map((one) => `set local ${one}`),
      ].join('; '),
    );
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // On a broken connection there is nothing to roll back. The first error is the one that
    // matters.
    const isBroken = await client.query('rollback').then(
      () => false,
      () => true,
    );
    client.release(isBroken);
    learnFrom(error, pool);
    throw error;
  }
}
