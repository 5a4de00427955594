import type { PoolClient } from 'pg';
import { fullName, type TableNames } from '../../store/shards/table-names.js';
import { fromEventsSql } from '../fold/fold-sql.js';
import type { Projection } from '../language/projection.js';
import type { Measure } from '../measures/kinds.js';
import { kindOf } from '../measures/kinds.js';
import { type Difference, toDifference } from './difference.js';

/**
 * The rows that an audit covers: returns the relation for a table, restricted to one project if
 * there is one.
 */
export type Scope = (table: string) => string;

/** The integer is checked and written into the SQL, because the relations have other parameters. */
export function scopeOf(tables: TableNames, project: number | undefined): Scope {
  if (project === undefined) return (table) => fullName(tables, table);
  const number = Math.trunc(project);
  return (table) => `(select r.* from ${fullName(tables, table)} r where r.project = ${number})`;
}

/**
 * Compares the grand totals of a projection, its counts and sums over all rows, with those of the
 * log. Neither side groups anything: one pass over the log, one over the table.
 */
export async function compareTotals(
  client: PoolClient,
  projection: Projection,
  scope: Scope,
): Promise<Difference[]> {
  const measures = Object.entries(projection.measures).filter(
    ([, measure]) => kindOf(measure).isAdditive,
  );
  if (measures.length === 0) return [];
  const { rows } = await client.query(
    `select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select ${measures.map(([name, measure]) => `(${logSql(projection, measure, scope)})::text as ${name}`).join(', ')}
      from ${fromEventsSql(projection, scope('event'))}) expected,
    (select ${measures.map(([name, measure]) => `(${liveSql(name, measure)})::text as ${name}`).join(', ')}
      from ${scope(projection.name)} t) actual`,
  );
  const [{ expected, actual }] = rows;
  return measures
    .filter(([name]) => expected[name] !== actual[name])
    .map(([name]) =>
      toDifference(projection, {
        projection: projection.name,
        key: {},
        column: name,
        expected: numberOf(expected[name]),
        actual: numberOf(actual[name]),
      }),
    );
}

/** Compared as text, which is exact; reported as numbers, like all figures. */
const numberOf = (text: string | null) => (text === null ? null : Number(text));

function logSql({ from }: Projection, measure: Measure, scope: Scope): string {
  // Rows of the finer projection are counted in its table, whose own totals are compared with the
  // log. Counting them in the log would require grouping.
  if (kindOf(measure).countsRows && from !== undefined) {
    return `(select count(*) from ${scope(from.name)} f)`;
  }
  return kindOf(measure).partial;
}

function liveSql(name: string, measure: Measure): string {
  const sum = `(sum(t.${name}))::bigint`;
  return kindOf(measure).required ? `coalesce(${sum}, 0)` : sum;
}
