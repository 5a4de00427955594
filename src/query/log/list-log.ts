import type { Database } from '../../postgres/database.js';
import {
  type Conditions,
  conditionsOn,
  microsOf,
  type ProjectOptions,
  projectOf,
  type TimeRange,
  textOf,
} from '../conditions.js';
import { readRows } from '../json-rows.js';
import { type Page, type PageOptions, readPage } from '../page.js';
import { byAll, byBytes, byNumber, byTime, on } from '../readers/orders.js';
import { gatherRows, gatherSorted } from '../readers/readers.js';
import {
  type CorrectableView,
  correctedRowsSql,
  isShownSql,
  withObjects,
} from './corrected-rows.js';
import type { CorrectedEntry, LogEntry } from './log-entry.js';
import { isCorrectionSql, type LogViewName, logColumnNames, logRowsSql } from './log-rows.js';
import {
  type CountingMeasure,
  readWindows,
  runsInSql,
  type SessionWindow,
} from './session-windows.js';

/** Settings of every list of the log. */
export interface LogPageOptions extends ProjectOptions, TimeRange, PageOptions {
  readonly session_id?: string | undefined;
  readonly run_id?: string | undefined;
}

/** Additional filters of a list: their identity for the cursor, and their conditions. */
export interface LogFilters {
  readonly values: Readonly<Record<string, unknown>>;
  readonly addTo: (where: Conditions) => void;
  /** The measure of a run that counts what the list may show of it. Defaults to every event. */
  readonly counted_by?: CountingMeasure | undefined;
}

/**
 * Lists a view with corrections added to the figures of their events. A correction whose event is not in the
 * view is a separate row, so that lists show everything that totals sum.
 */
export function listCorrected<T extends CorrectedEntry>(
  database: Database,
  view: CorrectableView,
  filters: LogFilters,
  options: LogPageOptions,
): Promise<Page<T>> {
  const addTo = (where: Conditions) => {
    filters.addTo(where);
    where.add(isShownSql(view, 'e'));
  };
  const correct = (page: string) => `with page as materialized (${page})
      ${correctedRowsSql(view, 'page')}`;
  return listLog<T>(database, view, { ...filters, addTo }, options, correct);
}

/**
 * Lists a view of the log, aliased `e`, by time, then sequence, then id. The log has an index by session and run, and
 * none by time, which would add 75 bytes per event: a page of a session is read in windows of its runs.
 */
