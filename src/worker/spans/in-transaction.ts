import type pg from 'pg';
import type { Database } from '../../postgres/database.js';
import { learnFrom } from '../../postgres/pooled-sessions.js';

/** Does work in one transaction of a connection, and rolls it back on an error. */
export async function inTransaction<T>(
  { pool }: Pick<Database, 'pool'>,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
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
