import { eventTypes } from '../../events/metric-event.js';
import type { Database } from '../../postgres/database.js';
import { tableOf } from '../../projections/fold/fold-sql.js';
import { addLevels, levelValue, sentSql } from '../../projections/language/histogram.js';
import { latencyDayProjection, latencyProjection } from '../../projections/latency.js';
import { quartersADay } from '../../projections/time-buckets.js';
import { wholeSteps } from './usage-range.js';
import type { UsageDimension } from './usage-sources.js';

/** The times whose quantiles are kept: whose they are, and which histogram holds them. */
const spreads = [
  { name: 'time', type: 'message', levels: 'time_levels' },
  { name: 'time_to_first_token', type: 'message', levels: 'first_token_levels' },
  { name: 'tool_time', type: 'tool_call', levels: 'time_levels' },
  { name: 'run_time', type: 'run', levels: 'time_levels' },
] as const;
const percents = [50, 90, 95, 99] as const;

/** A quantile of a time in seconds, such as `tool_time_p95`. */
export type QuantileName = `${(typeof spreads)[number]['name']}_p${(typeof percents)[number]}`;

/** The quantiles, each within 1 % of the exact one; null where nothing was timed or it is not kept. */
export type UsageQuantiles = { readonly [N in QuantileName]: number | null };

/** The names of the quantiles, in the order in which they are shown. */
export const quantileNames: readonly QuantileName[] = spreads.flatMap(({ name }) =>
  percents.map((percent) => `${name}_p${percent}` as const),
);

/** No quantiles. */
export const noQuantiles = Object.fromEntries(
  quantileNames.map((name) => [name, null]),
) as unknown as UsageQuantiles;

/** Which column of the histograms a dimension is, and for which type of event it is kept. */
const columns: Partial<Record<UsageDimension, { readonly column: string; readonly type: string }>> =
  {
    provider: { column: 'provider', type: 'message' },
    model: { column: 'name', type: 'message' },
    tool_name: { column: 'name', type: 'tool_call' },
  };

/** The column that holds a dimension, such as `l.name`; undefined when none does. */
export function spreadColumn(dimension: UsageDimension): string | undefined {
  const kept = columns[dimension];
  return kept && `l.${kept.column}`;
}

/** Whether the quantiles of any time are kept by all of some dimensions. */
export function hasQuantiles(dimensions: readonly UsageDimension[]): boolean {
  return spreadsBy(dimensions).length > 0;
}

function spreadsBy(dimensions: readonly UsageDimension[]) {
  return spreads.filter(({ type }) =>
    dimensions.every((dimension) => columns[dimension]?.type === type),
  );
}

/** What to read the quantiles of. */
export interface QuantileQuery {
  /** The statement that gives `quarter` and `start`. */
  readonly calendar: string;
  readonly group_by: readonly UsageDimension[];
  /** All that is filtered or grouped by. */
  readonly used: readonly UsageDimension[];
  readonly conditions: readonly string[];
  readonly values: readonly unknown[];
}

/**
 * The quantiles of each bucket and group, by `quantileKey`. The quantile p is the least time with at
 * least p % of all at or below it, as `percentile_disc` has it.
 *
 * Days of UTC that lie within one bucket are read whole, which is all of a long range but its edges;
 * of the rest every quarter of an hour is. Postgres adds up what belongs together; the levels of the sums
 * are counted here, as in SQL that took three times as long.
 */
export async function readQuantiles(
  database: Database,
  query: QuantileQuery,
): Promise<ReadonlyMap<string, UsageQuantiles>> {
  const { group_by, conditions } = query;
  const kept = spreadsBy(query.used);
  const types = [...new Set(kept.map(({ type }) => eventTypes[type]))].join(', ');
  const where = ['l.project = $1', `l.type in (${types})`, ...conditions].join(' and ');
  const names = group_by.map((name) => `${spreadColumn(name)}`);
  const select = (start: string) =>
    `${start}, l.type, array[${names.join(', ')}]::text[] as names, l.time_levels, l.first_token_levels`;
  const rows = await database.query<SpreadRow>(
    `with calendar as materialized (${query.calendar}),
    ${wholeSteps('day', quartersADay)}
    select extract(epoch from s.start)::float8 as at, s.type, s.names,
      ${sentSql('sum(s.time_levels)')} as time_levels,
      ${sentSql('sum(s.first_token_levels)')} as first_token_levels
    from (
      select ${select('d.start')} from ${tableOf(latencyDayProjection)} l
        join days d on d.day = l.day where d.start is not null and ${where}
      union all
      select ${select('e.start')} from ${tableOf(latencyProjection)} l
        join day_edges e on e.quarter = l.bucket where ${where}
          and l.bucket = any(array(select quarter from day_edges))) s
    group by s.start, s.type, s.names`,
    query.values,
  );
  return quantilesOf(rows, kept);
}

interface SpreadRow {
  readonly at: number;
  readonly type: number;
  readonly names: readonly string[];
  readonly time_levels: Buffer | null;
  readonly first_token_levels: Buffer | null;
}

/** Names a bucket, by its beginning in seconds since 1970, and a group of it. */
export function quantileKey(at: number, names: readonly string[]): string {
  return JSON.stringify([at, ...names]);
}

function quantilesOf(
  rows: readonly SpreadRow[],
  kept: ReturnType<typeof spreadsBy>,
): Map<string, UsageQuantiles> {
  const counted = new Map<string, Map<string, Map<number, number>>>();
  for (const row of rows) {
    const key = quantileKey(row.at, row.names);
    const times = counted.get(key) ?? new Map<string, Map<number, number>>();
    counted.set(key, times);
    for (const { name, type, levels } of kept) {
      if (eventTypes[type] !== row.type) continue;
      const counts = times.get(name) ?? new Map<number, number>();
      times.set(name, counts);
      const histogram = row[levels];
      if (histogram !== null) addLevels(counts, histogram);
    }
  }
  return new Map(
    [...counted].map(([key, times]) => [
      key,
      Object.assign({ ...noQuantiles }, ...[...times].map(([name, counts]) => pick(name, counts))),
    ]),
  );
}

/** The quantiles of one time, of how many events each level has. */
function pick(name: string, counts: ReadonlyMap<number, number>): Record<string, number | null> {
  const levels = [...counts].sort(([a], [b]) => a - b);
  const total = levels.reduce((sum, [, count]) => sum + count, 0);
  const picked: Record<string, number | null> = {};
  let at = 0;
  let upTo = levels[0]?.[1] ?? 0;
  for (const percent of percents) {
    // In whole numbers: 0.95 is none in floating point.
    while (100 * upTo < percent * total) upTo += levels[++at]?.[1] ?? 0;
    const level = levels[at]?.[0];
    picked[`${name}_p${percent}`] = level === undefined ? null : levelValue(level) / 1e6;
  }
  return picked;
}
