import type { Database } from '../../postgres/database.js';
import {
  type Conditions,
  conditionsOn,
  type ProjectOptions,
  type TimeRange,
  textOf,
} from '../conditions.js';
import { gatherRows } from '../readers/readers.js';

/** Which events to export. `from` and `to` bound `occurred_at`. */
export interface ExportOptions extends ProjectOptions, TimeRange {
  /** Only events of these sessions. Defaults to all. */
  readonly session_ids?: readonly string[] | undefined;
  /** Only events of these runs. Defaults to all. */
  readonly run_ids?: readonly string[] | undefined;
}

/** The number of events up to which every page of an export of runs reads all of them. */
const fewEvents = 10_000;

/** `from` and `where` of the rows of the log, aliased `e`, that the pages of an export go through. */
export type Rows = (where: Conditions, options: ExportOptions, after: string | undefined) => string;

const rowsOfSessions: Rows = (where, options, after) => {
  addPlace(where, options);
  if (after !== undefined) where.add(after);
  return `from runfold_internal.event e where ${where.sql()}`;
};

const rowsOfRuns: Rows = (where, options, after) => {
  const terms = ['r.project = $1'];
  addRuns({ ...where, add: (sql) => void terms.push(sql) }, options);
  if (after !== undefined) where.add(after);
  return `from runfold_internal.run r cross join lateral (
      select e.* from runfold_internal.event e where ${where.sql()}
        and e.session_id = r.session_id and e.run_id = r.run_id offset 0) e
    where ${terms.join(' and ')}`;
};

/** The rows that every page of an export goes through. */
export async function chooseRows(database: Database, options: ExportOptions): Promise<Rows> {
  return (await hasFewEvents(database, options)) ? rowsOfRuns : rowsOfSessions;
}

/** Whether an export is of runs that have few events, by their totals. */
async function hasFewEvents(database: Database, options: ExportOptions): Promise<boolean> {
  if (options.run_ids === undefined) return false;
  const where = conditionsOn('r', options);
  addRuns(where, options);
  const rows = await gatherRows(database, options, (reader) =>
    reader.query<{ events: number }>(
      `select coalesce(sum(r.messages + r.tool_calls), 0)::float8 as events
      from runfold_internal.run r where ${where.sql()}`,
      where.values,
    ),
  );
  return rows.reduce((sum, { events }) => sum + events, 0) <= fewEvents;
}

/** Conditions on the sessions, which the log's key begins with. */
export function addPlace(where: Conditions, { session_ids, run_ids }: ExportOptions): void {
  if (session_ids !== undefined) {
    where.add(`e.session_id = any(${list(where, 'session_ids', session_ids)})`);
  }
  if (run_ids !== undefined) {
    where.add(`e.session_id = any(array(select r.session_id from runfold.runs r
      where r.project = $1 and r.run_id = any(${list(where, 'run_ids', run_ids)})))`);
  }
}

/** Conditions on the runs `r`. */
function addRuns(where: Conditions, { session_ids, run_ids = [] }: ExportOptions): void {
  if (session_ids !== undefined) {
    where.add(`r.session_id = any(${list(where, 'session_ids', session_ids)})`);
  }
  where.add(`r.run_id = any(${list(where, 'run_ids', run_ids)})`);
}

/** Conditions on the events of these sessions. */
export function addFilters(where: Conditions, options: ExportOptions): void {
  const { run_ids } = options;
  if (run_ids !== undefined) where.add(`e.run_id = any(${list(where, 'run_ids', run_ids)})`);
  where.between('e.occurred_at_us', options);
}

/** Any number of strings as one parameter. */
function list(where: Conditions, field: string, texts: readonly string[]): string {
  const json = JSON.stringify(texts.map((text) => textOf(field, text)));
  return `array(select json_array_elements_text(${where.parameter(json)}::json))`;
}
