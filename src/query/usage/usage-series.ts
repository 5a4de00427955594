import type { ProjectOptions } from '../conditions.js';
import { isSummed, sumsFor, type UsageFigures, usageFigureNames } from './usage-figures.js';
import { keptQuantiles, quantileNames, type UsageQuantiles } from './usage-quantiles.js';
import type { UsageRange, UsageRangeOptions } from './usage-range.js';
import { sourceOf, sumsOf, type UsageDimension } from './usage-sources.js';
import { dimensionsOf, type UsageFilters } from './usage-statement.js';

/** The name of a figure. */
export type UsageFigure = keyof UsageFigures | keyof UsageQuantiles;
/** The names of all figures. */
export const usageFigures: readonly UsageFigure[] = [...usageFigureNames, ...quantileNames];

/** Options of usage over time. */
export interface UsageOptions<F extends UsageFigure = UsageFigure>
  extends ProjectOptions,
    UsageRangeOptions {
  /** One row per combination of these. Defaults to one row for all. */
  readonly group_by?: readonly UsageDimension[] | undefined;
  readonly filters?: UsageFilters | undefined;
  /** Whether empty buckets have rows too. Defaults to true. */
  readonly fill?: boolean | undefined;
  /** Only this number of groups, those with the greatest `order_by` over the whole range. Defaults to all. */
  readonly top?: number | undefined;
  /** The figure for `top`, and for the order of rows without buckets. Defaults to `cost`. */
  readonly order_by?: UsageFigure | undefined;
  /** Limits rows to these figures. Defaults to all that are stored for the grouping and the filters. */
  readonly figures?: readonly F[] | undefined;
  /** Whether rows have quantiles if `figures` names none. Defaults to true. */
  readonly quantiles?: boolean | undefined;
  /** The start of an earlier range to read as well, for comparison. Needs `before_to`. */
  readonly before_from?: string | undefined;
  /** The end of that range. */
  readonly before_to?: string | undefined;
}

const optionNames: Record<keyof UsageOptions, true> = {
  ...{ project: true, from: true, to: true, bucket: true, time_zone: true, group_by: true },
  ...{ filters: true, fill: true, top: true, order_by: true, figures: true, quantiles: true },
  ...{ before_from: true, before_to: true },
};
/** The names of all options. */
export const usageOptionNames: readonly string[] = Object.keys(optionNames);

/**
 * A bucket of a group: null if events name no agent, model and so on. If the query names no figures, a row has those that
 * are stored for its grouping and filters.
 */
export type UsageRow<F extends UsageFigure = UsageFigure> = (UsageFigure extends F
  ? Partial<UsageFigures & UsageQuantiles>
  : Pick<UsageFigures & UsageQuantiles, F>) &
  Partial<Record<UsageDimension, string | null>> & {
    /** RFC 3339 in UTC; null without buckets. The range may cut the first and the last bucket. */
    readonly bucket_start: string | null;
    /** The same on the wall clock of the time zone, such as `2026-03-08 00:00`. */
    readonly bucket_local: string | null;
  };

/** Usage over time. */
export interface UsageSeries<F extends UsageFigure = UsageFigure> extends UsageRange {
  readonly group_by: readonly UsageDimension[];
  /** By bucket and then by group; without buckets the greatest `order_by` first. */
  readonly rows: readonly UsageRow<F>[];
  /** The earlier range, if the query asks for one. `top` chooses its groups separately. */
  readonly before?: {
    readonly from: string;
    readonly to: string;
    readonly rows: readonly UsageRow<F>[];
  };
}

/** The figures that are stored for all of some dimensions. @throws InvalidQueryError */
export function figuresBy(used: readonly UsageDimension[]): readonly UsageFigure[] {
  const held = new Set(sumsOf(sourceOf(used)).map(({ name }) => name));
  const summed = usageFigureNames.filter((name) => sumsFor(name).every((sum) => held.has(sum)));
  return [...summed, ...keptQuantiles(used)];
}

/** The figures of a query's rows: those that it names, otherwise those that are stored for it. @throws InvalidQueryError */
export function figuresOf({
  figures,
  quantiles = true,
  ...used
}: Pick<UsageOptions, 'figures' | 'quantiles' | 'group_by' | 'filters'>): readonly UsageFigure[] {
  if (figures !== undefined) return figures;
  const kept = figuresBy(dimensionsOf(used));
  return quantiles ? kept : kept.filter(isSummed);
}
