import type { Database } from '../../postgres/database.js';
import { fixedShards, type ShardMap } from './shard-map.js';
import type { TableNames } from './table-names.js';

/** The suffix of the names of a stripe's tables, such as `_07`. */
export function suffixOf(stripe: number, stripes: number): string {
  return `_${String(stripe).padStart(String(stripes - 1).length, '0')}`;
}

/** The tables of one stripe on a server that holds all stripes. */
export function partitionNames(stripe: number, stripes: number): TableNames {
  const suffix = suffixOf(stripe, stripes);
  return { schema: 'runfold_internal', local: (table) => `${table}${suffix}`, stripe };
}

/** A store divided into partitions on one server. They are never moved, so they have no guard. */
export function partitionShards(database: Database, stripes: number): ShardMap {
  const all = Array.from({ length: stripes }, (_, stripe) => ({
    stripe,
    tables: partitionNames(stripe, stripes),
    database,
    place: 'this server',
  }));
  return fixedShards(all);
}
