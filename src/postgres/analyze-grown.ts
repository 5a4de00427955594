import type { Database } from './database.js';

/** Blocks below which a table is read as fast without statistics. */
const fewBlocks = 8;

/**
 * Gathers statistics of the tables of a schema that have at least doubled since they were last gathered, and answers
 * which these are. An embedded store has nobody else who does it, and a Postgres may have its autovacuum
 * off, or be slower than a load. What another process is gathering just now, or this role does not own, is
 * left out.
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
  // One by one: on an embedded store others take their turn in between.
  for (const name of names) await database.query(`analyze (skip_locked) ${name}`);
  return names;
}
