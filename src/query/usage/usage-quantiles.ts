import { eventTypes } from '../../events/metric-event.js';
import type { Database } from '../../postgres/database.js';
import {
  latencyDayProjection,
  latencyHourProjection,
  latencyProjection,
} from '../../projections/latency.js';
import { addLevels, levelValue, sentSql } from '../../projections/measures/histogram.js';
import { runUsageHourProjection, runUsageProjection } from '../../projections/run-usage.js';
import { refuseMore } from './read-sums.js';
import type { UsageDimension, UsageTables } from './usage-sources.js';
import { cutsOf, openStatement, type UsageQuestion } from './usage-statement.js';

const percents = [50, 90, 95, 99] as const;

/** The tables and the column with histograms of a time, and its dimensions. */
interface Spread extends UsageTables {
  readonly levels: string;
  /** The column of each dimension. */
  readonly columns: Partial<Record<UsageDimension, string>>;
  readonly where: string;
}

const ofEvents = (
  type: keyof typeof eventTypes,
  levels: string,
  columns: Spread['columns'],
): Spread => ({
  levels,
  quarters: latencyProjection,
  rollUps: [latencyDayProjection, latencyHourProjection],
  columns,
  where: `t.type = ${eventTypes[type]}`,
});
const byModel = { provider: 't.provider', model: 't.name' };

/** The times whose quantiles are stored. */
const spreads = {
  time: ofEvents('message', 'time_levels', byModel),
  time_to_first_token: ofEvents('message', 'first_token_levels', byModel),
  tool_time: ofEvents('tool_call', 'time_levels', { tool_name: 't.name' }),
  run_time: {
    levels: 'time_levels',
    quarters: runUsageProjection,
    rollUps: [runUsageHourProjection],
    columns: { agent_id: 't.agent_id', team_id: 't.team_id', workflow_id: 't.workflow_id' },
    where: 'true',
  },
} as const satisfies Record<string, Spread>;
type SpreadName = keyof typeof spreads;
const spreadNames = Object.keys(spreads) as SpreadName[];

/** A quantile of a time in seconds, such as `tool_time_p95`. */
export type QuantileName = `${SpreadName}_p${(typeof percents)[number]}`;

/** The quantiles, each within 1 % of the exact one; null if nothing was timed. */
export type UsageQuantiles = { readonly [N in QuantileName]: number | null };

/** The names of the quantiles, in the order in which they are shown. */
export const quantileNames: readonly QuantileName[] = spreadNames.flatMap((name) =>
  percents.map((percent) => `${name}_p${percent}` as const),
);

/** The quantiles that are stored for all of some dimensions. */
export function keptQuantiles(used: readonly UsageDimension[]): readonly QuantileName[] {
  return spreadNames
    .filter((name) => isKept(name, used))
    .flatMap((name) => percents.map((percent) => `${name}_p${percent}` as const));
}

const isKept = (name: SpreadName, used: readonly UsageDimension[]) =>
  used.every((dimension) => dimension in spreads[name].columns);

/** Identifies a bucket, by its number, and its group. */
export function groupKey(at: number, names: readonly string[]): string {
  // No name contains NUL, because Postgres stores none.
  return `${at}\0${names.join('\0')}`;
}

/**
 * Some quantiles of each bucket and group, by `groupKey`. The quantile p is the smallest time with at
 * least p % of all times at or below it, as in `percentile_disc`.
 *
 * Whole days and hours of UTC within one bucket are read from their own tables; the rest is read per quarter of an
 * hour. Postgres adds histograms; the levels of the sums are counted here, because SQL
 * took three times as long.
 */
export async function readQuantiles(
  database: Database,
  question: UsageQuestion,
  wanted: readonly QuantileName[],
  groups: readonly (readonly string[])[] | undefined,
): Promise<ReadonlyMap<string, Partial<UsageQuantiles>>> {
  const found = new Map<string, Partial<Record<QuantileName, number | null>>>();
  for (const name of spreadNames) {
    const asked = wanted.filter((quantile) => quantile.replace(/_p\d\d$/, '') === name);
    if (asked.length === 0 || !isKept(name, question.used)) continue;
    const counted = await readLevels(database, question, spreads[name], groups);
    for (const [key, counts] of counted) {
      found.set(key, Object.assign(found.get(key) ?? {}, pick(name, counts)));
    }
  }
  return found;
}

/** The number of times in each level, by `groupKey`. */
async function readLevels(
  database: Database,
  question: UsageQuestion,
  spread: Spread,
  groups: readonly (readonly string[])[] | undefined,
): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
  const { levels, columns, where } = spread;
  const statement = openStatement(question, groups);
  const column = (name: UsageDimension) => columns[name] ?? 'null';
  const conditions = statement.conditions(column);
  const names = `array[${question.group_by.map(column).join(', ')}]::text[]`;
  const parts = cutsOf(question, statement, spread).map(
    ({ table, quarter, rows }) =>
      `select ${statement.bucketSql(quarter)} as at, ${names} as names, t.${levels} as levels
      from ${table} t
      where ${['t.project = $1', where, rows, `t.${levels} is not null`, ...conditions].join(' and ')}`,
  );
  const rows = await database.query<{ at: number; names: string[]; levels: Buffer }>(
    `select s.at, s.names, ${sentSql('sum(s.levels)')} as levels
    from (${parts.join(' union all ')}) s group by s.at, s.names limit 50001`,
    statement.values,
  );
  refuseMore(rows.length);
  return new Map(
    rows.map((row) => {
      const counts = new Map<number, number>();
      addLevels(counts, row.levels);
      return [groupKey(row.at, row.names), counts];
    }),
  );
}

/** The quantiles of one time, from the number of events in each level. */
function pick(name: SpreadName, counts: ReadonlyMap<number, number>) {
  const levels = [...counts].sort(([a], [b]) => a - b);
  const total = levels.reduce((sum, [, count]) => sum + count, 0);
  const picked: Partial<Record<QuantileName, number | null>> = {};
  let at = 0;
  let upTo = levels[0]?.[1] ?? 0;
  for (const percent of percents) {
    // Computed with integers: 0.95 is not exact in floating point.
    while (100 * upTo < percent * total) upTo += levels[++at]?.[1] ?? 0;
    const level = levels[at]?.[0];
    picked[`${name}_p${percent}`] = level === undefined ? null : levelValue(level) / 1e6;
  }
  return picked;
}
