import type { z } from 'zod';
import { describeValue, type EventFault } from './event-fault.js';
import { eventSchemas } from './event-schema.js';
import { type EventType, eventTypes, type MetricEvent } from './metric-event.js';
import { metricFields } from './metric-fields.js';

/** What `parseEvent` answers: the event with defaults filled in, or all that is wrong with it. */
export type ParsedEvent =
  | { readonly ok: true; readonly event: MetricEvent }
  | { readonly ok: false; readonly faults: readonly EventFault[] };

type Raw = Record<string, unknown>;

/**
 * Checks one event of the wire format and fills in what follows from it: the session id (the run
 * id), `total_tokens` (input + output where either is reported), Agno 2's `duration` as `time`,
 * and the role `model` as `assistant`. It does not invent an `id` or an `occurred_at`: those must
 * be there. Parsing a parsed event gives the same event again.
 */
export function parseEvent(raw: unknown): ParsedEvent {
  if (!isObject(raw)) return fault('', 'an object', raw);
  const type = raw.type;
  if (!isEventType(type)) {
    return fault('type', `one of ${Object.keys(eventTypes).join(', ')}`, type);
  }
  const event = withDefaults(raw);
  const correction = event.corrects !== undefined && event.corrects !== null;
  const schema = (correction ? eventSchemas.correction : eventSchemas.plain)[type];
  const result = schema.safeParse(event);
  if (result.success) return { ok: true, event: event as unknown as MetricEvent };
  return { ok: false, faults: result.error.issues.flatMap((issue) => faultsOf(issue, event)) };
}

function fault(field: string, expected: string, got: unknown): ParsedEvent {
  return { ok: false, faults: [{ field, expected, got: describeValue(got) }] };
}

function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEventType(value: unknown): value is EventType {
  return typeof value === 'string' && Object.hasOwn(eventTypes, value);
}

function withDefaults(raw: Raw): Raw {
  const event: Raw = {};
  // A null means the same as an absent field: many serialisers write one for the other.
  for (const key in raw) if (raw[key] !== null && raw[key] !== undefined) event[key] = raw[key];
  event.session_id ??= event.run_id;
  if (event.role === 'model') event.role = 'assistant';
  if (isObject(event.metrics)) event.metrics = metricsWithDefaults(event.metrics);
  return event;
}

function metricsWithDefaults(raw: Raw): Raw {
  const metrics: Raw = {};
  for (const key in raw) if (raw[key] !== null && raw[key] !== undefined) metrics[key] = raw[key];
  if (metrics.duration !== undefined && metrics.time === undefined) {
    metrics.time = metrics.duration;
    delete metrics.duration;
  }
  const { input_tokens: input, output_tokens: output } = metrics;
  if (metrics.total_tokens === undefined && (input !== undefined || output !== undefined)) {
    metrics.total_tokens = Number(input ?? 0) + Number(output ?? 0);
  }
  return metrics;
}

function faultsOf(issue: z.core.$ZodIssue, event: Raw): EventFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...issue.path, key].join('.'),
      expected: issue.path[0] === 'metrics' ? `one of ${metricNames}` : 'no such field',
      got: describeValue(at(event, [...issue.path, key])),
    }));
  }
  if (issue.code === 'invalid_key') {
    return [
      {
        field: issue.path.join('.'),
        expected: issue.issues[0]?.message ?? issue.message,
        got: describeValue(issue.path.at(-1)),
      },
    ];
  }
  return [
    {
      field: issue.path.join('.'),
      expected: issue.message,
      got: describeValue(at(event, issue.path)),
    },
  ];
}

const metricNames = metricFields.map((field) => field.name).join(', ');

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isObject(inner) && typeof key === 'string' ? inner[key] : undefined),
    value,
  );
}
