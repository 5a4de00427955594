import type { PoolClient } from 'pg';
import type { Database } from '#runfold/postgres/database.js';
import { readShardMap } from '#runfold/store/shards/open-shard-map.js';
import { type Shard, singleShard } from '#runfold/store/shards/shard-map.js';
import { fullName, settingsSql, wholeStore } from '#runfold/store/shards/table-names.js';

/** The shards of a store, by the server that has them; one on one server. */
export async function shardsOfServers(
  database: Database,
): Promise<ReadonlyMap<Database, readonly Shard[]>> {
  const map = await readShardMap(database);
  const shards = map.is_spread === true ? map.shards() : [singleShard(database).shardOf(0)];
  return new Map(
    shards.map(({ database: server }) => [
      server,
      shards.filter((shard) => shard.database === server),
    ]),
  );
}

/** Does some work while nobody can read some tables of a store, on whichever server they are. */
export async function whileLocked<T>(
  database: Database,
  tables: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const held: PoolClient[] = [];
  try {
    for (const [server, shards] of await shardsOfServers(database)) {
      const names = shards.flatMap((shard) => tables.map((table) => fullName(shard.tables, table)));
      const client = await server.pool.connect();
      held.push(client);
      const settings = settingsSql(shards[0]?.tables ?? wholeStore, 'set local');
      await client.query(`begin${settings}; lock table ${names.join(', ')}`);
    }
    return await work();
  } finally {
    for (const client of held) {
      await client.query('rollback');
      client.release();
    }
  }
}
