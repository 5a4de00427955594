import { type Database, longWorkSettings } from './database.js';

/** Below this number of blocks, reading a table is as fast without statistics. */
const fewBlocks = 8;

/**
 * Gathers statistics for the tables of a schema that have at least doubled since the last time, and returns
 * their names. Nothing else does this in an embedded store, and in a Postgres autovacuum may be
 * off, or slower than the load. Tables that another process is analysing, or that this role does not own, are
 * skipped.
 */
export async function analyzeGrown(database: Database, schema: string): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    `select c.oid::regclass::text as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relkind = 'r'
      and pg_has_role(c.relowner, 'usage')
      and pg_relation_size(c.oid) / current_setting('block_size')::integer
        > greatest(2 * c.relpages, ${fewBlocks})
    order by 1`,
    [schema],
  );
  const names = rows.map(({ name }) => name);
  // One by one, so that on an embedded store others get a turn in between.
  for (const name of names) await analyze(database, name);
  return names;
}

/** A limit that a role or a database sets for its statements does not end the analysis of a large table. */
async function analyze(database: Database, name: string): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query(`begin; ${longWorkSettings}`);
    await client.query(`analyze (skip_locked) ${name}`);
    await client.query('commit');
  } catch (error) {
    // The error of the analysis is the one to report.
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
