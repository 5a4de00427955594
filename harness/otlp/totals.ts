import type { MetricEvent } from '#runfold/events/metric-event.js';
import { parseTimestamp } from '#runfold/events/timestamp.js';
import type { ExpectedRow } from './captures.js';

const tokens = [
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'input_audio_tokens',
  'output_audio_tokens',
] as const;

type Row = Record<string, string | number | null>;
const atOf = (event: MetricEvent) => parseTimestamp(event.occurred_at) ?? 0;
const micros = (seconds: number | undefined) => Math.round((seconds ?? 0) * 1e6);
const sumOf = (values: readonly (number | undefined)[]) => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
};

/** The totals of events in the form of the captures, computed in plain JavaScript. */
export function totalsOf(events: readonly MetricEvent[]): { runs: Row[]; sessions: Row[] } {
  const group = (key: (event: MetricEvent) => string) => {
    const groups = new Map<string, MetricEvent[]>();
    for (const event of events) groups.set(key(event), [...(groups.get(key(event)) ?? []), event]);
    return groups;
  };
  const runs = [...group(({ session_id, run_id }) => `${session_id}\n${run_id}`).values()];
  return {
    runs: runs.map((list) => ({ ...figuresOf(list), ...attributesOf(list) })),
    sessions: [...group(({ session_id }) => session_id).values()].map((list) => ({
      session_id: list[0]?.session_id ?? null,
      runs: new Set(list.map(({ run_id }) => run_id)).size,
      ...figuresOf(list),
    })),
  };
}

function figuresOf(events: readonly MetricEvent[]): Row {
  const messages = events.filter((event) => event.type === 'message');
  const answers = messages.filter((event) => event.role === 'assistant');
  const tools = events.filter((event) => event.type === 'tool_call');
  const totals = answers.map(({ metrics: { input_tokens: input, output_tokens: output } = {} }) =>
    input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0),
  );
  const us = (list: readonly MetricEvent[]) =>
    sumOf(
      list.map(({ metrics }) => (metrics?.time === undefined ? undefined : micros(metrics.time))),
    );
  return {
    messages: messages.length,
    assistant_messages: answers.length,
    message_errors: answers.filter((event) => 'error' in event && event.error !== false).length,
    metered_messages: totals.filter((total) => total !== undefined).length,
    tool_calls: tools.length,
    tool_errors: tools.filter(({ error }) => error !== undefined && error !== false).length,
    ...Object.fromEntries(
      tokens.map((name) => [
        name,
        sumOf(name === 'total_tokens' ? totals : answers.map(({ metrics }) => metrics?.[name])),
      ]),
    ),
    time_us: us(answers),
    tool_time_us: us(tools),
    run_time_us: us(events.filter(({ type }) => type === 'run')),
    cost_nanos: sumOf(
      [...answers, ...tools].map(({ metrics }) =>
        metrics?.cost === undefined ? undefined : Math.round(metrics.cost * 1e9),
      ),
    ),
  };
}

function attributesOf(events: readonly MetricEvent[]): Row {
  const inTime = [...events].sort((a, b) => atOf(a) - atOf(b));
  const answers = inTime.filter((event) => event.type === 'message' && event.role === 'assistant');
  const greatest = (
    name: 'agent_id' | 'agent_name' | 'team_id' | 'workflow_id' | 'user_id' | 'parent_run_id',
  ) =>
    events
      .flatMap((event) => event[name] ?? [])
      .sort()
      .at(-1) ?? null;
  const first = answers.find(({ metrics }) => (metrics?.time_to_first_token ?? 0) > 0)?.metrics;
  return {
    session_id: events[0]?.session_id ?? null,
    run_id: events[0]?.run_id ?? null,
    status:
      inTime.flatMap((event) => (event.type === 'run' ? [event.status ?? null] : [])).at(-1) ??
      null,
    started_at_us: Math.min(...events.map((event) => atOf(event) - micros(event.metrics?.time))),
    ended_at_us: Math.max(...events.map(atOf)),
    agent_id: greatest('agent_id'),
    agent_name: greatest('agent_name'),
    team_id: greatest('team_id'),
    workflow_id: greatest('workflow_id'),
    user_id: greatest('user_id'),
    parent_run_id: greatest('parent_run_id'),
    model: answers.flatMap(({ model }) => model ?? []).at(-1) ?? null,
    provider: answers.flatMap(({ provider }) => provider ?? []).at(-1) ?? null,
    time_to_first_token_us: first === undefined ? null : micros(first.time_to_first_token),
  };
}

/**
 * Rows without nulls, in a fixed order. The cost is included only if it is expected. Of sessions,
 * the captures have only some figures.
 */
export function comparable(rows: readonly ExpectedRow[], expected: readonly ExpectedRow[]) {
  const written = new Set(expected.flatMap((row) => Object.keys(row)));
  const isSession = expected.every((row) => row.run_id === undefined);
  const key = (row: ExpectedRow) => `${row.session_id}\n${row.run_id ?? ''}`;
  const priced = new Set(expected.filter((row) => row.cost_nanos != null).map(key));
  return rows
    .map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .filter(
            ([name, value]) =>
              value !== null &&
              (!isSession || written.has(name)) &&
              (name !== 'cost_nanos' || priced.has(key(row))),
          )
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    )
    .sort((a, b) => (key(a as ExpectedRow) < key(b as ExpectedRow) ? -1 : 1));
}
