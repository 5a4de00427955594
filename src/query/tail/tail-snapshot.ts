import type { Database } from '../../postgres/database.js';
import { gather, placeOf } from '../readers/readers.js';

/** A snapshot of the database, and the earliest time of rows that it does not see. */
export interface TailSnapshot {
  /** As `pg_current_snapshot()` writes it. */
  readonly snapshot: string;
  /** No event that the snapshot does not see was recorded before this time, in microseconds. */
  readonly floor: number;
  /** When it was taken, in microseconds. */
  readonly at: number;
}

/**
 * Rows are recorded with the start time of their transaction. If a transaction begins after this query,
 * its rows are recorded later. A running transaction is found among the sessions: by its lock on the log, by its
 * wait for that lock, or, if it has not touched the log yet, because it began within the last minute. (A
 * worker's transaction is one statement: it touches the log, or its stripe's part of it, at once.) On Citus it may
 * first wait for a move of its stripe, by a lock of Citus' class 4, or 8 for tables that move together. A rebuild has
 * that lock too, but its session is idle. A session is listed a moment after its transaction's time is taken: for that,
 * and for small steps of the clock, two seconds.
 */
const floorSql = (logs: string, recently: string) => `select
    (extract(epoch from least(now(), min(a.xact_start)) - interval '2 seconds') * 1000000)::bigint as floor,
    (extract(epoch from now()) * 1000000)::bigint as at
  from pg_stat_activity a
  where a.datname = current_database() and (a.xact_start > now() - interval '${recently}'
    or exists (select from pg_locks l where l.pid = a.pid
      and (l.mode = 'RowExclusiveLock' and l.relation in (${logs})
        or l.mode = 'ShareLock' and l.locktype = 'advisory' and l.objsubid in (4, 8)
          and (a.state = 'active' or a.state_change > now() - interval '${recently}'))))`;

/** The tables of the log: of a store on one server, or of one server with a part of it. */
function logsSql(database: Database): string {
  const place = placeOf(database);
  if (place !== undefined) return place.logs.map((name) => `'${name}'::regclass`).join(', ');
  return `select 'runfold_internal.event'::regclass
        union all select inhrelid from pg_inherits where inhparent = 'runfold_internal.event'::regclass`;
}

/** Only the current snapshot: if it has not changed, nothing was committed. */
export async function readSnapshot(database: Database): Promise<string> {
  const [row] = await database.query<{ snapshot: string }>(
    'select pg_current_snapshot()::text as snapshot',
  );
  return row?.snapshot ?? '';
}

/**
 * Takes a snapshot. The floor is read first, in a separate statement: if a transaction is no longer among the
 * sessions then, the snapshot sees it. `recently` is how long a transaction may take to touch the log.
 */
export async function takeSnapshot(
  database: Database,
  recently = '1 minute',
): Promise<TailSnapshot> {
  const [row] = await database.query<{ floor: string; at: string }>(
    floorSql(logsSql(database), recently),
  );
  const snapshot = await readSnapshot(database);
  return { snapshot, floor: Number(row?.floor), at: Number(row?.at) };
}

/**
 * The floor of a whole store, in microseconds: no event that a reading after this call does not see,
 * on any of its servers, was recorded before that time.
 */
export async function readFloor(database: Database): Promise<number> {
  const snapshots = await gather(database, {}, (reader) => takeSnapshot(reader));
  return Math.min(...snapshots.map(({ floor }) => floor));
}
