import type { Database } from '../../postgres/database.js';
import {
  isLongSql,
  lengthClasses,
  lengthClassSql,
  shortUs,
} from '../../projections/measures/long-runs.js';
import { timestampSql } from '../../store/sql-units.js';
import { type Conditions, conditionsOn, type ProjectOptions } from '../conditions.js';

/** A part of a session's time: from a time on, and before another, in microseconds. */
export interface SessionWindow {
  readonly from: number | string | undefined;
  readonly to: string | undefined;
}

/** A measure of a run that counts rows of a list. */
export type CountingMeasure = 'messages' | 'tool_calls' | 'tool_errors';

/** The rows of one session. */
interface Session extends ProjectOptions {
  readonly session_id: string;
  /** Only runs in which this is not zero have rows that are no corrections. Every run may, if it is undefined. */
  readonly counted_by: CountingMeasure | undefined;
}

/**
 * Reads rows of a session in the order of their time, until there are `limit` of them. The log has no index by time,
 * but the runs of a session have one by their start. So the time is read in windows, in each of which some more runs
 * begin. Each window is a separate statement, as if it were a page.
 */
export async function readWindows<T>(
  reader: Database,
  session: Session,
  { from, to, limit }: { readonly from?: number; readonly to?: number; readonly limit: number },
  read: (window: SessionWindow, limit: number) => Promise<readonly T[]>,
): Promise<T[]> {
  const rows: T[] = [];
  let begin: number | string | undefined = from;
  for (let events = limit; ; events *= 4) {
    const start = await readStart(reader, session, begin, events);
    const end = to === undefined || Number(start) < to ? start : undefined;
    rows.push(...(await read({ from: begin, to: end }, limit - rows.length)));
    if (end === undefined || rows.length >= limit) return rows;
    begin = end;
  }
}

/** When the run begins before which others have that many events; undefined if there is none. */
async function readStart(
  reader: Database,
  session: Session,
  from: number | string | undefined,
  events: number,
): Promise<string | undefined> {
  const where = conditionsOn('r', session);
  where.equal('session_id', 'r.session_id', session.session_id);
  const started = timestampSql('r.started_at_us');
  where.add(
    from === undefined
      ? `${started} is not null`
      : `${started} >= ${timestampSql(`${where.parameter(from)}::bigint`)}`,
  );
  const { counted_by } = session;
  if (counted_by !== undefined) where.add(`r.${counted_by} > 0`);
  const counted =
    counted_by === undefined ? 'greatest(r.messages + r.tool_calls, 1)' : `r.${counted_by}`;
  // Postgres adds up runs only until there are enough.
  const [row] = await reader.query<{ at: string }>(
    `select x.started_at_us::text as at from (
      select r.started_at_us, sum(${counted}) over (
        order by ${started}, r.run_id rows between unbounded preceding and 1 preceding) as events
      from runfold_internal.run r where ${where.sql()}) x
    where x.events >= ${events} limit 1`,
    where.values,
  );
  return row?.at;
}

/** `select` of the runs of a session that may have events in a window; `$1` is the project. Corrections do not count. */
export function runsInSql(
  where: Conditions,
  { session_id, counted_by }: Session,
  { from, to }: SessionWindow,
): string {
  const started = timestampSql('r.started_at_us');
  const time = (micros: string) => timestampSql(`(${micros})`);
  const inSession = `r.project = $1 and r.session_id = ${where.parameter(session_id)}${
    counted_by === undefined ? '' : ` and r.${counted_by} > 0`
  }`;
  const before =
    to === undefined ? '' : `and ${started} <= ${time(`${where.parameter(to)}::bigint`)}`;
  const runs = `select r.run_id from runfold_internal.run r where ${inSession}`;
  if (from === undefined) return `${runs} ${before}`;
  const begin = `${where.parameter(from)}::bigint`;
  const classes = lengthClasses.map(([number, reach]) => `(${number}, ${reach ?? 'null'}::bigint)`);
  return `${runs} and ${started} >= ${time(`${begin} - ${shortUs}`)} ${before} and r.ended_at_us >= ${begin}
    union
    select r.run_id from (values ${classes.join(', ')}) c(number, reach) cross join lateral (
      ${runs} and ${isLongSql('r.')} and ${lengthClassSql('r.')} = c.number
        and r.started_at_us >= coalesce(${begin} - c.reach, -9223372036854775808)
        and r.started_at_us < ${begin} - ${shortUs} and r.ended_at_us >= ${begin} offset 0) r`;
}
