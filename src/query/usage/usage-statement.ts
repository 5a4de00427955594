import { tableOf } from '../../projections/fold/fold-sql.js';
import { quarterUnit, timeUnitOf } from '../../projections/time-buckets.js';
import type { ProjectOptions } from '../conditions.js';
import { projectOf, textOf } from '../conditions.js';
import { InvalidQueryError } from '../query-errors.js';
import { dividedRange } from './divided-range.js';
import { type Bucket, bucketsOf } from './usage-buckets.js';
import type { QuarterRange } from './usage-range.js';
import { labelOf, sourceOf, type UsageDimension, type UsageTables } from './usage-sources.js';

/** The allowed values of a dimension; null for events without one. */
export type UsageFilters = {
  readonly [D in UsageDimension]?: string | null | readonly (string | null)[] | undefined;
};

interface Options extends ProjectOptions {
  readonly group_by?: readonly UsageDimension[] | undefined;
  readonly filters?: UsageFilters | undefined;
}

/** A checked usage query, used by all of its statements. */
export interface UsageQuestion {
  readonly project: number;
  readonly range: QuarterRange;
  /** Empty if the whole range is one bucket. */
  readonly buckets: readonly Bucket[];
  readonly group_by: readonly UsageDimension[];
  readonly filters: readonly (readonly [UsageDimension, readonly string[]])[];
  /** All dimensions of filters and groups. */
  readonly used: readonly UsageDimension[];
}

/** How events without a value of a dimension are kept; those without a label are not. @throws InvalidQueryError */
function none(name: string): string {
  if (labelOf(name) === undefined) return '';
  throw new InvalidQueryError(name, 'a string: events without the label are not counted', 'null');
}

/** The dimensions of a query: those of its groups and its filters, each once. */
export function dimensionsOf({
  group_by = [],
  filters = {},
}: Pick<Options, 'group_by' | 'filters'>): readonly UsageDimension[] {
  const filtered = (Object.keys(filters) as UsageDimension[]).filter(
    (name) => filters[name] !== undefined,
  );
  return [...new Set([...group_by, ...filtered])];
}

/** Checks the options of a query. @throws InvalidQueryError */
export function questionOf(range: QuarterRange, options: Options): UsageQuestion {
  const { group_by = [], filters = {} } = options;
  const given = Object.entries(filters).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          [
            name as UsageDimension,
            [value].flat().map((text) => (text === null ? none(name) : textOf(name, text))),
          ] as const,
        ],
  );
  const used = dimensionsOf(options);
  sourceOf(used);
  const { bucket } = range;
  return {
    project: projectOf(options),
    range,
    buckets: bucket === null ? [] : bucketsOf({ ...range, bucket }),
    group_by: [...new Set(group_by)],
    filters: given,
    used,
  };
}

/** The parameters of a statement, and the conditions on rows whose dimensions have columns. */
export interface UsageStatement {
  readonly values: unknown[];
  parameter(value: unknown): string;
  /** Conditions for the filters, and for groups if only some are read. */
  conditions(column: (name: UsageDimension) => string): string[];
  /** The number of a bucket by an expression that counts quarters of an hour; 0 without buckets. */
  bucketSql(quarter: string): string;
}

/** Opens a statement; the project is `$1`. */
export function openStatement(
  question: UsageQuestion,
  groups: readonly (readonly string[])[] | undefined,
): UsageStatement {
  const values: unknown[] = [question.project];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const { buckets, filters, group_by } = question;
  const allowed = filters.map(([name, texts]) => ({ name, list: parameter(texts) }));
  const tuples =
    groups !== undefined && group_by.length > 0
      ? groups.map((group) => `(${group.map(parameter).join(', ')})`)
      : undefined;
  const starts = buckets.length === 0 ? '' : parameter(buckets.map(({ start }) => start));
  return {
    values,
    parameter,
    conditions: (column) => [
      ...allowed.map(({ name, list }) => `${column(name)} = any(${list}::text[])`),
      ...(tuples === undefined
        ? []
        : tuples.length === 0
          ? ['false']
          : [`(${group_by.map(column).join(', ')}) in (${tuples.join(', ')})`]),
    ],
    bucketSql: (quarter) =>
      starts === '' ? '0' : `width_bucket(${quarter}, ${starts}::integer[]) - 1`,
  };
}

/** The rows of one table: a condition on rows `t`, and the quarter of an hour in which a row begins. */
export interface Cut {
  readonly table: string;
  readonly rows: string;
  readonly quarter: string;
}

/**
 * Divides the range of a question over the tables that hold it: whole months are read from the table by the month, as far as
 * all of a month is in one bucket, then days, hours, and the rest by the quarter of an hour. The conditions use constants, so that
 * no plan depends on the statistics of the tables.
 */
export function cutsOf(
  { range, buckets }: UsageQuestion,
  statement: UsageStatement,
  { quarters, rollUps = [] }: UsageTables,
): readonly Cut[] {
  const tables = [
    ...rollUps.map((rollUp) => ({ table: tableOf(rollUp), unit: timeUnitOf(rollUp) })),
    { table: tableOf(quarters), unit: quarterUnit },
  ];
  const starts = buckets.map(({ start }) => start);
  const list = (numbers: readonly number[]) => `${statement.parameter(numbers)}::integer[]`;
  const number = (value: number) => `${statement.parameter(value)}::integer`;
  const kinds = tables.map(({ unit }) => unit);
  return dividedRange(range, starts, kinds).flatMap((units) => {
    const read = tables.find(({ unit }) => unit === units.unit);
    if (read === undefined) return [];
    const column = `t.${read.unit.column}`;
    const rows =
      'only' in units
        ? [`${column} = any(${list(units.only)})`]
        : [
            `${column} >= ${number(units.from)} and ${column} < ${number(units.to)}`,
            ...(units.except.length === 0 ? [] : [`${column} <> all(${list(units.except)})`]),
          ];
    return [{ table: read.table, rows: rows.join(' and '), quarter: read.unit.startSql(column) }];
  });
}
