import { expectedSql, tableOf } from '../fold/fold-sql.js';
import type { Projection } from '../language/projection.js';
import { kindOf } from '../measures/kinds.js';
import { type Difference, toDifference } from './difference.js';

/** A row whose expected and live values differ; one of the two may be missing. */
export interface ComparedRow {
  readonly expected: Row;
  readonly actual: Row;
  /** The total number of rows that differ. */
  readonly total: number;
}

/** Live rows that differ from the expected ones, as JSON, with their total number. */
export function differencesSql(
  projection: Projection,
  events?: string,
  live = tableOf(projection),
) {
  const keys = Object.keys(projection.key);
  const measures = Object.keys(projection.measures);
  const record = (alias: string, columns: readonly string[]) =>
    `(${columns.map((column) => `${alias}.${column}`).join(', ')})`;
  const [firstKey = ''] = keys;
  // A histogram has a count per level: more digits than a JavaScript number can distinguish.
  const wide = Object.entries(projection.measures)
    .filter(([, measure]) => kindOf(measure).type === 'numeric')
    .map(([name]) => name);
  const json = (alias: string) =>
    [
      `to_jsonb(${alias})`,
      ...wide.map((name) => `jsonb_build_object('${name}', ${alias}.${name}::text)`),
    ].join(' || ');
  return `select ${json('x')} as expected, ${json('t')} as actual,
  count(*) over ()::float8 as total
from (${expectedSql(projection, events)}) x
full join ${live} t on ${keys.map((key) => `x.${key} = t.${key}`).join(' and ')}
where x.${firstKey} is null or t.${firstKey} is null
  or ${record('x', measures)} is distinct from ${record('t', measures)}
order by ${keys.map((key) => `coalesce(x.${key}, t.${key})`).join(', ')}
limit $1`;
}

type Row = Record<string, unknown> | null;

/** The differences in a row, one per field. */
export function differencesOf(
  projection: Projection,
  { expected, actual }: Pick<ComparedRow, 'expected' | 'actual'>,
): Difference[] {
  const present = expected ?? actual ?? {};
  const key = Object.fromEntries(Object.keys(projection.key).map((name) => [name, present[name]]));
  const difference = (column: string, wanted: unknown, found: unknown): Difference =>
    toDifference(projection, {
      projection: projection.name,
      key,
      column,
      expected: wanted,
      actual: found,
    });
  if (expected === null || actual === null) return [difference('*', expected, actual)];
  return Object.keys(projection.measures)
    .filter((name) => JSON.stringify(expected[name]) !== JSON.stringify(actual[name]))
    .map((name) => difference(name, expected[name], actual[name]));
}
