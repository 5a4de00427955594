import type { RunfoldClient } from '#runfold/client.js';

type UsageQuery = Parameters<RunfoldClient['getUsage']>[0];

/** A request of the web page, with the name under which its time is shown. */
export interface PageQuestion {
  readonly name: string;
  /** Whether the overview sends it; otherwise a breakdown does. */
  readonly isOverview: boolean;
  ask(client: RunfoldClient): Promise<unknown>;
}

/** A period as the page requests it: 28 days that begin at midnight in the zone. */
export interface PageRange {
  readonly from: string;
  readonly to: string;
  readonly time_zone: string;
}

const dayMs = 86_400_000;

const tileFigures = [
  ...['cost', 'unpriced_messages', 'total_tokens', 'cache_hit_rate', 'runs', 'failed_runs'],
  ...['tool_calls', 'tool_errors', 'error_rate', 'assistant_messages'],
  ...['time_p50', 'time_p95', 'time_to_first_token_p50', 'time_to_first_token_p95'],
];
const courseFigures = [
  ...['cost', 'total_tokens', 'runs', 'error_rate', 'time_p95', 'time_to_first_token_p95'],
];
const splits = [
  ['model', 'cost'],
  ['agent_id', 'cost'],
  ['tool_name', 'tool_errors'],
  ['user_id', 'cost'],
  ['team_id', 'cost'],
] as const;
const breakdowns = [
  ['agents', 'agent_id', ['cost', 'total_tokens', 'runs', 'run_error_rate', 'run_time_p95']],
  ['models', 'model', ['cost', 'total_tokens', 'time_p50', 'time_p95', 'time_p99']],
  ['tools', 'tool_name', ['tool_calls', 'error_rate', 'tool_time_p50', 'tool_time_p95']],
  ['users', 'user_id', ['cost', 'total_tokens', 'runs', 'tool_calls', 'error_rate']],
  ['teams', 'team_id', ['cost', 'total_tokens', 'runs', 'tool_calls', 'error_rate']],
] as const;

/** The requests of the overview and the breakdowns for a range. */
export function pageQuestions(range: PageRange): readonly PageQuestion[] {
  const { from, to, time_zone } = range;
  const whole = { from, to };
  const daily = { from, to, time_zone, bucket: 'day' };
  // The overview compares with the weeks before, in the same request.
  const compared = {
    before_from: new Date(Date.parse(from) - 28 * dayMs).toISOString(),
    before_to: new Date(Date.parse(to) - 28 * dayMs).toISOString(),
  };
  const usage = (name: string, query: object, isOverview = true): PageQuestion => ({
    name,
    isOverview,
    ask: (client) => client.getUsage(query as UsageQuery),
  });
  return [
    usage('tiles', { ...whole, ...compared, figures: tileFigures }),
    usage('course of the tiles, by day', { ...daily, figures: courseFigures }),
    ...splits.map(([name, figure]) =>
      usage(`${figure} by ${name} and day`, {
        ...daily,
        ...compared,
        group_by: [name],
        top: 50,
        order_by: figure,
        figures: [figure],
      }),
    ),
    usage('quantiles by day', { ...daily, figures: ['time_p50', 'time_p95', 'time_p99'] }),
    usage('quantiles by model', {
      ...whole,
      group_by: ['model'],
      top: 50,
      order_by: 'assistant_messages',
      figures: ['time_p50', 'time_p95', 'time_p99'],
    }),
    usage('quantiles by model and day', {
      ...daily,
      group_by: ['model'],
      top: 7,
      order_by: 'cost',
      figures: ['cost', 'time_p95'],
    }),
    usage('tools', {
      ...whole,
      group_by: ['tool_name'],
      top: 7,
      order_by: 'tool_calls',
      figures: ['tool_calls', 'tool_errors', 'error_rate', 'tool_time_p50', 'tool_time_p95'],
    }),
    {
      name: 'costliest sessions',
      isOverview: true,
      ask: (client) => client.listSessions({ ...whole, order_by: 'cost', limit: 7 }),
    },
    usage('tiles of one user', { ...whole, filters: { user_id: 'user-7' } }),
    usage('cost by model and day of one user', {
      ...daily,
      filters: { user_id: 'user-7' },
      group_by: ['model'],
      top: 50,
    }),
    ...['user_id', 'agent_id'].map((name) =>
      usage(
        `last seen by ${name}`,
        {
          ...daily,
          group_by: [name],
          top: 200,
          order_by: 'cost',
          quantiles: false,
          fill: false,
          figures: ['assistant_messages', 'tool_calls', 'runs'],
        },
        false,
      ),
    ),
    ...breakdowns.map(([name, dimension, figures]) =>
      usage(
        `the screen ${name}`,
        {
          ...whole,
          group_by: [dimension],
          top: 200,
          order_by: dimension === 'tool_name' ? 'tool_calls' : 'cost',
          figures,
        },
        false,
      ),
    ),
  ];
}
