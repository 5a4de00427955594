import { describeValue } from '../../events/fault.js';
import { formatTimestamp } from '../../events/timestamp.js';
import type { Database } from '../../postgres/database.js';
import { quartersAnHour } from '../../projections/time-buckets.js';
import { type ProjectOptions, projectOf, textOf } from '../conditions.js';
import { InvalidQueryError } from '../query-errors.js';
import { figureColumns, type UsageFigures } from './usage-figures.js';
import { type QuantileQuery, spreadColumn } from './usage-quantiles.js';
import { calendarSql, type QuarterRange, wholeSteps } from './usage-range.js';
import { rowsSql, sourceOf, sumsOf, type UsageDimension } from './usage-sources.js';

/** The values a dimension may have; null stands for events without one. */
export type UsageFilters = {
  readonly [D in UsageDimension]?: string | null | readonly (string | null)[] | undefined;
};

interface Options extends ProjectOptions {
  readonly group_by?: readonly UsageDimension[] | undefined;
  readonly filters?: UsageFilters | undefined;
  readonly fill?: boolean | undefined;
}

/** What the statements of one usage query begin with; the project is `$1`. */
export interface UsageStatement extends QuantileQuery {
  readonly first: string;
  readonly end: string;
}

/** Conditions on rows `r` of a source, or on histograms `l`. @throws InvalidQueryError */
export function openStatement(
  range: QuarterRange,
  options: Options,
  groups: readonly (readonly string[])[] | undefined,
  of: 'rows' | 'spread' = 'rows',
): UsageStatement {
  const { group_by = [], filters = {} } = options;
  const values: unknown[] = [projectOf(options)];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const used = [...new Set([...group_by, ...given.map(([name]) => name as UsageDimension)])];
  sourceOf(used);
  const column = (name: string) =>
    of === 'rows' ? `r.${name}` : (spreadColumn(name as UsageDimension) ?? 'null');
  const conditions = given.map(([name, value]) => {
    const allowed = [value].flat().map((text) => (text === null ? '' : textOf(name, text)));
    return `${column(name)} = any(${parameter(allowed)}::text[])`;
  });
  if (groups !== undefined && group_by.length > 0) {
    const tuples = groups.map((group) => `(${group.map(parameter).join(', ')})`);
    conditions.push(
      tuples.length === 0
        ? 'false'
        : `(${group_by.map(column).join(', ')}) in (${tuples.join(', ')})`,
    );
  }
  const calendar = calendarSql(range, parameter);
  const first = of === 'rows' ? `${parameter(range.first)}::integer` : '';
  const end = of === 'rows' ? `${parameter(range.end)}::integer` : '';
  return { calendar, group_by, used, conditions, values, first, end };
}

/** A row of the answer before its quantiles; nobody else holds it. */
export interface SumsRow {
  /** The beginning of the bucket in seconds since 1970. */
  readonly at: number;
  readonly row: UsageFigures &
    Partial<Record<UsageDimension, string | null>> & {
      readonly bucket_start: string | null;
      readonly bucket_local: string | null;
    };
}

/** Reads all figures that are made of sums, by bucket and group or, if asked, those with the most. */
export async function readSums(
  database: Database,
  statement: UsageStatement,
  range: QuarterRange,
  { fill = true }: Options,
  most?: { readonly by: keyof UsageFigures; readonly limit: number | undefined },
): Promise<SumsRow[]> {
  const { calendar, group_by, used, conditions, first, end } = statement;
  const source = sourceOf(used);
  const sums = sumsOf(source);
  const names = (alias: string) => group_by.map((name) => `, ${alias}.${name}`).join('');
  const values = [...statement.values];
  const local =
    range.bucket === null
      ? ''
      : `to_char(u.start at time zone $${values.push(range.time_zone)}, 'YYYY-MM-DD HH24:MI')`;
  const hasBuckets = range.bucket !== null;
  const rows = await database.query<{ at: number; row: SumsRow['row'] }>(
    `with calendar as materialized (${calendar}),
    ${wholeSteps('hour', quartersAnHour)},
    used as (
      select r.start${names('r')}, ${sums.map(({ name }) => `sum(r.${name})::bigint as ${name}`).join(', ')}
      from (${rowsSql(source, used, { first, end })}) r
      where ${['true', ...conditions].join(' and ')} group by r.start${names('r')}),
    filled as (${fill || group_by.length === 0 ? filledSql(group_by, sums) : 'select * from used'})
    select extract(epoch from u.start)::float8 as at, row_to_json(x) as row
    from filled u cross join lateral (
      select null as bucket_start, ${hasBuckets ? local : 'null'} as bucket_local,
        ${[...group_by.map((name) => `nullif(u.${name}, '') as ${name}`), ...figureColumns(sums)].join(',\n        ')}) x
    order by ${most === undefined ? 'u.start' : `x.${most.by} desc nulls last`}${names('x')}
    ${most?.limit === undefined ? '' : `limit ${most.limit}`}`,
    values,
  );
  if (!hasBuckets) return rows;
  // Written into the rows: to make each anew, of fifty fields, took longer than the statement.
  for (const { at, row } of rows) {
    Object.assign(row, { bucket_start: formatTimestamp(at * 1e6) });
  }
  return rows;
}

/** The buckets of each group, those in which nothing happened among them: their sums are 0. */
function filledSql(group_by: readonly UsageDimension[], sums: ReturnType<typeof sumsOf>): string {
  const names = (alias: string) => group_by.map((name) => `, ${alias}.${name}`).join('');
  const [any] = sums;
  if (any === undefined)
    throw new InvalidQueryError('group_by', 'fields that hold sums', describeValue(group_by));
  const groups =
    group_by.length === 0 ? '(select)' : `(select distinct ${group_by.join(', ')} from used)`;
  return `select s.start${names('g')}, ${sums
    .map(({ name }) => `case when u.start is null then 0 else u.${name} end as ${name}`)
    .join(', ')}
    from (select distinct start from calendar) s cross join ${groups} g
      left join used u on u.start = s.start${group_by.map((name) => ` and u.${name} = g.${name}`).join('')}`;
}
