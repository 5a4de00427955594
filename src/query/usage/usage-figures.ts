import { metricFields } from '../../events/metric-fields.js';
import type { TokenTotals } from '../totals/run-usage.js';

/** What was done and used in a bucket. Null means not reported, or not kept by what is grouped by. */
export interface UsageFigures extends TokenTotals {
  /** Runs that ended. One that fails and is resumed ends twice; a pause is no end. */
  readonly runs: number | null;
  /** Runs that ended with an error. */
  readonly failed_runs: number | null;
  /** Failed runs out of all that ended, 0 to 1. */
  readonly run_error_rate: number | null;
  /** Messages of the assistant; tokens and `time` are theirs. */
  readonly assistant_messages: number | null;
  /** Of them, those with tokens and without a cost: above 0, `cost` is a least one. */
  readonly unpriced_messages: number | null;
  readonly tool_calls: number | null;
  readonly tool_errors: number | null;
  /** Failed tool calls out of all, 0 to 1. */
  readonly error_rate: number | null;
  /** Cached tokens out of input tokens, 0 to 1. */
  readonly cache_hit_rate: number | null;
  /** Tokens produced per second, of messages that reported their time. */
  readonly tokens_per_second: number | null;
  /** Seconds of the messages added up. */
  readonly time: number | null;
  /** Seconds per message, of those that reported it; the same applies to the other means. */
  readonly mean_time: number | null;
  readonly mean_time_to_first_token: number | null;
  /** Seconds of the tool calls added up. */
  readonly tool_time: number | null;
  readonly mean_tool_time: number | null;
  /** Wall-clock seconds that the run events reported. */
  readonly run_time: number | null;
  /** US dollars. By model, the cost of tool calls is in the row without a model. */
  readonly cost: number | null;
}

/** A sum in stored units. A count is 0 where nothing happened, a sum then null. */
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

/** What is added up, as the projections name it. */
export const storedSums: readonly UsageSum[] = [
  ...counts.map((name) => ({ name, kind: 'count' as const })),
  ...sums.map((name) => ({ name, kind: 'sum' as const })),
];

/** How a figure is made of sums: `of`, stored in `units` to one, out of `per`, stored in `per_units`. */
interface FigureRule {
  readonly of: string;
  readonly per?: string;
  readonly units?: number;
  readonly per_units?: number;
}

/** Each figure, and the sums that it is made of. */
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
  cache_hit_rate: { of: 'cached_tokens', per: 'input_tokens' },
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

/** The sums that a figure is made of. */
export function sumsFor(figure: keyof UsageFigures): readonly string[] {
  const { of, per } = figures[figure];
  return per === undefined ? [of] : [of, per];
}

/** A figure as an expression over the sums of a row `u`, exact, to rank by. */
export function figureSql(figure: keyof UsageFigures): string {
  const { of, per } = figures[figure];
  return per === undefined ? `u.${of}` : `u.${of}::numeric / nullif(u.${per}, 0)`;
}

/** A figure of sums, which come as Postgres writes integers. */
export function figureOf(
  figure: keyof UsageFigures,
  stored: Readonly<Record<string, string | null | undefined>>,
): number | null {
  const { of, per, units = 1, per_units = 1 } = figures[figure];
  const value = stored[of];
  if (value === null || value === undefined) return null;
  if (per === undefined) return inUnits(value, units);
  const whole = Number(stored[per] ?? 0);
  return whole === 0 ? null : (Number(value) * per_units) / (whole * units);
}

/** An integer in so many units to one, as the double closest to the exact value. */
function inUnits(integer: string, units: number): number {
  const value = Number(integer);
  // Both are exact, and so is the only rounding.
  if (Number.isSafeInteger(value)) return value / units;
  return Number(`${integer}e-${Math.round(Math.log10(units))}`);
}
