import { expect, test } from 'vitest';
import type { Database } from '#runfold/postgres/database.js';
import {
  readShardMap,
  rememberShardMap,
  shareShardMap,
} from '#runfold/store/shards/open-shard-map.js';
import { fixedShards, type Shard } from '#runfold/store/shards/shard-map.js';
import { wholeStore } from '#runfold/store/shards/table-names.js';

/** A database that can only say which one it is, and has others on its other servers. */
function namedDatabase(name: string): Database {
  const others = new Map<string, Database>();
  const at = (host: string, port: number) => {
    const place = `${name}@${host}:${port}`;
    const other = others.get(place) ?? namedDatabase(place);
    others.set(place, other);
    return other;
  };
  return Object.assign({ name }, { at }) as unknown as Database;
}

test('a view of a store reads shards through itself, on every server', async () => {
  const [store, view] = [namedDatabase('store'), namedDatabase('view')];
  const shardOn = (stripe: number, host: string): Shard => ({
    stripe,
    tables: wholeStore,
    database: store.at(host, 5432),
    address: { host, port: 5432 },
    place: `${host}:5432`,
  });
  const here: Shard = { stripe: 2, tables: wholeStore, database: store, place: 'this server' };
  const map = fixedShards([shardOn(0, 'a'), shardOn(1, 'b'), here]);
  rememberShardMap(store, { ...map, is_spread: true });
  shareShardMap(store, view);

  const shared = await readShardMap(view);
  expect(shared).toMatchObject({ is_spread: true, is_divided: true, stripes: 3 });
  expect(shared.shards().map(({ place }) => place)).toEqual(['a:5432', 'b:5432', 'this server']);
  const expected = [view.at('a', 5432), view.at('b', 5432), view];
  expect(shared.shards().every(({ database }, at) => database === expected[at])).toBe(true);
  expect(shared.shardOf(1).database).toBe(view.at('b', 5432));
  expect((await readShardMap(store)).shardOf(1).database).toBe(store.at('b', 5432));
});
