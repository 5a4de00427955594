import { hash } from 'node:crypto';
import type { Database } from './database.js';
import { isLostStatement, isPooled, learnFrom } from './pooled-sessions.js';

/** A unique name for each statement: a connection finds a prepared statement by its name. */
export function statementName(text: string): string {
  return `runfold_${hash('sha1', text).slice(0, 16)}`;
}

/** Whether `queryPrepared` prepares a statement once per connection, and not each time. */
export async function keepsPrepared({ pool, shares_session }: Database): Promise<boolean> {
  return !(shares_session || (await isPooled(pool)));
}

/**
 * Runs a statement that each connection prepares once, which saves Postgres most of the work of a short one. Where
 * connections keep no session of their own, it is prepared each time.
 */
export async function queryPrepared<Row extends object>(
  database: Database,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const { pool } = database;
  if (!(await keepsPrepared(database))) return database.query(text, values);
  try {
    const name = statementName(text);
    return (await pool.query({ name, text, values: [...values] })).rows;
  } catch (error) {
    learnFrom(error, pool);
    // The server has not run it.
    if (isLostStatement(error)) return database.query(text, values);
    throw error;
  }
}
