import { runStatuses } from '../events/metric-event.js';

/** The measures that a budget can limit. */
export const budgetMeasures = [
  'cost',
  'total_tokens',
  'input_tokens',
  'output_tokens',
  'runs',
  'tool_calls',
] as const;
export type BudgetMeasure = (typeof budgetMeasures)[number];

/** A table of totals that holds part of a budget's use. */
export interface UsedPart {
  /** The table by quarter of an hour. */
  readonly quarters?: string;
  /** The same totals by hour. */
  readonly hours?: string;
  /** A table that is not keyed by time. */
  readonly table?: string;
  /** The sum for each measure, over rows `t`. */
  readonly sums: { readonly [M in BudgetMeasure]?: string };
  /** The rows `t` to read. Defaults to all. */
  readonly where?: string;
  /** The column that holds the value. Defaults to none: the whole project. */
  readonly column?: string;
  /** `scattered` if other columns are between the time and the value in the table's key. */
  readonly key?: 'scattered';
}

const tokens = {
  total_tokens: 't.total_tokens',
  input_tokens: 't.input_tokens',
  output_tokens: 't.output_tokens',
} as const;
/** For tables that hold messages, tool calls and ended runs. */
const everything = {
  cost: 'coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos)',
  ...tokens,
  runs: 't.runs',
  tool_calls: 't.tool_calls',
} as const;
const messages = { cost: 't.cost_nanos', ...tokens } as const;
const calls = { cost: 't.cost_nanos', tool_calls: 't.tool_calls' } as const;
/** A paused run has not ended. */
const ends = { runs: `case when t.status <> ${runStatuses.paused} then t.runs end` } as const;
const of = (column: string) => ({ column, key: 'scattered' as const });

const byAttribute = (column: 'agent_id' | 'team_id'): readonly UsedPart[] => [
  { quarters: 'model_usage', sums: messages, ...of(column) },
  { quarters: 'tool_usage', sums: calls, ...of(column) },
  { quarters: 'run_usage', sums: ends, ...of(column) },
];

/** The tables that each scope is summed from. Totals count an event at the time it ended. */
export const scopeSources = {
  project: [
    { quarters: 'model_usage', hours: 'model_usage_hour', sums: messages },
    { quarters: 'tool_usage', hours: 'tool_usage_hour', sums: calls },
    { quarters: 'run_usage', hours: 'run_usage_hour', sums: ends },
  ],
  model: [
    {
      quarters: 'model_usage',
      hours: 'model_usage_hour',
      sums: messages,
      column: 'model',
    },
  ],
  user: [
    {
      quarters: 'user_usage',
      sums: everything,
      column: 'user_id',
    },
  ],
  agent: byAttribute('agent_id'),
  team: byAttribute('team_id'),
  label: [
    {
      quarters: 'label_usage',
      hours: 'label_usage_hour',
      sums: everything,
      where: 't.name = in_label',
      column: 'value',
    },
  ],
  session: [
    {
      table: 'session',
      sums: { cost: 't.cost_nanos', ...tokens, runs: 't.runs', tool_calls: 't.tool_calls' },
      column: 'session_id',
    },
  ],
  run: [
    {
      table: 'run',
      sums: { cost: 't.cost_nanos', ...tokens, tool_calls: 't.tool_calls' },
      column: 'run_id',
    },
  ],
} as const satisfies Record<string, readonly UsedPart[]>;

/** The scopes that a budget can have. */
export type BudgetScope = keyof typeof scopeSources;
export const budgetScopes = Object.keys(scopeSources) as [BudgetScope, ...BudgetScope[]];

/** The measures that exist for a scope. */
export function measuresOf(scope: BudgetScope): readonly BudgetMeasure[] {
  const parts: readonly UsedPart[] = scopeSources[scope];
  return budgetMeasures.filter((measure) => parts.some(({ sums }) => sums[measure] !== undefined));
}
