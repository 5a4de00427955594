import type { UsageRow, UsageSeries } from '../../ask/usage.js';
import type { ChartBucket } from '../../chart/time-chart.js';
import { coloursOf, mostSeries } from '../../figure/colours.js';
import { changeOf, type Metric, type Split } from './metrics.js';
import { add, lackOf, remainder } from './remainder.js';

/** One part of a figure: by bucket, in total, and its change. */
export interface Part {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly total: number | null;
  readonly change: number | undefined;
  readonly isOthers: boolean;
  /** The buckets in which something is missing: messages without a price. */
  readonly least: ReadonlySet<number>;
}

/** The label for rows without a name. */
export const noName = '(none)';

const kinds = [
  ['cached input', ({ cached_tokens = null }: UsageRow) => cached_tokens],
  [
    'input',
    ({ input_tokens = null, cached_tokens }: UsageRow) =>
      input_tokens === null ? null : input_tokens - (cached_tokens ?? 0),
  ],
  ['output', ({ output_tokens = null }: UsageRow) => output_tokens],
] as const;

/** A name and a value for each part of a row. */
function partsOf(
  row: UsageRow,
  metric: Metric,
  { name, dimension }: Split,
): readonly (readonly [string, number | null])[] {
  if (name === 'kind') return kinds.map(([kind, figureOf]) => [kind, figureOf(row)]);
  const value = metric.figureOf(row, name);
  return [[dimension === undefined ? '' : (row[dimension] ?? noName), value]];
}

/**
 * A figure by part: the seven largest separately, the others together if they are several.
 * `whole` has the same buckets without groups, if there are more groups than were read: the others
 * are what remains of it.
 */
export function splitData(
  metric: Metric,
  split: Split,
  rows: readonly UsageRow[],
  before: readonly UsageRow[] | undefined,
  whole?: Pick<UsageSeries, 'rows' | 'before'>,
): {
  readonly buckets: readonly ChartBucket[];
  readonly parts: readonly Part[];
  readonly before: readonly (number | null)[];
  /** The buckets in which something is missing from the sum. */
  readonly least: ReadonlySet<number>;
} {
  const buckets = bucketsOf(rows);
  const index = new Map(buckets.map(({ start }, at) => [start, at]));
  const totals = totalsOf(rows, metric, split);
  const beforeTotals = before === undefined ? undefined : totalsOf(before, metric, split);
  const names = [...totals]
    .filter(([, total]) => total !== null && total !== 0)
    .sort(([, a], [, b]) => (b ?? 0) - (a ?? 0))
    .map(([name]) => name);
  // One alone has its own name instead of "others", in the same grey.
  const own = names.length <= mostSeries + 1 ? names : names.slice(0, mostSeries);
  const rest = new Set(names.slice(own.length));
  const colours = coloursOf(split.name, own);
  const values = new Map(
    [...own, others].map((name) => [name, new Array<number | null>(buckets.length).fill(null)]),
  );
  const least = new Map([...own, others].map((name) => [name, new Set<number>()]));
  for (const row of rows) {
    const at = index.get(row.bucket_start ?? '');
    if (at === undefined) continue;
    for (const [name, value] of partsOf(row, metric, split)) {
      const line = values.get(rest.has(name) ? others : name);
      if (line !== undefined) line[at] = add(line[at], value);
      if (lackOf(metric, row) > 0) least.get(rest.has(name) ? others : name)?.add(at);
    }
  }
  const part = (name: string): Part => ({
    name,
    colour: colours.get(name) ?? 'c0',
    values: values.get(name) ?? [],
    total: totals.get(name) ?? null,
    change: changeOf(totals.get(name), beforeTotals?.get(name)),
    isOthers: false,
    least: least.get(name) ?? new Set(),
  });
  const parts = own.map(part);
  if (rest.size > 0 && whole !== undefined) {
    const ofOwn = new Set(own);
    const isOwn = (row: UsageRow) => partsOf(row, metric, split).some(([name]) => ofOwn.has(name));
    const left = remainder(metric, split.name, isOwn, rows, whole.rows);
    // The earlier range has its own groups: one that is missing there may be among the others.
    const old =
      before === undefined ||
      whole.before === undefined ||
      !own.every((name) => beforeTotals?.has(name))
        ? undefined
        : remainder(metric, split.name, isOwn, before, whole.before.rows);
    const change = changeOf(left.total, old?.total);
    parts.push({ name: others, colour: 'c0', ...left, change, isOthers: true });
  } else if (rest.size > 0) {
    const sum = (all: ReadonlyMap<string, number | null> | undefined) =>
      [...rest].reduce<number | null>((total, name) => add(total, all?.get(name) ?? null), null);
    parts.push({
      name: others,
      colour: 'c0',
      values: values.get(others) ?? [],
      total: sum(totals),
      change: changeOf(sum(totals), beforeTotals === undefined ? undefined : sum(beforeTotals)),
      isOthers: true,
      least: least.get(others) ?? new Set(),
    });
  }
  return {
    buckets,
    parts,
    least: new Set(
      (whole?.rows ?? rows)
        .filter((row) => lackOf(metric, row) > 0)
        .flatMap(({ bucket_start }) => index.get(bucket_start ?? '') ?? []),
    ),
    before: before === undefined ? [] : courseOf(whole?.before?.rows ?? before, metric, split),
  };
}

/** The number of groups that have some of a figure. */
export function countGroups(metric: Metric, split: Split, rows: readonly UsageRow[]): number {
  return [...totalsOf(rows, metric, split).values()].filter((total) => (total ?? 0) !== 0).length;
}

const others = 'others';

function bucketsOf(rows: readonly UsageRow[]): readonly ChartBucket[] {
  const seen = new Map<string, ChartBucket>();
  for (const { bucket_start: start, bucket_local: local } of rows) {
    if (start !== null && local !== null) seen.set(start, { start, local });
  }
  return [...seen.values()].sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
}

function totalsOf(
  rows: readonly UsageRow[],
  metric: Metric,
  split: Split,
): ReadonlyMap<string, number | null> {
  const totals = new Map<string, number | null>();
  for (const row of rows) {
    for (const [name, value] of partsOf(row, metric, split))
      totals.set(name, add(totals.get(name), value));
  }
  return totals;
}

function courseOf(
  rows: readonly UsageRow[],
  metric: Metric,
  split: Split,
): readonly (number | null)[] {
  const course = new Map(bucketsOf(rows).map(({ start }) => [start, null as number | null]));
  for (const row of rows) {
    for (const [, value] of partsOf(row, metric, split)) {
      if (row.bucket_start !== null)
        course.set(row.bucket_start, add(course.get(row.bucket_start), value));
    }
  }
  return [...course.values()];
}
