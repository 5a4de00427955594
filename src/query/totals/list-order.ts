import { timestampSql } from '../../store/sql-units.js';
import type { Conditions } from '../conditions.js';
import type { PageKey } from '../cursor.js';

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
