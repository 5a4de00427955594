import type { Database } from './database.js';
import { inTransaction } from './in-transaction.js';

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
  return inTransaction(
    database,
    async (client) => {
      const { rows } = await client.query<{ name: string }>(grownSql, [schema]);
      return rows.map(({ name }) => name);
    },
    { settings },
  );
}

const grownSql = `select c.oid::regclass::text as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind = 'r'
    and pg_has_role(c.relowner, 'usage')
    and pg_relation_size(c.oid) / current_setting('block_size')::integer
      > greatest(2 * c.relpages, ${fewBlocks})
  order by 1`;

async function analyze(database: Database, name: string): Promise<void> {
  await inTransaction(database, (client) => client.query(`analyze (skip_locked) ${name}`), {
    is_long: true,
  });
}
