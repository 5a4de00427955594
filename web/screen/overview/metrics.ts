import { filters } from '../../address/parameters.js';
import {
  areKept,
  filterOf,
  type UsageDimension,
  type UsageRow,
  usageFilterNames,
} from '../../ask/usage.js';
import { dollars, percent, seconds, short, shortDollars, whole } from '../../figure/figures.js';
import { filterWord } from '../../part/filter-words.js';

/** A figure that the chart shows. */
export interface Metric {
  readonly name:
    | 'cost'
    | 'tokens'
    | 'calls'
    | 'tool_errors'
    | 'failed_runs'
    | 'time'
    | 'first_token';
  readonly text: string;
  readonly kind: 'bars' | 'lines';
  readonly figureOf: (row: UsageRow, by: Split['name']) => number | null;
  readonly order: (by: Split['name']) => string;
  /** Counts what is missing from it. If that is above 0, the figure is a minimum. */
  readonly leastBy?: 'unpriced_messages';
  /** The figures it is computed from. Defaults to the one that sorts it. */
  readonly figures?: readonly string[];
  readonly format: (value: number | null) => string;
  readonly brief: (value: number | null) => string;
  /** The format of the axis. Defaults to `brief`. */
  readonly axis?: (value: number | null) => string;
  /** Whether more of it is worse. */
  readonly isBad: boolean;
  /** The combinations of fields that are stored for it, if they are fewer than usual. */
  readonly kept?: readonly (readonly string[])[];
  /** The splits that are stored for it. */
  readonly splits: readonly (Split['name'] | 'label')[];
}

/** A dimension that a figure is split by. */
export interface Split {
  readonly name:
    | 'model'
    | 'agent'
    | 'tool'
    | 'user'
    | 'team'
    | 'kind'
    | 'session'
    | `label:${string}`;
  readonly text: string;
  /**
   * Undefined for kinds of tokens, which every row has, and for sessions, which have their own
   * lists.
   */
  readonly dimension: UsageDimension | undefined;
}

export const splits: readonly Split[] = [
  { name: 'model', text: 'Model', dimension: 'model' },
  { name: 'agent', text: 'Agent', dimension: 'agent_id' },
  { name: 'tool', text: 'Tool', dimension: 'tool_name' },
  { name: 'user', text: 'User', dimension: 'user_id' },
  { name: 'team', text: 'Team', dimension: 'team_id' },
  { name: 'session', text: 'Session', dimension: undefined },
  { name: 'kind', text: 'Kind', dimension: undefined },
];

/** The split by a label; undefined if the name is not one. */
export function labelSplit(name: string | undefined): Split | undefined {
  const [, label] = /^label:([a-z][a-z0-9_.-]{0,39})$/.exec(name ?? '') ?? [];
  if (label === undefined) return undefined;
  return { name: `label:${label}`, text: label, dimension: `label:${label}` };
}

/** The figures that sort sessions, and their names there. */
export const sessionOrders: Readonly<Partial<Record<Metric['name'], string>>> = {
  cost: 'cost',
  tokens: 'total_tokens',
  tool_errors: 'tool_errors',
};

const calls = (by: Split['name']) => (by === 'tool' ? 'tool_calls' : 'assistant_messages');

export const metrics: readonly Metric[] = [
  {
    name: 'cost',
    text: 'Cost',
    kind: 'bars',
    figureOf: ({ cost = null }) => cost,
    order: () => 'cost',
    leastBy: 'unpriced_messages',
    format: dollars,
    brief: dollars,
    axis: shortDollars,
    isBad: true,
    splits: ['model', 'agent', 'tool', 'user', 'team', 'session', 'label'],
  },
  {
    name: 'tokens',
    text: 'Tokens',
    kind: 'bars',
    figureOf: ({ total_tokens = null }) => total_tokens,
    order: () => 'total_tokens',
    figures: [
      'total_tokens',
      ...['input_tokens', 'cached_tokens', 'output_tokens', 'reasoning_tokens'],
    ],
    format: whole,
    brief: short,
    isBad: false,
    splits: ['model', 'agent', 'user', 'team', 'session', 'kind', 'label'],
  },
  {
    name: 'calls',
    text: 'Calls',
    kind: 'bars',
    figureOf: (row, by) => row[calls(by)] ?? null,
    order: calls,
    format: whole,
    brief: short,
    isBad: false,
    splits: ['model', 'agent', 'tool', 'user', 'team', 'label'],
  },
  {
    name: 'tool_errors',
    text: 'Tool errors',
    kind: 'bars',
    figureOf: ({ tool_errors = null }) => tool_errors,
    order: () => 'tool_errors',
    format: whole,
    brief: short,
    isBad: true,
    splits: ['tool', 'agent', 'user', 'team', 'session', 'label'],
  },
  {
    name: 'failed_runs',
    text: 'Failed runs',
    kind: 'bars',
    figureOf: ({ failed_runs = null }) => failed_runs,
    order: () => 'failed_runs',
    format: whole,
    brief: short,
    isBad: true,
    splits: ['agent', 'team'],
    kept: [['agent_id', 'team_id', 'workflow_id']],
  },
  {
    name: 'time',
    text: 'Answer time',
    kind: 'lines',
    figureOf: ({ time_p95 = null }) => time_p95,
    order: () => 'assistant_messages',
    format: seconds,
    brief: seconds,
    isBad: true,
    splits: ['model'],
  },
  {
    name: 'first_token',
    text: 'First token',
    kind: 'lines',
    figureOf: ({ time_to_first_token_p95 = null }) => time_to_first_token_p95,
    order: () => 'assistant_messages',
    format: seconds,
    brief: seconds,
    isBad: true,
    splits: ['model'],
  },
];

/** Why a figure cannot be split like this with the current filters; undefined if it can. */
export function whyNot(metric: Metric, { name, text, dimension }: Split): string | undefined {
  const isLabel = name.startsWith('label:');
  if (!metric.splits.includes(isLabel ? 'label' : name))
    return `${metric.text} is not available by ${isLabel ? 'label' : text.toLowerCase()}`;
  if (name === 'session') {
    return 'tool_name' in filters.value
      ? `not available together with the filter ${filterWord('tool_name')}`
      : undefined;
  }
  const used = [...usageFilterNames(), ...(dimension === undefined ? [] : [dimension])];
  const kept = metric.kept ?? (metric.kind === 'lines' ? [['provider', 'model']] : undefined);
  if (areKept(used, kept)) return undefined;
  const narrowed = usageFilterNames()
    .filter((one) => one !== dimension)
    .map((one) => filterWord(filterOf(one)))
    .join(', ');
  return `not available together with the filter ${narrowed}`;
}

/** The change as a share: 0.4 is 40 % more than before. Undefined if it cannot be computed. */
export function changeOf(
  value: number | null | undefined,
  before: number | null | undefined,
): number | undefined {
  if (value == null || before == null || before === 0) return undefined;
  return value / before - 1;
}

export { percent };
