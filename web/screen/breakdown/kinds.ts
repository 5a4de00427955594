import type { UsageRow } from '../../ask/usage.js';
import {
  atLeast,
  dollars,
  isLeast,
  percent,
  rate,
  seconds,
  short,
  whole,
} from '../../figure/figures.js';
import type { Figure, Kind } from './kind.js';

const ratio = (a: number | null, b: number | null) =>
  a === null || b === null || b === 0 ? null : a / b;

/** Dollars, as a minimum if messages without a price are missing. */
const costText = (value: number | null, row: UsageRow) => atLeast(dollars(value), isLeast(row));

const cost: Figure = {
  key: 'cost',
  of: ['cost', 'unpriced_messages'],
  head: 'Cost',
  figureOf: (row) => row.cost,
  format: costText,
  bar: 'plain',
};
const tokens: Figure = {
  key: 'total_tokens',
  head: 'Tokens',
  figureOf: (row) => row.total_tokens,
  format: short,
};
const calls: Figure = {
  key: 'assistant_messages',
  head: 'Model calls',
  figureOf: (row) => row.assistant_messages,
  format: whole,
  isWide: true,
};
const toolCalls: Figure = {
  key: 'tool_calls',
  head: 'Tool calls',
  figureOf: (row) => row.tool_calls,
  format: whole,
  isWide: true,
};
const failed: Figure = {
  key: 'error_rate',
  head: 'Failed',
  figureOf: (row) => row.error_rate,
  format: percent,
  bar: 'bad',
};
const cached: Figure = {
  key: 'cache_hit_rate',
  head: 'Cached',
  figureOf: (row) => row.cache_hit_rate,
  format: percent,
  isWide: true,
};
const runs: Figure = { key: 'runs', head: 'Runs', figureOf: (row) => row.runs, format: whole };
const costOfRun: Figure = {
  key: 'cost_run',
  of: ['cost', 'unpriced_messages', 'runs'],
  head: 'Cost per run',
  figureOf: (row) => ratio(row.cost, row.runs),
  format: costText,
  isWide: true,
};
const quantile = (key: keyof UsageRow & string, head: string, isWide = true): Figure => ({
  key,
  head,
  figureOf: (row) => row[key] as number | null,
  format: seconds,
  isWide,
});

/** A label: what each of its values used. */
export const labelKind = (name: string): Kind => ({
  path: '/labels',
  title: 'Labels',
  rows: 'values',
  word: name,
  dimension: `label:${name}`,
  filters: ['model', 'provider'],
  figures: [runs, calls, tokens, toolCalls, failed, costOfRun, cost],
  main: 'cost',
  hasSpeed: false,
  more: { isBad: true },
});

export const kinds: readonly Kind[] = [
  {
    path: '/agents',
    title: 'Agents',
    word: 'Agent',
    dimension: 'agent_id',
    filters: ['model', 'provider', 'tool_name', 'user_id', 'team_id', 'workflow_id'],
    figures: [
      runs,
      {
        key: 'run_error_rate',
        head: 'Failed',
        figureOf: (row) => row.run_error_rate,
        format: percent,
        bar: 'bad',
      },
      quantile('run_time_p50', 'Run p50'),
      quantile('run_time_p95', 'Run p95'),
      calls,
      tokens,
      toolCalls,
      cost,
    ],
    main: 'cost',
    hasSpeed: true,
    more: { isBad: true },
  },
  {
    path: '/models',
    title: 'Models',
    word: 'Model',
    dimension: 'model',
    filters: ['agent_id', 'provider', 'user_id', 'team_id', 'workflow_id'],
    figures: [
      { ...calls, head: 'Calls' },
      tokens,
      cached,
      {
        key: 'tokens_per_second',
        head: 'Tokens/s',
        figureOf: (row) => row.tokens_per_second,
        format: rate,
        isWide: true,
      },
      quantile('time_p50', 'p50'),
      quantile('time_p95', 'p95'),
      quantile('time_p99', 'p99'),
      quantile('time_to_first_token_p95', 'First token'),
      {
        key: 'cost_call',
        of: ['cost', 'unpriced_messages', 'assistant_messages'],
        head: 'Cost per call',
        figureOf: (row) => ratio(row.cost, row.assistant_messages),
        format: costText,
        isWide: true,
      },
      cost,
    ],
    main: 'cost',
    hasSpeed: true,
    more: { isBad: true },
  },
  {
    path: '/tools',
    title: 'Tools',
    word: 'Tool',
    dimension: 'tool_name',
    filters: ['agent_id', 'team_id', 'workflow_id'],
    figures: [
      { ...toolCalls, head: 'Calls', isWide: false },
      failed,
      {
        key: 'tool_errors',
        head: 'Failures',
        figureOf: (row) => row.tool_errors,
        format: whole,
        isWide: true,
      },
      quantile('tool_time_p50', 'p50'),
      quantile('tool_time_p95', 'p95', false),
      quantile('tool_time_p99', 'p99'),
    ],
    main: 'tool_calls',
    hasSpeed: true,
    more: { isBad: false },
  },
  {
    path: '/users',
    title: 'Users',
    word: 'User',
    dimension: 'user_id',
    filters: ['agent_id', 'model', 'team_id', 'workflow_id'],
    figures: [runs, tokens, toolCalls, failed, costOfRun, cost],
    main: 'cost',
    hasSpeed: false,
    more: { isBad: true },
  },
  {
    path: '/teams',
    title: 'Teams',
    word: 'Team',
    dimension: 'team_id',
    filters: ['agent_id', 'model', 'user_id', 'workflow_id'],
    figures: [runs, tokens, toolCalls, failed, costOfRun, cost],
    main: 'cost',
    hasSpeed: false,
    more: { isBad: true },
  },
];
