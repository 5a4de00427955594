import type { Database } from '../../postgres/database.js';
import type { Projection } from '../../projections/language/projection.js';
import { timestampSql } from '../../store/sql-units.js';
import {
  type Conditions,
  conditionsOn,
  microsOf,
  type ProjectOptions,
  type TimeRange,
} from '../conditions.js';
import { type JsonRow, withUtcTimes } from '../json-rows.js';
import { type Page, type PageOptions, readPage } from '../page.js';
import { leaveOutShown, readSeen, type SeenPages, seenAfter } from './moved-starts.js';
import type { Totals } from './totals.js';

/** What a list of totals is narrowed by: columns of its view, each with the value it must have. */
export type TotalsFilters = Readonly<Record<string, string | undefined>>;

/**
 * Conditions on a row `r` of which no two hold at once. Each is read by an index of its own, and what
 * they find is merged.
 */
export type Alternatives = readonly ((where: Conditions) => void)[];

/** Settings of every list of totals. */
export interface TotalsPageOptions extends ProjectOptions, TimeRange, PageOptions {}

/**
 * Lists totals from their view, newest start first. Rows without a start, of which only corrections
 * have arrived, are not listed yet. Who reads all pages gets each row once, though starts move meanwhile.
 */
export function listTotals<T extends Totals>(
  database: Database,
  projection: Projection,
  filters: TotalsFilters,
  options: TotalsPageOptions,
  special: {
    /** Filters that are not columns of the view, for the cursor to belong to. */
    readonly filters: TotalsFilters;
    readonly where: Alternatives;
  } = { filters: {}, where: [() => undefined] },
): Promise<Page<T>> {
  const { view } = projection;
  if (view === undefined) throw new Error(`Expected a view of projection ${projection.name}.`);
  const ids = Object.keys(projection.key).filter((name) => name !== 'project');
  const order = ['started_at', ...ids];

  let seen: SeenPages | undefined;
  let page = { snapshot: '', at: 0, hasTie: false };

  const read = async (key: readonly unknown[] | undefined, limit: number) => {
    const where = conditionsOn('r', options);
    for (const [name, value] of Object.entries(filters)) where.equal(name, `r.${name}`, value);
    where.between('r.started_at', options, timestampSql);
    where.add('r.started_at is not null');
    if (key !== undefined) {
      seen = readSeen(key.at(-1));
      addKey(where, order, key.slice(0, -1));
      leaveOutShown(where, Object.keys(projection.key), seen);
    }
    const sorted = (alias: string) =>
      `order by ${order.map((column) => `${alias}.${column} desc`).join(', ')} limit ${limit}`;
    const common = where.sql();
    const parts = special.where.map((add) => {
      const terms: string[] = [];
      add({ ...where, add: (sql) => void terms.push(sql) });
      return `(select r.* from runfold.${view} r where ${[common, ...terms].join(' and ')}
      ${sorted('r')})`;
    });
    const rows = await database.query<{ row: JsonRow; snapshot: string; at: string }>(
      `select row_to_json(x) as row, pg_current_snapshot()::text as snapshot,
        (extract(epoch from now()) * 1000000)::bigint as at
      from (${parts.join(' union all ')}) x ${sorted('x')}`,
      where.values,
    );
    const [first] = rows;
    // The last row read is the first of the next page.
    const [last, next] = rows.slice(-2).map(({ row }) => row.started_at);
    const { snapshot = '', at = 0 } = first ?? {};
    page = { snapshot, at: Number(at), hasTie: last === next };
    return rows.map(({ row }) => withUtcTimes(row) as unknown as T);
  };
  return readPage<T>(
    {
      list: view,
      filters: {
        ...filters,
        ...special.filters,
        from: options.from,
        to: options.to,
        project: options.project ?? 1,
      },
      shape: ['integer', ...ids.map(() => 'text' as const), 'text'],
      keyOf: (item) => {
        const start = microsOf('started_at', item.started_at ?? '');
        const names = ids.map((name) => String(item[name as keyof Totals]));
        const { snapshot, at, hasTie } = page;
        return [
          start,
          ...names,
          seenAfter(seen, hasTie ? [snapshot, start, names] : [snapshot, start], at),
        ];
      },
      read,
    },
    options,
  );
}

function addKey(where: Conditions, order: readonly string[], key: readonly unknown[]): void {
  const [start, ...ids] = key;
  const values = [
    timestampSql(`${where.parameter(Number(start))}::bigint`),
    ...ids.map((value) => where.parameter(String(value))),
  ];
  where.add(`(${order.map((column) => `r.${column}`).join(', ')}) < (${values.join(', ')})`);
}
