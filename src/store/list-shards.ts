import type { Database } from '../postgres/database.js';
import { readShard } from './shards/on-shard.js';
import { openShardMap } from './shards/open-shard-map.js';
import { type PlacementKind, readPlacement } from './shards/placement.js';
import { fullName, settingsSql } from './shards/table-names.js';

/** One stripe of a store. */
export interface ListedShard {
  readonly stripe: number;
  /** The server that holds it. */
  readonly place: string;
  /** Events in its log, as Postgres estimates them; null before the first estimate. */
  readonly events: number | null;
  /** The size of its log and the log's indexes. */
  readonly bytes: number;
}

/** How a store is divided. */
export interface ListedShards {
  readonly kind: PlacementKind | 'whole';
  readonly stripes: number;
  readonly items: readonly ListedShard[];
}

/** The stripes of a store. An undivided store has one. */
export async function listShards(database: Database): Promise<ListedShards> {
  const placement = await readPlacement(database);
  const map = await openShardMap(database);
  const items: ListedShard[] = [];
  for (let stripe = 0; stripe < map.stripes; stripe++) {
    const item = await readShard(map, stripe, async ({ place, tables, database: server }) => {
      const name = fullName(tables, 'event');
      const row = await readSize(server, name, settingsSql(tables, 'set local'));
      return { stripe, place, events: row?.events ?? null, bytes: row?.bytes ?? 0 };
    });
    items.push(item);
  }
  return { kind: placement?.kind ?? 'whole', stripes: map.stripes, items };
}

interface Size {
  readonly events: number | null;
  readonly bytes: number;
}

/** The size of a table, with the settings without which the catalog hides it. */
async function readSize(
  server: Database,
  name: string,
  settings: string,
): Promise<Size | undefined> {
  const client = await server.pool.connect();
  try {
    await client.query(`begin read only${settings}`);
    const { rows } = await client.query<Size>(
      `select (select reltuples::float8 from pg_class where oid = $1::regclass and reltuples >= 0) as events,
        pg_total_relation_size($1::regclass)::float8 as bytes`,
      [name],
    );
    return rows[0];
  } finally {
    // Nothing was written, so on a broken connection there is nothing to roll back.
    await client.query('rollback').catch(() => undefined);
    client.release();
  }
}
