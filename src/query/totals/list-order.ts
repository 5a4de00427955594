import { timestampSql } from '../../store/sql-units.js';
import type { Conditions } from '../conditions.js';
import type { PageKey } from '../cursor.js';
import type { JsonRow } from '../json-rows.js';
import {
  byAll,
  byBytes,
  byDecimal,
  byTime,
  type Compare,
  on,
  reversed,
} from '../readers/orders.js';

/** The order of a list, and the condition for rows after a key. */
export interface Order {
  by(alias: string): string;
  after(where: Conditions, key: PageKey): string;
}

/** Newest start first, or by a figure with rows without it last. Ids decide between equal rows. */
export function orderOf(order_by: string | undefined, ids: readonly string[]): Order {
  const column = order_by ?? 'started_at';
  const tie = (where: Conditions, values: PageKey) =>
    `(${ids.map((name) => `r.${name}`).join(', ')}) < (${values
      .map((value) => where.parameter(String(value)))
      .join(', ')})`;
  return {
    by: (alias) =>
      [`${column} desc nulls last`, ...ids.map((name) => `${name} desc`)]
        .map(
          (term) => `${alias}.${order_by === undefined ? term.replace(' nulls last', '') : term}`,
        )
        .join(', '),
    after(where, [first, ...rest]) {
      if (order_by === undefined) {
        const start = timestampSql(`${where.parameter(Number(first))}::bigint`);
        return `(r.started_at, ${ids.map((name) => `r.${name}`).join(', ')})
          < (${[start, ...rest.map((value) => where.parameter(String(value)))].join(', ')})`;
      }
      if (first === '') return `(r.${column} is null and ${tie(where, rest)})`;
      const figure = `${where.parameter(String(first))}::numeric`;
      return `(r.${column} < ${figure} or r.${column} is null
        or (r.${column} = ${figure} and ${tie(where, rest)}))`;
    },
  };
}

/** A row of a list, as it is read. */
export interface Listed extends Record<string, unknown> {
  readonly row: JsonRow;
  readonly snapshot: string;
  readonly at: string;
}

/** The order of a list for rows of several servers: the same as in their statements. */
export function orderOfRows(order_by: string | undefined, ids: readonly string[]): Compare<Listed> {
  const byIds = ids.map((id) => on(({ row }: Listed) => String(row[id]), byBytes));
  const first =
    order_by === undefined
      ? on(({ row }: Listed) => row.started_at, byTime)
      : on(({ row }: Listed) => row.rank, byRank);
  return reversed(byAll(first, ...byIds));
}

/** Rows without a figure are last. */
const byRank: Compare<unknown> = (a, b) =>
  a === null || b === null
    ? Number(a !== null) - Number(b !== null)
    : byDecimal(String(a), String(b));
