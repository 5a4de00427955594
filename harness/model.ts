import type { MetricEvent } from '#runfold/events/metric-event.js';

/** Totals from the model, which computes them in plain JavaScript, independent of the SQL. */
export interface ModelTotals {
  runs: number;
  messages: number;
  assistant_messages: number;
  message_errors: number;
  metered_messages: number;
  unpriced_messages: number;
  tool_calls: number;
  tool_errors: number;
  /** In integer microseconds and nano-dollars, as `time`, `tool_time`, `run_time` and `cost`. */
  sums: Record<string, bigint | null>;
  status: string | null;
  started_at: bigint | null;
  ended_at: bigint | null;
  time_to_first_token: bigint | null;
  model: string | null;
  user_id: string | null;
}

const tokenFields = [
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'cached_tokens',
  'cache_write_1h_tokens',
  'reasoning_tokens',
] as const;

const micros = (text: string) => {
  const [whole = '', fraction = ''] = text.replace('Z', '').split('.');
  return BigInt(Date.parse(`${whole}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0'));
};
const order = <T extends string | number | bigint>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);
const scaled = (value: number, digits: number) => BigInt(Math.round(value * 10 ** digits));

/**
 * The expected totals of the runs (`session/run`) and sessions of some events. Each event counts
 * once by its session and id, in any order.
 */
export function modelOf(events: readonly MetricEvent[]): {
  runs: Map<string, ModelTotals>;
  sessions: Map<string, ModelTotals>;
} {
  const once = new Map(events.map((event) => [`${event.session_id}\n${event.id}`, event]));
  const runs = groupBy([...once.values()], (event) => `${event.session_id}/${event.run_id}`);
  const sessions = groupBy([...once.values()], (event) => event.session_id);
  return {
    runs: new Map([...runs].map(([key, list]) => [key, totalsOf(list)])),
    sessions: new Map([...sessions].map(([key, list]) => [key, totalsOf(list)])),
  };
}

function groupBy(events: readonly MetricEvent[], key: (event: MetricEvent) => string) {
  const groups = new Map<string, MetricEvent[]>();
  for (const event of events) {
    const list = groups.get(key(event)) ?? [];
    list.push(event);
    groups.set(key(event), list);
  }
  return groups;
}

function totalsOf(events: readonly MetricEvent[]): ModelTotals {
  const originals = events.filter((event) => event.corrects === undefined);
  const failed = (event: MetricEvent) =>
    event.type !== 'run' && event.error !== undefined && event.error !== false;
  const assistant = (event: MetricEvent) => event.type === 'message' && event.role === 'assistant';
  const inOrder = <V extends string | bigint>(pick: (event: MetricEvent) => V | undefined) =>
    originals
      .flatMap((event) => {
        const value = pick(event);
        return value === undefined ? [] : [{ event, value }];
      })
      .sort(
        (a, b) =>
          order(micros(a.event.occurred_at), micros(b.event.occurred_at)) ||
          order(a.event.sequence ?? 0, b.event.sequence ?? 0) ||
          order(a.event.id, b.event.id),
      )
      .map(({ value }) => value);
  const sums: Record<string, bigint | null> = {};
  const add = (name: string, value: number | undefined, digits: number) => {
    if (value !== undefined) sums[name] = (sums[name] ?? 0n) + scaled(value, digits);
    else sums[name] ??= null;
  };
  for (const event of events) {
    const { metrics = {} } = event;
    for (const name of tokenFields) add(name, assistant(event) ? metrics[name] : undefined, 0);
    add('time', assistant(event) ? metrics.time : undefined, 6);
    add('tool_time', event.type === 'tool_call' ? metrics.time : undefined, 6);
    add('run_time', event.type === 'run' ? metrics.time : undefined, 6);
    add('cost', event.type === 'run' ? undefined : metrics.cost, 9);
  }
  const times = originals.map((event) => micros(event.occurred_at));
  const starts = originals.map(
    (event) => micros(event.occurred_at) - scaled(event.metrics?.time ?? 0, 6),
  );
  const tools = originals.filter((event) => event.type === 'tool_call');
  const firsts = inOrder((event) => {
    const value = assistant(event) ? scaled(event.metrics?.time_to_first_token ?? 0, 6) : 0n;
    return value === 0n ? undefined : value;
  });
  return {
    runs: new Set(events.map((event) => event.run_id)).size,
    messages: originals.filter((event) => event.type === 'message').length,
    assistant_messages: originals.filter(assistant).length,
    message_errors: originals.filter((event) => assistant(event) && failed(event)).length,
    metered_messages: originals.filter(
      (event) => assistant(event) && event.metrics?.total_tokens !== undefined,
    ).length,
    unpriced_messages:
      originals.filter(
        ({ metrics = {}, ...event }) =>
          assistant(event as MetricEvent) &&
          metrics.cost === undefined &&
          [
            metrics.total_tokens,
            metrics.input_tokens,
            metrics.output_tokens,
            metrics.prompt_tokens,
            metrics.completion_tokens,
          ].some((value) => value !== undefined),
      ).length -
      events.filter(
        (event) => event.type === 'message' && assistant(event) && event.pricing === 'first',
      ).length,
    tool_calls: tools.length,
    tool_errors: tools.filter((event) => failed(event)).length,
    sums,
    status: inOrder((event) => (event.type === 'run' ? event.status : undefined)).at(-1) ?? null,
    started_at: starts.reduce<bigint | null>((a, b) => (a === null || b < a ? b : a), null),
    ended_at: times.reduce<bigint | null>((a, b) => (a === null || b > a ? b : a), null),
    time_to_first_token: firsts[0] ?? null,
    model: inOrder((event) => (assistant(event) ? event.model : undefined)).at(-1) ?? null,
    user_id:
      events
        .flatMap((event) => event.user_id ?? [])
        .sort()
        .at(-1) ?? null,
  };
}
