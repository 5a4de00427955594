import type { PoolClient } from 'pg';
import { tableOf, whereEventsSql } from '../fold/fold-sql.js';
import type { Measure } from '../language/measure.js';
import { foldOf } from '../language/measure-sql.js';
import type { Projection } from '../language/projection.js';
import type { Difference } from './difference.js';

/** A relation, narrowed to what an audit is about. */
export type Scope = (relation: string) => string;

/**
 * Compares the grand totals of a projection, its counts and sums over all rows, with those of the
 * log. Neither side groups anything: one pass over the log, one over the table.
 */
export async function compareTotals(
  client: PoolClient,
  projection: Projection,
  scope: Scope,
): Promise<Difference[]> {
  const measures = Object.entries(projection.measures).filter(([, { fold }]) => isAdditive(fold));
  if (measures.length === 0) return [];
  const { rows } = await client.query(
    `select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select ${measures.map(([name, measure]) => `(${logSql(projection, measure, scope)})::text as ${name}`).join(', ')}
      from ${scope('runfold_internal.event')} e${whereEventsSql(projection)}) expected,
    (select ${measures.map(([name, measure]) => `(${liveSql(name, measure)})::text as ${name}`).join(', ')}
      from ${scope(tableOf(projection))} t) actual`,
  );
  const [{ expected, actual }] = rows;
  return measures
    .filter(([name]) => expected[name] !== actual[name])
    .map(([name]) => ({
      projection: projection.name,
      key: {},
      field: name,
      expected: numberOf(expected[name]),
      actual: numberOf(actual[name]),
    }));
}

/** Compared as text, which is exact; told as numbers, as all figures are. */
const numberOf = (text: string | null) => (text === null ? null : Number(text));
const isAdditive = (fold: Measure['fold']) => fold === 'count' || fold === 'sum' || fold === 'rows';

function logSql({ from }: Projection, measure: Measure, scope: Scope): string {
  // Rows of the finer projection, whose own totals are compared with the log: to count them in the
  // log would be to group it.
  if (measure.fold === 'rows' && from !== undefined) {
    return `(select count(*) from ${scope(tableOf(from))} f)`;
  }
  return foldOf(measure).partial;
}

function liveSql(name: string, measure: Measure): string {
  const sum = `(sum(t.${name}))::bigint`;
  return measure.fold === 'sum' ? sum : `coalesce(${sum}, 0)`;
}
