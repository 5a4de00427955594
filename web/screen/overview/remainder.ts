import type { UsageRow } from '../../ask/usage.js';
import type { Metric, Split } from './metrics.js';
import type { Part } from './split-data.js';

/**
 * Sums in billionths: dollars are added as integer nano-dollars, so nothing is lost to rounding.
 */
export const add = (a: number | null | undefined, b: number | null): number | null =>
  a == null ? b : b === null ? a : (Math.round(a * 1e9) + Math.round(b * 1e9)) / 1e9;

/** How much is missing from a figure of a row. */
export const lackOf = ({ leastBy }: Metric, row: UsageRow) =>
  leastBy === undefined ? 0 : (row[leastBy] ?? 0);

/** What a whole has beyond some parts, bucket by bucket. */
export function remainder(
  metric: Metric,
  by: Split['name'],
  isPart: (row: UsageRow) => boolean,
  rows: readonly UsageRow[],
  whole: readonly UsageRow[],
): Pick<Part, 'values' | 'total' | 'least'> {
  const known = new Map<string | null, { value: number | null; lack: number }>();
  for (const row of rows) {
    if (!isPart(row)) continue;
    const { value, lack } = known.get(row.bucket_start) ?? { value: null, lack: 0 };
    const next = { value: add(value, metric.figureOf(row, by)), lack: lack + lackOf(metric, row) };
    known.set(row.bucket_start, next);
  }
  const least = new Set<number>();
  const values = whole.map((row, at) => {
    const { value, lack } = known.get(row.bucket_start) ?? { value: null, lack: 0 };
    if (lackOf(metric, row) > lack) least.add(at);
    const all = metric.figureOf(row, by);
    // A correction between the two requests may have made the whole smaller.
    return all === null ? null : Math.max(0, add(all, -(value ?? 0)) ?? 0);
  });
  return { values, total: values.reduce<number | null>(add, null), least };
}