export function listLog<T extends LogEntry>(
  database: Database,
  view: LogViewName,
  filters: LogFilters,
  options: LogPageOptions,
  correct?: (page: string) => string,
): Promise<Page<T>> {
  const { session_id, run_id, from, to, project = 1 } = options;
  const { counted_by } = filters;
  const columns = logColumnNames(view).map((name) => `r.${name}`);
  const shown = correct === undefined ? columns : [...columns, 'r.corrections'];
  const read = async (key: readonly unknown[] | undefined, limit: number) => {
    const pageOf = (where: Conditions) => {
      filters.addTo(where);
      where.between('e.occurred_at_us', options);
      if (key !== undefined) where.add(afterSql(where, key));
      return `from ${logRowsSql(view)} e where ${where.sql()}`;
    };
    const first = (rows: string, most: number) =>
      `select e.* ${rows} order by ${orderOf('e')} limit ${most}`;
    const readPart = (reader: Database, page: string, where: Conditions) =>
      readRows<T>(
        reader,
        `select row_to_json(x) as row from (select ${shown.join(', ')}
        from (${correct?.(page) ?? page}) r order by ${orderOf('r')}) x`,
        where.values,
      );
    const readWindow = (reader: Database, session: string, window: SessionWindow, most: number) => {
      const where = conditionsOn('e', options);
      where.equal('session_id', 'e.session_id', session);
      if (window.from !== undefined)
        where.add(`e.occurred_at_us >= ${where.parameter(window.from)}::bigint`);
      if (window.to !== undefined)
        where.add(`e.occurred_at_us < ${where.parameter(window.to)}::bigint`);
      const rows = pageOf(where);
      const runs = runsInSql(where, { session_id: session, counted_by }, window);
      // A correction may have another time than all events of its run. There are few.
      const page = `from ((${first(
        `from (${runs}) r cross join lateral (
          select e.* ${rows} and e.run_id = r.run_id and e.corrected_key is null offset 0) e`,
        most,
      )}) union all (${first(`${rows} and ${isCorrectionSql('e')}`, most)})) e`;
      return readPart(reader, first(page, most), where);
    };
    const lists = async () => {
      const order = { compare: byPlace, limit };
      if (session_id !== undefined && run_id === undefined) {
        const begins = [from, key?.[0]].flatMap((time) =>
          time === undefined ? [] : [microsOf('from', String(time))],
        );
        const range = {
          ...(begins.length === 0 ? {} : { from: Math.max(...begins) }),
          ...(to === undefined ? {} : { to: microsOf('to', to) }),
          limit,
        };
        const session = { project, session_id, counted_by };
        return gatherSorted(database, session, order, (reader) =>
          readWindows(reader, session, range, (window, most) =>
            readWindow(reader, session_id, window, most),
          ),
        );
      }
      const where = conditionsOn('e', options);
      const only = await addPlace(database, where, options);
      const page = first(pageOf(where), limit);
      return gatherSorted(database, { project, session_id: only }, order, (reader) =>
        readPart(reader, page, where),
      );
    };
    const rows = await lists();
    return correct === undefined ? rows : rows.map(withObjects);
  };
  return readPage<T>(
    {
      list: view,
      filters: { ...filters.values, session_id, run_id, from, to, project },
      shape: ['time', 'integer', 'text', 'text'],
      keyOf: (item) => [item.occurred_at, item.sequence ?? 0, item.id, item.session_id],
      read,
    },
    options,
  );
}

/** The condition for rows after the key of a page. */
function afterSql(where: Conditions, [time, ...rest]: readonly unknown[]): string {
  const micros = `${where.parameter(microsOf('cursor', String(time)))}::bigint`;
  const [sequence, id, session] = rest.map((value) =>
    where.parameter(typeof value === 'number' ? value : String(value)),
  );
  return `e.occurred_at_us >= ${micros}
    and (e.occurred_at_us, coalesce(e.sequence, 0), e.id collate "C", e.session_id)
      > (${micros}, ${sequence}::bigint, ${id}, ${session})`;
}

/**
 * Adds conditions on session and run. For a run without a session, the log is searched by the run's session. Returns the
 * session if there is only one.
 */
async function addPlace(
  database: Database,
  where: Conditions,
  { session_id, run_id, project }: LogPageOptions,
): Promise<string | undefined> {
  where.equal('session_id', 'e.session_id', session_id);
  where.equal('run_id', 'e.run_id', run_id);
  if (run_id === undefined || session_id !== undefined) return session_id;
  const sessions = await gatherRows(database, { project }, (reader) =>
    reader.query<{ session_id: string }>(
      'select r.session_id from runfold_internal.run r where r.project = $1 and r.run_id = $2',
      [projectOf({ project }), textOf('run_id', run_id)],
    ),
  );
  const [only] = sessions;
  if (sessions.length === 1) {
    where.equal('session_id', 'e.session_id', only?.session_id);
    return only?.session_id;
  } else {
    const names = where.parameter(JSON.stringify(sessions.map((row) => row.session_id)));
    where.add(`e.session_id = any(array(select json_array_elements_text(${names}::json)))`);
    return undefined;
  }
}

/** The order of a list for rows of several servers. */
const byPlace = byAll<LogEntry>(
  on((row) => row.occurred_at, byTime),
  on((row) => row.sequence ?? 0, byNumber),
  on((row) => row.id, byBytes),
  on((row) => row.session_id, byBytes),
);

const orderOf = (alias: string) =>
  `${alias}.occurred_at_us, coalesce(${alias}.sequence, 0), ${alias}.id collate "C", ${alias}.session_id`;
