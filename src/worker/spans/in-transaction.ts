import type pg from 'pg';
import type { Database } from '../../postgres/database.js';
import { learnFrom } from '../../postgres/sessions.js';

/** Does some work in one transaction of a connection, and rolls it back where it fails. */
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
    // On a broken connection there is nothing to roll back; the first error tells the story.
    const isBroken = await client.query('rollback').then(
      () => false,
      () => true,
    );
    client.release(isBroken);
    learnFrom(error, pool);
    throw error;
  }
}
