import { metricFields } from '../../events/metric-fields.js';
import type { TokenTotals } from '../totals/run-usage.js';

/** What was done and used in a bucket. Null means not reported. */
export interface UsageFigures extends TokenTotals {
  /** Runs that ended. A run that fails and is resumed ends twice; a pause is not an end. */
  readonly runs: number | null;
  /** Runs that ended with an error. */
  readonly failed_runs: number | null;
  /** The share of ended runs that failed, 0 to 1. */
  readonly run_error_rate: number | null;
  /** Messages of the assistant; tokens and `time` are of these. */
  readonly assistant_messages: number | null;
  /** Those of them with tokens and without a cost: if above 0, the true cost is higher than `cost`. */
  readonly unpriced_messages: number | null;
  readonly tool_calls: number | null;
  readonly tool_errors: number | null;
  /** The share of tool calls that failed, 0 to 1. */
  readonly error_rate: number | null;
  /** The share of input tokens that were cached, 0 to 1. Null if more were cached than read, which no model does. */
  readonly cache_hit_rate: number | null;
  /** Output tokens per second, for messages that reported their time. */
  readonly tokens_per_second: number | null;
  /** The sum of seconds of the messages. */
  readonly time: number | null;
  /** Seconds per message, for those that reported them; the same applies to the other means. */
  readonly mean_time: number | null;
  readonly mean_time_to_first_token: number | null;
  /** The sum of seconds of the tool calls. */
  readonly tool_time: number | null;
  readonly mean_tool_time: number | null;
  /** Wall-clock seconds that the run events reported. */
  readonly run_time: number | null;
  /** US dollars. By model, the cost of tool calls is in the row without a model. */
  readonly cost: number | null;
}

/** A sum in stored units. If nothing happened, a count is 0 and a sum is null. */
export interface UsageSum {
  readonly name: string;
  readonly kind: 'count' | 'sum';
}

const tokens = metricFields.filter((field) => field.kind === 'tokens').map(({ name }) => name);
const counts = [
  'runs',
  'failed_runs',
  'assistant_messages',
  'unpriced_messages',
  'tool_calls',
  'tool_errors',
  'timed_messages',
  'streamed_messages',
  'timed_tool_calls',
];
const sums = [
  ...tokens,
  'timed_output_tokens',
  'time_us',
  'time_to_first_token_us',
  'tool_time_us',
  'run_time_us',
  'cost_nanos',
];

/** The summed measures, as the projections name them. */
export const storedSums: readonly UsageSum[] = [
  ...counts.map((name) => ({ name, kind: 'count' as const })),
  ...sums.map((name) => ({ name, kind: 'sum' as const })),
];

/** How a figure is computed from sums: `of`, stored in `units`, divided by `per`, stored in `per_units`. */
interface FigureRule {
  readonly of: string;
  readonly per?: string;
  readonly units?: number;
  readonly per_units?: number;
  /** It is a part of a whole. Greater than 1 only where events contradict themselves: then nothing is known. */
  readonly is_share?: boolean;
}

/** Each figure, and the sums that it is computed from. */
const figures: Readonly<Record<keyof UsageFigures, FigureRule>> = {
  runs: { of: 'runs' },
  failed_runs: { of: 'failed_runs' },
  run_error_rate: { of: 'failed_runs', per: 'runs' },
  assistant_messages: { of: 'assistant_messages' },
  unpriced_messages: { of: 'unpriced_messages' },
  tool_calls: { of: 'tool_calls' },
  tool_errors: { of: 'tool_errors' },
  error_rate: { of: 'tool_errors', per: 'tool_calls' },
  ...(Object.fromEntries(tokens.map((name) => [name, { of: name }])) as Record<
    keyof TokenTotals,
    FigureRule
  >),
  cache_hit_rate: { of: 'cached_tokens', per: 'input_tokens', is_share: true },
  tokens_per_second: { of: 'timed_output_tokens', per: 'time_us', per_units: 1e6 },
  time: { of: 'time_us', units: 1e6 },
  mean_time: { of: 'time_us', per: 'timed_messages', units: 1e6 },
  mean_time_to_first_token: { of: 'time_to_first_token_us', per: 'streamed_messages', units: 1e6 },
  tool_time: { of: 'tool_time_us', units: 1e6 },
  mean_tool_time: { of: 'tool_time_us', per: 'timed_tool_calls', units: 1e6 },
  run_time: { of: 'run_time_us', units: 1e6 },
  cost: { of: 'cost_nanos', units: 1e9 },
};

/** The names of the figures, in the order in which they are shown. */
export const usageFigureNames = Object.keys(figures) as readonly (keyof UsageFigures)[];

const summed: ReadonlySet<string> = new Set(usageFigureNames);
/** Whether a figure is computed from sums; the others are quantiles. */
export const isSummed = (figure: string): figure is keyof UsageFigures => summed.has(figure);

/** The sums that a figure is computed from. */
export function sumsFor(figure: keyof UsageFigures): readonly string[] {
  const { of, per } = figures[figure];
  return per === undefined ? [of] : [of, per];
}

/** A figure as an exact expression over the sums of a row `u`, for ranking. */
export function figureSql(figure: keyof UsageFigures): string {
  const { of, per, is_share } = figures[figure];
  if (per === undefined) return `u.${of}`;
  const ratio = `u.${of}::numeric / nullif(u.${per}, 0)`;
  return is_share === true ? `case when u.${of} <= u.${per} then ${ratio} end` : ratio;
}

/** A sum in stored units. It is a string only if a double cannot hold it exactly; null if nothing was reported. */
export type StoredSum = number | string | null;

/** Sums by their names: one value for each row. */
export type SumColumns = Readonly<Record<string, readonly StoredSum[]>>;

const isCount = new Map(storedSums.map(({ name, kind }) => [name, kind === 'count']));

/** Computes a figure at a place of the columns of sums; at -1, where nothing happened. */
export function figureReader(
  figure: keyof UsageFigures,
  columns: SumColumns,
): (place: number) => number | null {
  const { of, per, units = 1, per_units = 1, is_share } = figures[figure];
  const values = columns[of];
  if (values === undefined) return () => null;
  const nothing = isCount.get(of) ? 0 : null;
  const valueAt = (place: number) => (place < 0 ? nothing : (values[place] ?? nothing));
  if (per === undefined) {
    return (place) => {
      const value = valueAt(place);
      return value === null ? null : inUnits(value, units);
    };
  }
  const wholes = columns[per] ?? [];
  return (place) => {
    const value = valueAt(place);
    const whole = Number(place < 0 ? 0 : (wholes[place] ?? 0));
    if (value === null || whole === 0) return null;
    const ratio = (Number(value) * per_units) / (whole * units);
    return is_share === true && ratio > 1 ? null : ratio;
  };
}

/** An integer divided by its number of units, as the double closest to the exact value. */
function inUnits(integer: number | string, units: number): number {
  const value = Number(integer);
  // Both are exact, so there is only one rounding.
  if (Number.isSafeInteger(value)) return value / units;
  return Number(`${integer}e-${Math.round(Math.log10(units))}`);
}
