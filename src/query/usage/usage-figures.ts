import { metricFields } from '../../events/metric-fields.js';
import { dollarsSql, secondsSql } from '../../store/sql-units.js';
import type { TokenTotals } from '../totals/run-usage.js';

/** What was done and used in a bucket. Null means not reported, or not kept by what is grouped by. */
export interface UsageFigures extends TokenTotals {
  readonly runs: number | null;
  /** Messages of the assistant; tokens and `time` are theirs. */
  readonly assistant_messages: number | null;
  readonly tool_calls: number | null;
  readonly tool_errors: number | null;
  /** Failed tool calls out of all, 0 to 1. */
  readonly error_rate: number | null;
  /** Cached tokens out of input tokens, 0 to 1. */
  readonly cache_hit_rate: number | null;
  /** Tokens produced a second, of messages that reported their time. */
  readonly tokens_per_second: number | null;
  /** Seconds of the messages added up. */
  readonly time: number | null;
  /** Seconds a message, of those that reported it; likewise below. */
  readonly mean_time: number | null;
  readonly mean_time_to_first_token: number | null;
  /** Seconds of the tool calls added up. */
  readonly tool_time: number | null;
  readonly mean_tool_time: number | null;
  /** Wall-clock seconds that the run events reported. */
  readonly run_time: number | null;
  /** US dollars. */
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
  'assistant_messages',
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

const ratio = (a: string, b: string, scale = '') => `(${a}${scale} / nullif(${b}, 0)::float8)`;

/** Each figure, made from the sums of a row `u`, and the sums it needs. */
const figures: Readonly<Record<keyof UsageFigures, string>> = {
  runs: 'u.runs',
  assistant_messages: 'u.assistant_messages',
  tool_calls: 'u.tool_calls',
  tool_errors: 'u.tool_errors',
  error_rate: ratio('u.tool_errors', 'u.tool_calls'),
  ...(Object.fromEntries(tokens.map((name) => [name, `u.${name}`])) as Record<
    keyof TokenTotals,
    string
  >),
  cache_hit_rate: ratio('u.cached_tokens', 'u.input_tokens'),
  tokens_per_second: ratio('u.timed_output_tokens', 'u.time_us', ' * 1e6'),
  time: secondsSql('u.time_us'),
  mean_time: ratio('u.time_us', 'u.timed_messages', ' / 1e6'),
  mean_time_to_first_token: ratio('u.time_to_first_token_us', 'u.streamed_messages', ' / 1e6'),
  tool_time: secondsSql('u.tool_time_us'),
  mean_tool_time: ratio('u.tool_time_us', 'u.timed_tool_calls', ' / 1e6'),
  run_time: secondsSql('u.run_time_us'),
  cost: dollarsSql('u.cost_nanos'),
};

/** The names of the figures, in the order in which they are shown. */
export const usageFigureNames = Object.keys(figures) as readonly (keyof UsageFigures)[];

/** The columns of the figures, given the sums that are held; null for those that are not. */
export function figureColumns(held: readonly UsageSum[]): string[] {
  const names = new Set(held.map(({ name }) => name));
  return usageFigureNames.map((figure) => {
    const sql = figures[figure];
    const isHeld = [...sql.matchAll(/u\.(\w+)/g)].every(([, name = '']) => names.has(name));
    return `${isHeld ? sql : 'null'} as ${figure}`;
  });
}
