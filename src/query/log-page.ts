import type { Attributes } from '../events/attribute-fields.js';
import type { Metrics } from '../events/metric-fields.js';
import type { Database } from '../store/database.js';
import { timestampSql } from '../store/view.js';
import {
  type Conditions,
  conditionsOn,
  type ProjectOptions,
  type TimeRange,
} from './conditions.js';
import { type Page, type PageOptions, readPage } from './page.js';
import { readRows } from './view-row.js';

type Reported<T> = { readonly [N in keyof T]-?: NonNullable<T[N]> | null };

/** An event as it was recorded. Null means not reported; tokens, seconds and US dollars. */
export interface LoggedEvent extends Reported<Attributes>, Reported<Metrics> {
  readonly project: number;
  readonly session_id: string;
  readonly run_id: string;
  /** As it was sent; unique within the session. */
  readonly id: string;
  /** RFC 3339 in UTC to the microsecond. */
  readonly occurred_at: string;
  readonly sequence: number | null;
  /** The event this one adjusts: its figures are differences. */
  readonly corrects: string | null;
  /** When it was added to the log, in the form of `occurred_at`. */
  readonly recorded_at: string;
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

/**
 * Lists a view of the log, aliased `e`, by time, then place in the run, then id. The log has one
 * index, which begins with the session.
 */
export function listLog<T extends LoggedEvent>(
  database: Database,
  view: string,
  filters: LogFilters,
  options: LogPageOptions,
): Promise<Page<T>> {
  const { session_id, run_id, from, to, project = 1 } = options;
  const read = (key: readonly unknown[] | undefined, limit: number) => {
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
    return readRows<T>(
      database,
      `select row_to_json(r) as row from (
        select e.* from runfold.${view} e where ${where.sql()} order by ${orderOf('e')}
        limit ${limit}) r
      order by ${orderOf('r')}`,
      where.values,
    );
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
