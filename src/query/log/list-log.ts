import type { Attributes } from '../../events/attribute-fields.js';
import type { Metrics } from '../../events/metric-fields.js';
import type { Database } from '../../postgres/database.js';
import { timestampSql } from '../../store/sql-units.js';
import {
  type Conditions,
  conditionsOn,
  type ProjectOptions,
  type TimeRange,
} from '../conditions.js';
import { readRows } from '../json-rows.js';
import { type Page, type PageOptions, readPage } from '../page.js';
import { type CorrectableView, correctedRowsSql, withObjects } from './corrected-rows.js';

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
  /** When it was added to the log, in the form of `occurred_at`. */
  readonly recorded_at: string;
}

/** An event with its corrections added to its figures. */
export interface CorrectedEntry extends LogEntry {
  /** How many corrections its figures hold; 0 when they are as they were recorded. */
  readonly corrections: number;
}

/** Settings of every list of the log. */
export interface LogPageOptions extends ProjectOptions, TimeRange, PageOptions {
  readonly session_id?: string | undefined;
  readonly run_id?: string | undefined;
}

/** Further filters of a list: what identifies them in a cursor, and their conditions. */
export interface LogFilters {
  readonly values: Readonly<Record<string, unknown>>;
  readonly addTo: (where: Conditions) => void;
}

/** Lists a view without its corrections: those are added to the figures of what they correct. */
export function listCorrected<T extends CorrectedEntry>(
  database: Database,
  view: CorrectableView,
  filters: LogFilters,
  options: LogPageOptions,
): Promise<Page<T>> {
  const addTo = (where: Conditions) => {
    filters.addTo(where);
    where.add('e.corrects is null');
  };
  const correct = (page: string) => `with page as materialized (${page})
      ${correctedRowsSql(view, 'page')}`;
  return listLog<T>(database, view, { values: filters.values, addTo }, options, correct);
}

/**
 * Lists a view of the log, aliased `e`, by time, then place in the run, then id. The log has one
 * index, which begins with the session.
 */
export function listLog<T extends LogEntry>(
  database: Database,
  view: string,
  filters: LogFilters,
  options: LogPageOptions,
  correct?: (page: string) => string,
): Promise<Page<T>> {
  const { session_id, run_id, from, to, project = 1 } = options;
  const read = async (key: readonly unknown[] | undefined, limit: number) => {
    const where = conditionsOn('e', options);
    where.equal('session_id', 'e.session_id', session_id);
    where.equal('run_id', 'e.run_id', run_id);
    if (run_id !== undefined && session_id === undefined) {
      // The log has no index on the run alone, the totals do: they lead to its sessions.
      where.add(`e.session_id = any(array(
        select r.session_id from runfold.runs r where r.project = $1 and r.run_id = $2))`);
    }
    filters.addTo(where);
    where.between('e.occurred_at', options, (micros) => timestampSql(micros));
    if (key !== undefined) {
      const [time, sequence, id, session] = key.map((value) =>
        where.parameter(typeof value === 'number' ? value : String(value)),
      );
      where.add(`(e.occurred_at, coalesce(e.sequence, 0), e.id collate "C", e.session_id)
        > (${time}::timestamptz, ${sequence}::bigint, ${id}, ${session})`);
    }
    const page = `select e.* from runfold.${view} e where ${where.sql()} order by ${orderOf('e')}
      limit ${limit}`;
    const rows = await readRows<T>(
      database,
      `select row_to_json(r) as row from (${correct?.(page) ?? page}) r order by ${orderOf('r')}`,
      where.values,
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

const orderOf = (alias: string) =>
  `${alias}.occurred_at, coalesce(${alias}.sequence, 0), ${alias}.id collate "C", ${alias}.session_id`;
