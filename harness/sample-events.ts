import { parseEvent } from '#runfold/events/check/parse-event.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';

/**
 * Plausible events, by number: runs of eight events, sessions of four runs, and ids that depend
 * only on the number. Of eight, seven are messages or tool calls and one ends the run.
 */
export function sampleEvent(number: number, name = 'sample'): MetricEvent {
  const run = number >> 3;
  const place = number & 7;
  const common = {
    id: `${name}-${number}`,
    run_id: `${name}-run-${run}`,
    session_id: `${name}-session-${run >> 2}`,
    user_id: `user-${run % 7}`,
    agent_id: `agent-${run % 3}`,
    sequence: place,
    occurred_at: new Date(1_770_000_000_000 + number * 250).toISOString(),
  };
  const event =
    place === 7
      ? { ...common, type: 'run', status: 'completed', metrics: { time: 2 } }
      : place % 3 === 2
        ? {
            ...common,
            type: 'tool_call',
            tool_name: 'search',
            error: number % 5 === 0,
            metrics: { time: 0.25 },
          }
        : {
            ...common,
            type: 'message',
            role: place % 2 === 0 ? 'user' : 'assistant',
            model: 'model-a',
            provider: 'provider-a',
            ...(place % 2 === 0
              ? {}
              : {
                  metrics: { input_tokens: 100 + place, output_tokens: 10, time: 0.5, cost: 0.001 },
                }),
          };
  const parsed = parseEvent(event);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.event;
}

/** `count` sample events, starting at number `from`. */
export function sampleEvents(count: number, name = 'sample', from = 0): MetricEvent[] {
  return Array.from({ length: count }, (_, at) => sampleEvent(from + at, name));
}

/**
 * Sample events. Three in four have labels, some with any characters, and some runs disagree on
 * one.
 */
export function labelledEvents(count: number, name = 'sample', from = 0): MetricEvent[] {
  return sampleEvents(count, name, from).map((event, at) => {
    const number = from + at;
    if (number % 4 === 3) return event;
    const customer =
      ['acme', 'Ünïcødé 🦆', '"\\\'\u0001\u2028', "robert'); --"][(number >> 3) & 3] ?? '';
    return { ...event, labels: { customer, 'feature.v-2': `feature-${number % 3}` } };
  });
}
