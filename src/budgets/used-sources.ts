import { runStatuses } from '../events/metric-event.js';

/** What a budget may limit the use of. */
export const budgetMeasures = [
  'cost',
  'total_tokens',
  'input_tokens',
  'output_tokens',
  'runs',
  'tool_calls',
] as const;
export type BudgetMeasure = (typeof budgetMeasures)[number];

/** A table of totals that a part of what was used is summed from. */
export interface UsedPart {
  /** Kept by the quarter of an hour. */
  readonly quarters?: string;
  /** The same by the hour. */
  readonly hours?: string;
  /** Kept by something else than time. */
  readonly table?: string;
  /** A sum by measure, of a row `t`. */
  readonly sums: { readonly [M in BudgetMeasure]?: string };
  /** Which rows `t` are looked at. Defaults to all. */
  readonly where?: string;
  /** The column that holds the value. Defaults to none: all of the project. */
  readonly column?: string;
  /** Whether the value stands behind the time in the key of the table, or before it. */
  readonly key?: 'scattered';
}

const tokens = {
  total_tokens: 't.total_tokens',
  input_tokens: 't.input_tokens',
  output_tokens: 't.output_tokens',
} as const;
/** Of tables that hold messages, tool calls and ended runs. */
const everything = {
  cost: 'coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos)',
  ...tokens,
  runs: 't.runs',
  tool_calls: 't.tool_calls',
} as const;
const messages = { cost: 't.cost_nanos', ...tokens } as const;
const calls = { cost: 't.cost_nanos', tool_calls: 't.tool_calls' } as const;
/** A pause is not an end. */
const ends = { runs: `case when t.status <> ${runStatuses.paused} then t.runs end` } as const;
const of = (column: string) => ({ column, key: 'scattered' as const });

const byAttribute = (column: 'agent_id' | 'team_id'): readonly UsedPart[] => [
  { quarters: 'model_usage', sums: messages, ...of(column) },
  { quarters: 'tool_usage', sums: calls, ...of(column) },
  { quarters: 'run_usage', sums: ends, ...of(column) },
];

/** What each scope is summed from. Totals count an event where it ended. */
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

/** What a budget may limit. */
export type BudgetScope = keyof typeof scopeSources;
export const budgetScopes = Object.keys(scopeSources) as [BudgetScope, ...BudgetScope[]];

/** The measures that are kept for a scope. */
export function measuresOf(scope: BudgetScope): readonly BudgetMeasure[] {
  const parts: readonly UsedPart[] = scopeSources[scope];
  return budgetMeasures.filter((measure) => parts.some(({ sums }) => sums[measure] !== undefined));
}
