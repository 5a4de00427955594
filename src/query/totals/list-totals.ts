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
import { readRows } from '../json-rows.js';
import { type Page, type PageOptions, readPage } from '../page.js';
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
 * have arrived, are not listed yet.
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

  const read = (key: readonly unknown[] | undefined, limit: number) => {
    const where = conditionsOn('r', options);
    for (const [name, value] of Object.entries(filters)) where.equal(name, `r.${name}`, value);
    where.between('r.started_at', options, timestampSql);
    where.add('r.started_at is not null');
    if (key !== undefined) addKey(where, order, key);
    const sorted = (alias: string) =>
      `order by ${order.map((column) => `${alias}.${column} desc`).join(', ')} limit ${limit}`;
    const common = where.sql();
    const parts = special.where.map((add) => {
      const terms: string[] = [];
      add({ ...where, add: (sql) => void terms.push(sql) });
      return `(select r.* from runfold.${view} r where ${[common, ...terms].join(' and ')}
      ${sorted('r')})`;
    });
    return readRows<T>(
      database,
      `select row_to_json(x) as row from (${parts.join(' union all ')}) x ${sorted('x')}`,
      where.values,
    );
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
      shape: ['integer', ...ids.map(() => 'text' as const)],
      keyOf: (item) => [
        microsOf('started_at', item.started_at ?? ''),
        ...ids.map((name) => String(item[name as keyof Totals])),
      ],
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
