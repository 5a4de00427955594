import type { Database } from '../../postgres/database.js';

/**
 * How far the log of another store has been copied into this one, for each of its projects, so that
 * a copy that was interrupted continues there. Only a store that was copied into has this table.
 */
export interface ReplicaPositions {
  /** Events of a project recorded before this time are here, in microseconds; 0 if none is known. */
  of(project: number): number;
  /** Moves forward. What was written before must be committed. */
  move(project: number, us: number): Promise<void>;
}

const table = 'runfold_internal.replica_position';

/** Reads the positions. `from_start` forgets them first. */
export async function openPositions(
  from: Database,
  to: Database,
  { from_start = false } = {},
): Promise<ReplicaPositions> {
  await to.query(
    `create table if not exists ${table} (source text, project integer, us bigint not null,
      primary key (source, project))`,
  );
  // The same database, under whatever name it is reached.
  const [source] = await from.query<{ name: string }>(
    `select (pg_control_system()).system_identifier || '/' || d.oid as name
    from pg_database d where d.datname = current_database()`,
  );
  const name = source?.name ?? '';
  if (from_start) await to.query(`delete from ${table} where source = $1`, [name]);
  const rows = await to.query<{ project: number; us: string }>(
    `select project, us from ${table} where source = $1`,
    [name],
  );
  const known = new Map(rows.map(({ project, us }) => [project, Number(us)]));
  return {
    of: (project) => known.get(project) ?? 0,
    async move(project, us) {
      if (us <= (known.get(project) ?? 0)) return;
      await to.query(
        `insert into ${table} as p (source, project, us) values ($1, $2, $3)
        on conflict (source, project) do update set us = greatest(p.us, excluded.us)`,
        [name, project, us],
      );
      known.set(project, us);
    },
  };
}
