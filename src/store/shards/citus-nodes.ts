import type { Database } from '../../postgres/database.js';

/** Whether this is the coordinator of a Citus cluster: the server that knows every node. */
export async function isCoordinator(database: Pick<Database, 'query'>): Promise<boolean> {
  return (await citusGroup(database)) === 0;
}

/** Whether this is a node of a Citus cluster other than its coordinator. */
export async function isNode(database: Pick<Database, 'query'>): Promise<boolean> {
  return ((await citusGroup(database)) ?? 0) > 0;
}

/** The number of this server in its Citus cluster, 0 for the coordinator; undefined without Citus. */
async function citusGroup(database: Pick<Database, 'query'>): Promise<number | undefined> {
  const [found] = await database.query<{ has_citus: boolean }>(
    `select exists (select from pg_extension where extname = 'citus') as has_citus`,
  );
  if (found?.has_citus !== true) return undefined;
  const [group] = await database.query<{ groupid: number }>(
    'select groupid from pg_dist_local_group',
  );
  return group?.groupid;
}

/** The addresses of the nodes that may hold stripes, as `host:port`. */
export async function nodePlaces(database: Pick<Database, 'query'>): Promise<readonly string[]> {
  const rows = await database.query<{ place: string }>(
    `select nodename || ':' || nodeport as place from pg_dist_node
    where noderole = 'primary' and shouldhaveshards and isactive order by 1`,
  );
  return rows.map(({ place }) => place);
}
