import type { Database } from '../../postgres/database.js';

/** What the database shows at one moment, and where the rows it does not show can begin. */
export interface TailSnapshot {
  /** As `pg_current_snapshot()` writes it. */
  readonly snapshot: string;
  /** No event that the snapshot does not see was recorded before this time, in microseconds. */
  readonly floor: number;
  /** When it was taken, in microseconds. */
  readonly at: number;
}

/**
 * Rows are recorded with the time at which their transaction began. One that begins after this look
 * is recorded after it; one under way is found among the sessions, by its hold on the log, or its
 * wait for it, or, where it has yet to touch the log, by having begun within the last minute. (A
 * worker's transaction is one statement: it touches the log at once, or its stripe's part of it.) A session is entered a moment
 * after its transaction's time is taken: for that, and for small steps of the clock, two seconds.
 */
const floorSql = `select
    (extract(epoch from least(now(), min(a.xact_start)) - interval '2 seconds') * 1000000)::bigint as floor,
    (extract(epoch from now()) * 1000000)::bigint as at
  from pg_stat_activity a
  where a.datname = current_database() and (a.xact_start > now() - interval '1 minute'
    or exists (select from pg_locks l where l.pid = a.pid and l.mode = 'RowExclusiveLock'
      and l.relation in (select 'runfold_internal.event'::regclass
        union all select inhrelid from pg_inherits where inhparent = 'runfold_internal.event'::regclass)))`;

/** The present snapshot alone: where it has not changed nothing was committed. */
export async function readSnapshot(database: Database): Promise<string> {
  const [row] = await database.query<{ snapshot: string }>(
    'select pg_current_snapshot()::text as snapshot',
  );
  return row?.snapshot ?? '';
}

/**
 * Takes a snapshot. The floor is read first, in a statement of its own: a transaction that is gone
 * from the sessions by then is one that the snapshot sees.
 */
export async function takeSnapshot(database: Database): Promise<TailSnapshot> {
  const [row] = await database.query<{ floor: string; at: string }>(floorSql);
  const snapshot = await readSnapshot(database);
  return { snapshot, floor: Number(row?.floor), at: Number(row?.at) };
}
