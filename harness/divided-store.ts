import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { createShards } from '#runfold/store/create-shards.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** How many stripes a store of the tests has: enough that events of one batch are of several. */
export const testStripes = 3;

/** A store of a test's own that is divided into partitions of one Postgres. */
export async function createDividedDatabase(
  stripes = testStripes,
): Promise<{ readonly home: TestDatabase; readonly database: Database }> {
  const home = await createTestDatabase();
  const database = openDatabase(home.url, { max: 6 });
  await createShards(database, { stripes, kind: 'partitions' });
  return { home, database };
}
