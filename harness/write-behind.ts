import type { Database } from '#runfold/postgres/database.js';
import { textOnShards } from '#runfold/query/readers/reader-text.js';
import { openShardMap } from '#runfold/store/shards/open-shard-map.js';

/** Which rows of a divided store to change. */
export interface WriteBehindOptions {
  /** Only those of the first shard on which the statement finds any. Defaults to those of every shard. */
  readonly once?: boolean | undefined;
}

/**
 * Changes rows without the product's writers, as somebody who tampers with totals does. In a store on several servers it
 * writes to the shards' own tables, because a planner of Citus refuses system columns. Returns the number of changed rows.
 */
export async function writeBehind(
  database: Database,
  text: string,
  values: readonly unknown[] = [],
  { once = false }: WriteBehindOptions = {},
): Promise<number> {
  const map = await openShardMap(database);
  if (map.is_spread !== true) {
    return (await database.pool.query(text, [...values])).rowCount ?? 0;
  }
  let changed = 0;
  for (const { database: server, tables } of map.shards()) {
    const { rowCount } = await server.pool.query(textOnShards(text, [tables]), [...values]);
    changed += rowCount ?? 0;
    if (once && changed > 0) break;
  }
  return changed;
}
