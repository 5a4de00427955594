import type { PoolClient, QueryResult } from 'pg';
import type { Database } from './database.js';
import { longWorkSettings } from './in-transaction.js';
import { isPooled } from './pooled-sessions.js';

/**
 * Takes an advisory lock for as long as a session needs it. Returns a function that releases it, or undefined if another
 * session has it. Behind a pooler no session keeps a lock, so the lock belongs to a transaction that stays
 * open on a separate connection. The transaction has no snapshot, so nothing waits for it.
 */
export async function takeSessionLock(
  database: Database,
  client: PoolClient,
  key: number,
): Promise<(() => Promise<unknown>) | undefined> {
  if (!(await isPooled(client))) {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as taken', [key]);
    if (rows[0]?.taken !== true) return undefined;
    return () => client.query('select pg_advisory_unlock($1)', [key]);
  }
  const keeper = await database.pool.connect();
  const end = async () => {
    const isBroken = await keeper.query('rollback').then(
      () => false,
      () => true,
    );
    keeper.release(isBroken);
  };
  try {
    // One message without parameters: a portal would keep the snapshot of its statement.
    const results = (await keeper.query(
      `begin; ${longWorkSettings}; select pg_try_advisory_xact_lock(${key}) as taken`,
    )) as unknown as QueryResult[];
    if (results.at(-1)?.rows[0]?.taken === true) return end;
  } catch (error) {
    await end();
    throw error;
  }
  await end();
  return undefined;
}
