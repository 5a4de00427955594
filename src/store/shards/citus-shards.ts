import type { Database } from '../../postgres/database.js';
import type { Shard, ShardMap } from './shard-map.js';
import type { TableNames } from './table-names.js';

interface Row extends Record<string, unknown> {
  readonly stripe: number;
  readonly value: number;
  readonly host: string;
  readonly port: number;
  /** The shard id of each table, by table name. */
  readonly tables: Readonly<Record<string, number>>;
}

/**
 * `ShareLock`, which Citus' own writers take on the metadata of a shard. A move of the shard waits
 * for it.
 */
const shareLock = 5;

/** The shards of a store on the nodes of a Citus cluster, from its coordinator. */
export async function openCitusShards(database: Database): Promise<ShardMap> {
  let shards = new Map<number, Shard>();
  const refresh = async () => {
    const rows = await database.query<Row>(mapSql);
    checkCopies(rows);
    const found = rows.map((row) => {
      const known = shards.get(row.stripe);
      const made = shardOf(database, row);
      const isSame =
        known?.place === made.place && known.guard?.statements === made.guard?.statements;
      return [row.stripe, isSame && known !== undefined ? known : made] as const;
    });
    shards = new Map(found);
  };
  await refresh();
  return {
    stripes: shards.size,
    is_divided: true,
    is_spread: true,
    shardOf(stripe) {
      const shard = shards.get(stripe);
      if (shard !== undefined) return shard;
      throw new Error(`Expected a stripe from 0 to ${shards.size - 1}, got ${stripe}.`);
    },
    shards: () => [...shards.values()],
    refresh,
  };
}

/** @throws Error if Citus keeps several copies of a shard: only one would get the events, and Citus may read another */
function checkCopies(rows: readonly Row[]): void {
  const twice = rows.find(({ stripe }, at) => rows[at - 1]?.stripe === stripe);
  if (twice === undefined) return;
  throw new Error(
    `Citus keeps more than one copy of stripe ${twice.stripe}, and Runfold writes one. Drop the others, and give each node a standby instead.`,
  );
}

function shardOf(database: Database, { stripe, value, host, port, tables }: Row): Shard {
  const names: TableNames = {
    schema: 'runfold_internal',
    local: (table) => `${table}_${tables[table]}`,
    stripe: value,
    settings: [
      'citus.enable_manual_changes_to_shards = on',
      'citus.enable_ddl_propagation = off',
      // Otherwise the catalog hides shards.
      'citus.override_table_visibility = off',
    ],
  };
  const shard = tables.event;
  const check = `select count(*) = 1 as is_here from pg_dist_placement
    where shardid = ${shard} and groupid = (select groupid from pg_dist_local_group)`;
  return {
    stripe,
    tables: names,
    database: database.at(host, port),
    address: { host, port },
    place: `${host}:${port}`,
    // The lock is a separate statement, so the next one sees the state after the lock.
    guard: {
      statements: `select lock_shard_metadata(${shareLock}, array[${shard}]::bigint[]); ${check}`,
      check,
    },
  };
}

/** Colocated tables have shards with the same ranges. */
const mapSql = `select s.number as stripe, s.value, n.nodename as host, n.nodeport as port, x.tables
  from (select number, value, get_shard_id_for_distribution_column('runfold_internal.event', value) as shard
    from runfold_internal.stripe) s
  join pg_dist_shard e on e.shardid = s.shard
  join pg_dist_placement p on p.shardid = s.shard
  join pg_dist_node n on n.groupid = p.groupid and n.noderole = 'primary'
  cross join lateral (select json_object_agg(c.relname, x.shardid) as tables
    from pg_dist_shard x join pg_class c on c.oid = x.logicalrelid
    where x.shardminvalue = e.shardminvalue and c.relnamespace = 'runfold_internal'::regnamespace) x
  order by s.number`;
