import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { createShards } from '#runfold/store/create-shards.js';
import { partitionShards } from '#runfold/store/shards/partitions.js';
import { fixedShards, type ShardMap } from '#runfold/store/shards/shard-map.js';
import { createPreparedDatabase, type TestDatabase } from './database.js';

/** How many stripes a store of the tests has: enough that the events of a batch are in several. */
export const testStripes = 3;

/** A separate store for a test, divided into partitions on one Postgres. */
export async function createDividedDatabase(
  stripes = testStripes,
): Promise<{ readonly home: TestDatabase; readonly database: Database }> {
  const home = await createPreparedDatabase(`stripes_${stripes}`, (database) =>
    createShards(database, { stripes, kind: 'partitions' }),
  );
  return { home, database: openDatabase(home.url, { max: 6 }) };
}

/**
 * The shards of a store in partitions as if they were on another server: they are read and written by separate connections,
 * in separate transactions.
 */
export function apartShards(server: Database, stripes = testStripes): ShardMap {
  const isHere = 'select true as is_here';
  const shards = partitionShards(server, stripes)
    .shards()
    .map((shard) => ({ ...shard, guard: { statements: isHere, check: isHere } }));
  return { ...fixedShards(shards), is_spread: true };
}
