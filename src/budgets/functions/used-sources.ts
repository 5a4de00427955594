import { runStatuses } from '../../events/metric-event.js';

/** The measures that a budget can limit. */
export const budgetMeasures = [
  'cost',
  'total_tokens',
  'input_tokens',
  'output_tokens',
  'runs',
  'tool_calls',
] as const;
/** A figure that a budget can limit. */
export type BudgetMeasure = (typeof budgetMeasures)[number];

/** A table of totals that holds part of a budget's use. */
export interface UsedTable {
  readonly table: string;
  /** The sum for each measure, over rows `t`. */
  readonly sums: { readonly [M in BudgetMeasure]?: string };
  /** The rows `t` to read. Defaults to all. */
  readonly where?: string;
  /** The column that holds the value. Defaults to none: the whole project. */
  readonly column?: string;
  /** `scattered` if the time comes before the value in the table's key. */
  readonly key?: 'scattered';
}

/**
 * The tables of a scope's use by each unit of time, or tables without time. A window is read in the coarsest units that
 * fit into it, and its ends in finer ones.
 */
export interface UsedSource {
  readonly days?: readonly UsedTable[];
  readonly hours?: readonly UsedTable[];
  readonly quarters?: readonly UsedTable[];
  readonly timeless?: readonly UsedTable[];
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

const byAttribute = (column: 'agent_id' | 'team_id'): UsedSource => ({
  hours: [{ table: 'agent_usage_hour', sums: everything, ...of(column) }],
  quarters: [
    { table: 'model_usage', sums: messages, ...of(column) },
    { table: 'tool_usage', sums: calls, ...of(column) },
    { table: 'run_usage', sums: ends, ...of(column) },
  ],
});
const byLabel = { sums: everything, where: 't.name = in_label', column: 'value' } as const;
const byModel = { sums: messages, column: 'model' } as const;
const byUser = { sums: everything, column: 'user_id' } as const;

/** The tables that each scope is summed from. Totals count an event at the time it ended. */
export const scopeSources = {
  project: {
    hours: [
      { table: 'model_usage_hour', sums: messages },
      { table: 'tool_usage_hour', sums: calls },
      { table: 'run_usage_hour', sums: ends },
    ],
    quarters: [
      { table: 'model_usage', sums: messages },
      { table: 'tool_usage', sums: calls },
      { table: 'run_usage', sums: ends },
    ],
  },
  model: {
    hours: [{ table: 'model_usage_hour', ...byModel }],
    quarters: [{ table: 'model_usage', ...byModel }],
  },
  user: {
    days: [{ table: 'user_usage_day', ...byUser }],
    quarters: [{ table: 'user_usage', ...byUser }],
  },
  agent: byAttribute('agent_id'),
  team: byAttribute('team_id'),
  label: {
    days: [{ table: 'label_usage_day', ...byLabel }],
    hours: [{ table: 'label_usage_hour', ...byLabel }],
    quarters: [{ table: 'label_usage', ...byLabel }],
  },
  session: {
    timeless: [
      {
        table: 'session',
        sums: { cost: 't.cost_nanos', ...tokens, runs: 't.runs', tool_calls: 't.tool_calls' },
        column: 'session_id',
      },
    ],
  },
  run: {
    timeless: [
      {
        table: 'run',
        sums: { cost: 't.cost_nanos', ...tokens, tool_calls: 't.tool_calls' },
        column: 'run_id',
      },
    ],
  },
} as const satisfies Record<string, UsedSource>;

/** The scopes that a budget can have. */
export type BudgetScope = keyof typeof scopeSources;
export const budgetScopes = Object.keys(scopeSources) as [BudgetScope, ...BudgetScope[]];

/** The measures that exist for a scope. */
export function measuresOf(scope: BudgetScope): readonly BudgetMeasure[] {
  const { quarters, timeless }: UsedSource = scopeSources[scope];
  const tables = quarters ?? timeless ?? [];
  return budgetMeasures.filter((measure) => tables.some(({ sums }) => sums[measure] !== undefined));
}
