import type { Database } from '../../postgres/database.js';
import { meaningSettings } from '../../postgres/pooled-sessions.js';
import { isCoordinator } from '../../store/shards/citus-nodes.js';
import { type PostgresFacts, readPostgresFacts } from './postgres-facts.js';

/** The facts of one server of a Citus cluster. */
export interface CitusServer {
  readonly name: string;
  readonly facts: PostgresFacts;
  /** Such as `13.2.2`. */
  readonly citus_version: string;
  /** The disk of its data. */
  readonly free_bytes: number;
  readonly total_bytes: number;
  /** Settings that differ from Runfold's in the connections that Citus itself opens, such as `array_nulls = off`. */
  readonly other_settings: readonly string[];
}

/** A node that Citus knows. */
export interface CitusNode {
  readonly name: string;
  readonly is_active: boolean;
  /** Whether it knows where all shards are. */
  readonly is_synced: boolean;
  /** Why it does not respond; undefined if it does. */
  readonly away?: string | undefined;
}

/** The facts that the checks of a Citus cluster use. */
export interface ClusterFacts {
  readonly nodes: readonly CitusNode[];
  /** The servers that respond, the coordinator first. */
  readonly servers: readonly CitusServer[];
  /** How many shards do not have exactly one copy. */
  readonly copied_shards: number;
}

/** Reads the facts of a cluster from its coordinator and from each node; undefined if the server is not a coordinator. */
export async function readClusterFacts(
  database: Database,
  own: PostgresFacts,
): Promise<ClusterFacts | undefined> {
  if (!(await isCoordinator(database))) return undefined;
  const known = await database.query<{
    host: string;
    port: number;
    is_active: boolean;
    is_synced: boolean;
  }>(
    `select nodename as host, nodeport as port, isactive as is_active, hasmetadata and metadatasynced as is_synced
    from pg_dist_node where noderole = 'primary' and groupid <> 0 order by 1, 2`,
  );
  const [copies] = await database.query<{ shards: number }>(
    `select count(*)::integer as shards from (
      select from pg_dist_shard s join pg_class c on c.oid = s.logicalrelid
      left join pg_dist_placement p using (shardid)
      where c.relnamespace = to_regnamespace('runfold_internal') and s.shardminvalue is not null
      group by shardid having count(p.placementid) <> 1) s`,
  );
  const coordinator = await readServer(database, 'the coordinator', async () => own);
  const found = await Promise.all(
    known.map(async ({ host, port, ...node }) => {
      const name = `${host}:${port}`;
      const at = database.at(host, port);
      try {
        const server = await readServer(at, name, () => readPostgresFacts(at));
        return { node: { name, ...node }, server };
      } catch (error) {
        const away = error instanceof Error ? error.message : String(error);
        return { node: { name, ...node, away }, server: undefined };
      }
    }),
  );
  return {
    nodes: found.map(({ node }) => node),
    servers: [coordinator, ...found.flatMap(({ server }) => server ?? [])],
    copied_shards: copies?.shards ?? 0,
  };
}

async function readServer(
  database: Database,
  name: string,
  readFacts: () => Promise<PostgresFacts>,
): Promise<CitusServer> {
  const facts = await readFacts();
  const [row] = await database.query<{ version: string; free: number; total: number }>(
    `select substring(citus_version() from 'Citus ([0-9.]+)') as version,
      available_disk_size::float8 as free, total_disk_size::float8 as total
    from citus_local_disk_space_stats()`,
  );
  // What a new session has before Runfold sets anything.
  const others = await database.query<{ setting: string }>(
    `select name || ' = ' || reset_val as setting
    from unnest($1::text[], $2::text[]) as wanted(name, value) join pg_settings using (name)
    where reset_val <> wanted.value order by 1`,
    [Object.keys(meaningSettings), Object.values(meaningSettings)],
  );
  return {
    name,
    facts,
    citus_version: row?.version ?? '',
    free_bytes: row?.free ?? 0,
    total_bytes: row?.total ?? 0,
    other_settings: others.map(({ setting }) => setting),
  };
}
