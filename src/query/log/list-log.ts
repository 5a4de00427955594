import type { Attributes } from '../../events/attribute-fields.js';
import type { Labels } from '../../events/labels.js';
import type { Metrics } from '../../events/metric-fields.js';
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
import { type LogViewName, logColumnNames, logRowsSql } from './log-rows.js';

type Reported<T> = { readonly [N in keyof T]-?: NonNullable<T[N]> | null };

/** An event of the log. Null means not reported; tokens, seconds and US dollars. */
export interface LogEntry extends Reported<Attributes>, Reported<Metrics> {
  readonly project: number;
  readonly session_id: string;
  readonly run_id: string;
  /** As it was sent; unique within the session. */
  readonly id: string;
  /** RFC 3339 in UTC to the microsecond. */
  readonly occurred_at: string;
  readonly sequence: number | null;
  /** The sender's own dimensions. */
  readonly labels: Labels | null;
  /** When it was added to the log, in the form of `occurred_at`. */
  readonly recorded_at: string;
}

/** An event with its corrections added to its figures. */
export interface CorrectedEntry extends LogEntry {
  /** How many corrections its figures include; 0 if they are as recorded. */
  readonly corrections: number;
  /**
   * The event that it corrects, if this row is a correction whose event is not in the list: because it has
   * not arrived, belongs to another run or role, or is itself a correction. Null for all other rows.
   */
  readonly corrects: string | null;
}

/** Settings of every list of the log. */
export interface LogPageOptions extends ProjectOptions, TimeRange, PageOptions {
  readonly session_id?: string | undefined;
  readonly run_id?: string | undefined;
}

/** Additional filters of a list: their identity for the cursor, and their conditions. */
export interface LogFilters {
  readonly values: Readonly<Record<string, unknown>>;
  readonly addTo: (where: Conditions) => void;
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
  return listLog<T>(database, view, { values: filters.values, addTo }, options, correct);
}

/**
 * Lists a view of the log, aliased `e`, by time, then sequence, then id. The log has an index by session and run, and
 * none by time, which would add 75 bytes per event: a page of a session without a run reads the whole session.
 */
export function listLog<T extends LogEntry>(
  database: Database,
  view: LogViewName,
  filters: LogFilters,
  options: LogPageOptions,
  correct?: (page: string) => string,
): Promise<Page<T>> {
  const { session_id, run_id, from, to, project = 1 } = options;
  const read = async (key: readonly unknown[] | undefined, limit: number) => {
    const where = conditionsOn('e', options);
    const only = await addPlace(database, where, options);
    filters.addTo(where);
    where.between('e.occurred_at_us', options);
    if (key !== undefined) {
      const [time, ...rest] = key;
      const micros = `${where.parameter(microsOf('cursor', String(time)))}::bigint`;
      const [sequence, id, session] = rest.map((value) =>
        where.parameter(typeof value === 'number' ? value : String(value)),
      );
      where.add(`e.occurred_at_us >= ${micros}`);
      where.add(`(e.occurred_at_us, coalesce(e.sequence, 0), e.id collate "C", e.session_id)
        > (${micros}, ${sequence}::bigint, ${id}, ${session})`);
    }
    const page = `select e.* from ${logRowsSql(view)} e where ${where.sql()} order by ${orderOf('e')}
      limit ${limit}`;
    const columns = logColumnNames(view).map((name) => `r.${name}`);
    const shown = correct === undefined ? columns : [...columns, 'r.corrections'];
    const order = { compare: byPlace, limit };
    const rows = await gatherSorted(database, { project, session_id: only }, order, (reader) =>
      readRows<T>(
        reader,
        `select row_to_json(x) as row from (select ${shown.join(', ')}
        from (${correct?.(page) ?? page}) r order by ${orderOf('r')}) x`,
        where.values,
      ),
    );
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
