import type { Database } from '../postgres/database.js';
import { openShardMap } from './shards/open-shard-map.js';
import { type PlacementKind, readPlacement } from './shards/placement.js';
import { fullName } from './shards/table-names.js';

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
  for (const { stripe, place, tables, database: server } of map.shards()) {
    const [row] = await server.query<{ events: number | null; bytes: number }>(
      `select (select reltuples::float8 from pg_class where oid = $1::regclass and reltuples >= 0) as events,
        pg_total_relation_size($1::regclass)::float8 as bytes`,
      [fullName(tables, 'event')],
    );
    items.push({ stripe, place, events: row?.events ?? null, bytes: row?.bytes ?? 0 });
  }
  return { kind: placement?.kind ?? 'whole', stripes: map.stripes, items };
}
