import type { ProjectOptions } from '../conditions.js';
import { projectOf, textOf } from '../conditions.js';
import { InvalidQueryError } from '../query-errors.js';
import { type Bucket, bucketsOf } from './usage-buckets.js';
import type { QuarterRange } from './usage-range.js';
import { labelOf, sourceOf, type UsageDimension } from './usage-sources.js';

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
  throw new InvalidQueryError(name, 'a text: what has no such label is not counted by it', 'null');
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
  const used = [...new Set([...group_by, ...given.map(([name]) => name)])];
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

/** The conditions for the rows of a range, in a coarse table and in the table per quarter of an hour. */
export interface Cut {
  /** Rows `t` of the coarse table whose unit is completely in one bucket; undefined if there would be few. */
  readonly whole: string | undefined;
  /** The remaining rows `t` of the fine table. */
  readonly rest: string;
}

/**
 * Divides a range into whole units, such as hours, and the quarters of an hour at the edges of buckets and
 * range. Both conditions use constants, so that no plan depends on the statistics of the tables.
 */
export function cutOf(
  { range: { first, end }, buckets }: UsageQuestion,
  statement: UsageStatement,
  unit: { readonly column: string; readonly quarters: number } | undefined,
): Cut {
  const all = () =>
    `t.bucket >= ${statement.parameter(first)}::integer and t.bucket < ${statement.parameter(end)}::integer`;
  if (unit === undefined) return { whole: undefined, rest: all() };
  const { column, quarters } = unit;
  const edges = [first, end, ...buckets.map(({ start }) => start)];
  const inside = edges.filter((edge) => edge >= first && edge <= end && edge % quarters !== 0);
  const cut = [...new Set(inside.map((edge) => Math.floor(edge / quarters)))];
  const [from, to] = [Math.floor(first / quarters), Math.ceil(end / quarters)];
  if (cut.length * 2 >= to - from) return { whole: undefined, rest: all() };
  const units = statement.parameter(cut);
  const left = cut
    .flatMap((at) => Array.from({ length: quarters }, (_, next) => at * quarters + next))
    .filter((quarter) => quarter >= first && quarter < end);
  return {
    whole: `t.${column} >= ${statement.parameter(from)}::integer and t.${column} < ${statement.parameter(to)}::integer
      and t.${column} <> all(${units}::integer[])`,
    rest: `t.bucket = any(${statement.parameter(left)}::integer[])`,
  };
}
