import type { Database } from '../../postgres/database.js';
import { logViews } from '../../projections/views/log-views.js';
import { timestampSql } from '../../store/sql-units.js';
import { type Conditions, conditionsOn, isAnyOf } from '../conditions.js';
import { type JsonRow, withUtcTimes } from '../json-rows.js';
import { type LabelFilters, labelsAsked } from '../label-filters.js';
import type { LoggedEvent } from '../log/events.js';
import { runLabelsSql } from '../totals/by-labels.js';
import type { RunTotals } from '../totals/totals.js';
import type { TailPoint, TailStep } from './tail-cursor.js';

/** The filters of a tail. */
export interface TailFilters {
  readonly session_id?: string | undefined;
  readonly run_id?: string | undefined;
  /** Only events with all of these labels, and the runs that they change. */
  readonly labels?: LabelFilters | undefined;
}

/** An event, and its position in its step. */
export interface TailEventRow {
  readonly event: LoggedEvent;
  readonly key: NonNullable<TailStep['event']>;
}

const eventColumns = (logViews.find(({ name }) => name === 'events')?.columns ?? [])
  .map(({ name, sql }) => `${sql} as ${name}`)
  .join(', ');

/** The transaction that wrote a row, with its epoch: `xmin` has 32 bits, which cannot wrap around within a day. */
const writer = `(n.now - ((n.now - e.xmin::text::bigint) & 4294967295))`;
/** With `offset 0`, Postgres computes it once and not for every row. */
const nowSql = `(select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as now offset 0) n`;

/**
 * Conditions for the rows of a step: those that `to` sees and `from` does not. A row becomes visible
 * when its transaction commits, so the order of commits, which no column holds, decides.
 */
function inStep(point: TailPoint, step: TailStep, filters: TailFilters): Conditions {
  const where = conditionsOn('e', { project: point.project });
  where.equal('session_id', 'e.session_id', filters.session_id);
  where.equal('run_id', 'e.run_id', filters.run_id);
  for (const [name, value] of labelsAsked(filters.labels)) {
    const isOne = isAnyOf(`label.${name}`, value, where.parameter);
    where.add(`e.labels::json ->> ${where.parameter(name)}::text ${isOne}`);
  }
  const from = `${where.parameter(point.from)}::pg_snapshot`;
  where.add(`${writer} >= pg_snapshot_xmin(${from})::text::bigint`);
  where.add(`not pg_visible_in_snapshot(${writer}::text::xid8, ${from})`);
  where.add(
    `pg_visible_in_snapshot(${writer}::text::xid8, ${where.parameter(step.to)}::pg_snapshot)`,
  );
  return where;
}

const at = (where: Conditions, micros: number) =>
  timestampSql(`${where.parameter(micros)}::bigint`);

/** Events of a step, recorded in [`since`, `until`) and after the last one that was sent, in order. */
export async function readTailEvents(
  database: Database,
  point: TailPoint,
  step: TailStep,
  options: TailFilters & {
    readonly since: number;
    readonly until: number | undefined;
    readonly limit: number;
  },
): Promise<TailEventRow[]> {
  const where = inStep(point, step, options);
  where.add(`e.recorded_at >= ${at(where, options.since)}`);
  if (options.until !== undefined) where.add(`e.recorded_at < ${at(where, options.until)}`);
  if (step.event !== undefined) {
    const [micros, session, id] = step.event;
    const key = [at(where, micros), where.parameter(session), `${where.parameter(id)}::uuid`];
    where.add(`(e.recorded_at, e.session_id, e.id) > (${key.join(', ')})`);
  }
  const rows = await database.query<{ row: JsonRow; us: string; session_id: string; id: string }>(
    `select row_to_json(x) as row, p.us, p.session_id, p.id
    from (select ${eventColumns}, e.id as place_id, e.recorded_at as place_at
      from runfold_internal.event e, ${nowSql} where ${where.sql()}
      order by e.recorded_at, e.session_id, e.id limit ${options.limit}) x
    cross join lateral (select (extract(epoch from x.place_at) * 1000000)::bigint as us,
      x.session_id, x.place_id::text as id) p
    order by x.place_at, x.session_id, x.place_id`,
    where.values,
  );
  return rows.map(({ row, us, session_id, id }) => {
    const { place_id: _id, place_at: _at, ...event } = row;
    return {
      event: withUtcTimes(event) as unknown as LoggedEvent,
      key: [Number(us), session_id, id],
    };
  });
}

/** Totals of the runs that the events of a step changed, after the last one that was sent, by session and run. */
export async function readTailRuns(
  database: Database,
  point: TailPoint,
  step: TailStep,
  options: TailFilters & { readonly limit: number },
): Promise<RunTotals[]> {
  const where = inStep(point, step, options);
  where.add(`e.recorded_at >= ${at(where, point.floor)}`);
  const [session, run] = step.run ?? [];
  if (session !== undefined && run !== undefined) {
    const key = [where.parameter(session), where.parameter(run)];
    where.add(`(e.session_id, e.run_id) > (${key.join(', ')})`);
  }
  const rows = await database.query<{ row: JsonRow }>(
    `select row_to_json(r) as row
    from (select distinct e.session_id, e.run_id
      from runfold_internal.event e, ${nowSql} where ${where.sql()}
      order by e.session_id, e.run_id limit ${options.limit}) d
    cross join lateral (select r.*, ${runLabelsSql('r')} as labels from runfold.runs r
      where r.project = $1 and r.session_id = d.session_id and r.run_id = d.run_id) r
    order by d.session_id, d.run_id`,
    where.values,
  );
  return rows.map(({ row }) => withUtcTimes(row) as unknown as RunTotals);
}
