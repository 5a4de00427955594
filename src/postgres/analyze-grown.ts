import type { PoolClient } from 'pg';
import { type Database, longWorkSettings } from './database.js';

/** Below this number of blocks, reading a table is as fast without statistics. */
const fewBlocks = 8;

/**
 * Gathers statistics for the tables of a schema that have at least doubled since the last time, and returns
 * their names. Nothing else does this in an embedded store, and in a Postgres autovacuum may be
 * off, or slower than the load. Tables that another process is analysing, or that this role does not own, are
 * skipped.
 * @param settings Settings of a transaction without which the catalog hides tables, such as `citus.x = off`
 */
export async function analyzeGrown(
  database: Database,
  schema: string,
  settings: readonly string[] = [],
): Promise<readonly string[]> {
  const names = await findGrown(database, schema, settings);
  // One by one, so that on an embedded store others get a turn in between.
  for (const name of names) await analyze(database, name);
  return names;
}

async function findGrown(
  database: Database,
  schema: string,
  settings: readonly string[],
): Promise<readonly string[]> {
  return inTransaction(database, settings, async (client) => {
    const { rows } = await client.query<{ name: string }>(grownSql, [schema]);
    return rows.map(({ name }) => name);
  });
}

const grownSql = `select c.oid::regclass::text as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind = 'r'
    and pg_has_role(c.relowner, 'usage')
    and pg_relation_size(c.oid) / current_setting('block_size')::integer
      > greatest(2 * c.relpages, ${fewBlocks})
  order by 1`;

/** A limit that a role or a database sets for its statements does not end the analysis of a large table. */
async function analyze(database: Database, name: string): Promise<void> {
  await inTransaction(database, [], async (client) => {
    await client.query(longWorkSettings);
    await client.query(`analyze (skip_locked) ${name}`);
  });
}

async function inTransaction<T>(
  database: Database,
  settings: readonly string[],
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await database.pool.connect();
  try {
    await client.query(['begin', ...settings.map((one) => `set local ${one}`)].join('; '));
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    // The first error is the one to report.
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
