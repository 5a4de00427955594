import { describeValue } from '../../events/fault.js';
import type { Database } from '../../postgres/database.js';
import type { ProjectOptions } from '../conditions.js';
import { InvalidQueryError } from '../query-errors.js';
import { type UsageFigures, usageFigureNames } from './usage-figures.js';
import {
  hasQuantiles,
  noQuantiles,
  quantileKey,
  quantileNames,
  readQuantiles,
  type UsageQuantiles,
} from './usage-quantiles.js';
import { quarterRange, type UsageRange, type UsageRangeOptions } from './usage-range.js';
import type { UsageDimension } from './usage-sources.js';
import { openStatement, readSums, type UsageFilters } from './usage-statement.js';

/** A figure by which groups are ranked. */
export type UsageFigure = keyof UsageFigures | keyof UsageQuantiles;
/** The names of all figures. */
export const usageFigures: readonly UsageFigure[] = [...usageFigureNames, ...quantileNames];

/** What to read of the usage over time. */
export interface UsageOptions extends ProjectOptions, UsageRangeOptions {
  /** A row for each combination of these. Defaults to one row for all. */
  readonly group_by?: readonly UsageDimension[] | undefined;
  readonly filters?: UsageFilters | undefined;
  /** Whether buckets in which nothing happened have rows too. Defaults to true. */
  readonly fill?: boolean | undefined;
  /** Only the groups with the most of `order_by` over the whole range, so many. Defaults to all. */
  readonly top?: number | undefined;
  /** What `top` goes by, and rows without buckets are ordered by. Defaults to `cost`. */
  readonly order_by?: UsageFigure | undefined;
  /**
   * Whether to read quantiles of times. Defaults to true. A long series costs most with these where
   * its days are not those of UTC.
   */
  readonly quantiles?: boolean | undefined;
}

/** A bucket of a group: null where events name no agent, model and so on. */
export interface UsageRow
  extends UsageFigures,
    UsageQuantiles,
    Partial<Record<UsageDimension, string | null>> {
  /** RFC 3339 in UTC; null without buckets. The first and the last may be cut by the range. */
  readonly bucket_start: string | null;
  /** The same on the wall clock of the time zone, such as `2026-03-08 00:00`. */
  readonly bucket_local: string | null;
}

/** Usage over time. */
export interface UsageSeries extends UsageRange {
  readonly group_by: readonly UsageDimension[];
  /** By bucket and then by group; without buckets the most of `order_by` first. */
  readonly rows: readonly UsageRow[];
}

/**
 * Usage over time, of models, tools, agents, teams or users: sums are exact, quantiles within 1 %.
 * Messages and tool calls count where they ended; by team or user, whole runs where they began.
 * @throws InvalidQueryError
 */
export async function getUsage(database: Database, options: UsageOptions): Promise<UsageSeries> {
  const { group_by = [], top, order_by = 'cost' } = options;
  if (!usageFigures.includes(order_by)) {
    throw new InvalidQueryError('order_by', 'the name of a figure', describeValue(order_by));
  }
  if (top !== undefined && (!Number.isInteger(top) || top < 1 || top > 1_000)) {
    throw new InvalidQueryError('top', 'a whole number from 1 to 1000', describeValue(top));
  }
  const range = quarterRange(options);
  const { first: _first, end: _end, ...answer } = range;
  let groups: string[][] | undefined;
  if (range.bucket !== null && top !== undefined) {
    const quantiles = isQuantile(order_by);
    const rows = await readRange(database, { ...options, bucket: undefined, quantiles });
    groups = rows.map((row) => group_by.map((name) => row[name] ?? ''));
  }
  return { ...answer, group_by, rows: await readRange(database, options, groups) };
}

async function readRange(
  database: Database,
  options: UsageOptions,
  groups?: readonly (readonly string[])[],
): Promise<UsageRow[]> {
  const { group_by = [], top, order_by = 'cost', quantiles = true } = options;
  const range = quarterRange(options);
  const statement = openStatement(range, options, groups);
  const isRanked = range.bucket === null;
  const most = isRanked && !isQuantile(order_by) ? { by: order_by, limit: top } : undefined;
  const sums = await readSums(database, statement, range, options, most);
  const spread =
    quantiles && hasQuantiles(statement.used)
      ? await readQuantiles(database, openStatement(range, options, groups, 'spread'))
      : undefined;
  const rows = sums.map(({ at, row }): UsageRow => {
    const names = group_by.map((name) => row[name] ?? '');
    return Object.assign(row, spread?.get(quantileKey(at, names)) ?? noQuantiles);
  });
  if (!isRanked || most !== undefined) return rows;
  // Rows come by their names; a stable sort keeps that order among equals.
  const size = (row: UsageRow) => row[order_by] ?? Number.NEGATIVE_INFINITY;
  return rows.sort((a, b) => size(b) - size(a) || 0).slice(0, top);
}

const isQuantile = (figure: UsageFigure): figure is keyof UsageQuantiles =>
  quantileNames.some((name) => name === figure);
