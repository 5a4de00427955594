import type { PoolClient } from 'pg';
import { fullName, type TableNames } from '../../store/shards/table-names.js';

/** Random sessions, one array per column. */
export interface SessionSample {
  readonly project: readonly number[];
  readonly session_id: readonly string[];
}

/** Blocks to read per session, on average; a long session fills several. */
const blocksPerSession = 4;

/**
 * Chooses random sessions from random blocks of the log, and from blocks of the session totals, to
 * find totals without events too. A small table is read completely; of a large one, as many blocks
 * as needed. Long sessions are more likely to be chosen, and have more that can be wrong.
 */
export async function chooseSessions(
  client: PoolClient,
  tables: TableNames,
  size: number,
  project?: number,
): Promise<SessionSample> {
  const { rows } = await client.query(
    `select name, least(100, 100.0 * $2 / greatest(1, pg_relation_size(name::regclass)
        / current_setting('block_size')::integer))::real as percent
    from unnest($1::text[]) name`,
    [['event', 'session'].map((table) => fullName(tables, table)), size * blocksPerSession],
  );
  const some = rows.map(
    ({ name, percent }) =>
      `select project, session_id from ${name} tablesample system (${percent})`,
  );
  const { rows: chosen } = await client.query(
    `select project, session_id from (${some.join(' union ')}) s
    where $2::integer is null or project = $2 order by random() limit $1`,
    [size, project ?? null],
  );
  return {
    project: chosen.map((row) => row.project),
    session_id: chosen.map((row) => row.session_id),
  };
}

/**
 * The rows of a relation that belong to the sessions in `$2` and `$3`, looked up by index one by
 * one.
 */
export function inSessions(relation: string): string {
  // `offset 0` keeps the planner from turning the lookups into a join that reads everything.
  return `(select found.* from unnest($2::integer[], $3::text[]) as chosen(project, session_id),
    lateral (select * from ${relation} r
      where r.project = chosen.project and r.session_id = chosen.session_id offset 0) found)`;
}
