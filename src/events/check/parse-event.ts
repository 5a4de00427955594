import type { z } from 'zod';
import { emptyCells } from '../columns/event-row.js';
import { correctsItself } from '../event-id.js';
import { describeValue, type EventFault } from '../fault.js';
import { asMetricEvent, type EventType, eventTypes, type MetricEvent } from '../metric-event.js';
import { metricFields } from '../metric-fields.js';
import { eventSchemas } from './event-schema.js';
import { isRawObject, normalizeEvent, type RawObject } from './normalize-event.js';
import { isComplete, readEvent } from './read-event.js';

/** What `parseEvent` answers: the event with defaults filled in, or all that is wrong with it. */
export type ParsedEvent =
  | { readonly ok: true; readonly event: MetricEvent }
  | { readonly ok: false; readonly faults: readonly EventFault[] };

/**
 * Checks one event of the wire format and fills in what follows from it, as `normalizeEvent` says.
 * It does not invent an `id` or an `occurred_at`: those must be there. What is given is not changed;
 * parsing a parsed event gives the same event again.
 */
export function parseEvent(raw: unknown): ParsedEvent {
  if (!isRawObject(raw)) return fault('', 'an object', raw);
  const type = raw.type;
  if (!isEventType(type)) {
    return fault('type', `one of ${Object.keys(eventTypes).join(', ')}`, type);
  }
  const event = normalizeEvent(raw);
  const cells = emptyCells();
  if (readEvent(event, cells) && isComplete(cells))
    return { ok: true, event: asMetricEvent(event) };
  const schemas = event.corrects === undefined ? eventSchemas.plain : eventSchemas.correction;
  const result = schemas[type].safeParse(event);
  if (result.success) {
    return correctsItself(event.id, event.corrects)
      ? fault('corrects', 'the id of another event', event.corrects)
      : { ok: true, event: asMetricEvent(event) };
  }
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue, event));
  return { ok: false, faults: withoutDerived(faults, raw) };
}

/**
 * What was made of a faulty figure or id is no fault of its own, unless it is the only one; nor is
 * one that two rules found.
 */
function withoutDerived(faults: readonly EventFault[], raw: RawObject): readonly EventFault[] {
  const isDerived = (field: string) =>
    field === 'session_id'
      ? !isGiven(raw.session_id)
      : field === 'metrics.total_tokens' &&
        !(isRawObject(raw.metrics) && isGiven(raw.metrics.total_tokens));
  const others = faults.filter(({ field }) => !isDerived(field));
  const left = others.length === 0 ? faults : others;
  return left.filter(
    ({ field, expected }, at) =>
      left.findIndex((other) => other.field === field && other.expected === expected) === at,
  );
}

const isGiven = (value: unknown) => value !== undefined && value !== null;

function fault(field: string, expected: string, got: unknown): ParsedEvent {
  return { ok: false, faults: [{ field, expected, got: describeValue(got) }] };
}

function isEventType(value: unknown): value is EventType {
  return typeof value === 'string' && Object.hasOwn(eventTypes, value);
}

function faultsOf(issue: z.core.$ZodIssue, event: RawObject): EventFault[] {
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
    (inner, key) => (isRawObject(inner) && typeof key === 'string' ? inner[key] : undefined),
    value,
  );
}
