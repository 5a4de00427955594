import { emptyRow } from '../columns/event-row.js';
import { correctsItself } from '../event-id.js';
import { describeValue, type EventFault, listFaults } from '../fault.js';
import { labelNamePhrase } from '../labels.js';
import { isStorableObject, isTokenMap } from '../limits.js';
import { asMetricEvent, type EventType, eventTypes, type MetricEvent } from '../metric-event.js';
import { metricFields } from '../metric-fields.js';
import { boundNames } from './bounded-names.js';
import { eventSchemas, jsonPhrase, mapPhrase, tokensPhrase } from './event-schema.js';
import { nearestName, oneOfNames } from './nearest-name.js';
import { isRawObject, normalizeEvent, type RawObject } from './normalize-event.js';
import { isComplete, readEvent } from './read-event.js';
import { schemaFaults } from './schema-faults.js';

/** The result of `parseEvent`: the event with defaults filled in, or all of its faults. */
export type ParsedEvent =
  | { readonly ok: true; readonly event: MetricEvent }
  | { readonly ok: false; readonly faults: readonly EventFault[] };

/**
 * Checks one event of the wire format and fills in derived values, as described in `normalizeEvent`.
 * It does not make an `id` or an `occurred_at`: these are required. The input is not changed;
 * parsing a parsed event returns the same event again.
 */
export function parseEvent(raw: unknown): ParsedEvent {
  if (!isRawObject(raw)) return fault('', 'an object', raw);
  const type = raw.type;
  if (!isEventType(type)) {
    return fault('type', oneOfNames(Object.keys(eventTypes), type), type);
  }
  const bounded = boundNames(raw, fieldsOf(type));
  const event = normalizeEvent(bounded.event);
  const row = emptyRow();
  if (bounded.faults.length === 0 && readEvent(event, row) && isComplete(row)) {
    return { ok: true, event: asMetricEvent(event) };
  }
  const schemas = event.corrects === undefined ? eventSchemas.plain : eventSchemas.correction;
  const result = schemas[type].safeParse(event);
  if (result.success && correctsItself(event.id, event.corrects)) {
    return fault('corrects', 'the id of another event', event.corrects);
  }
  const found = result.success ? [] : schemaFaults(result.error.issues, event, unknownField(type));
  const listed = listFaults(concat(bounded.faults, found), bounded.more);
  const faults = listed.length > 0 ? listed : unseenFaults(event);
  return { ok: false, faults: withoutDerived(faults, raw) };
}

/**
 * Faults that the schema does not find: the schema's objects ignore the name
 * `__proto__`, which is an ordinary name here.
 */
function unseenFaults(event: RawObject): readonly EventFault[] {
  const metrics = isRawObject(event.metrics) ? event.metrics : {};
  const isSigned = event.corrects !== undefined;
  const faults = metricFields.flatMap(({ name, kind }): EventFault[] => {
    const value = metrics[name];
    if (!isRawObject(value)) return [];
    const field = `metrics.${name}`;
    if (kind === 'json' && !isStorableObject(value)) {
      return [{ field, expected: jsonPhrase, got: describeValue(value) }];
    }
    if (kind !== 'token_map' || isTokenMap(value, isSigned)) return [];
    const inner = Object.getOwnPropertyDescriptor(value, '__proto__')?.value;
    return isTokenMap({ tokens: inner }, isSigned)
      ? [{ field, expected: mapPhrase, got: describeValue(value) }]
      : [
          {
            field: `${field}.__proto__`,
            expected: tokensPhrase(isSigned),
            got: describeValue(inner),
          },
        ];
  });
  if (isRawObject(event.labels) && Object.hasOwn(event.labels, '__proto__')) {
    const field = 'labels.__proto__';
    faults.push({ field, expected: labelNamePhrase, got: describeValue('__proto__') });
  }
  if (faults.length > 0) return faults;
  // If the two checks disagree: an event that the reader refuses cannot be stored.
  return [{ field: '', expected: 'an event that can be stored', got: describeValue(event) }];
}

function* concat(...lists: readonly Iterable<EventFault>[]): Generator<EventFault> {
  for (const list of lists) yield* list;
}

/**
 * Removes faults that only repeat another: a fault of a value that was derived from an invalid field, unless it is
 * the only one.
 */
function withoutDerived(faults: readonly EventFault[], raw: RawObject): readonly EventFault[] {
  const isDerived = (field: string) =>
    field === 'session_id'
      ? !isGiven(raw.session_id)
      : field === 'metrics.total_tokens' &&
        !(isRawObject(raw.metrics) && isGiven(raw.metrics.total_tokens));
  const others = faults.filter(({ field }) => !isDerived(field));
  return others.length === 0 ? faults : others;
}

const isGiven = (value: unknown) => value !== undefined && value !== null;

function fault(field: string, expected: string, got: unknown): ParsedEvent {
  return { ok: false, faults: [{ field, expected, got: describeValue(got) }] };
}

function isEventType(value: unknown): value is EventType {
  return typeof value === 'string' && Object.hasOwn(eventTypes, value);
}

/** An object of metrics takes these; every other one takes no field but those its schema has. */
const unknownField = (type: EventType) => ({
  allowed: ([first]: readonly PropertyKey[]) =>
    first === 'metrics' ? `one of ${metricNames.join(', ')}` : undefined,
  meant(name: string, [first]: readonly PropertyKey[]) {
    if (first === 'metrics') return nearestName(name, metricNames);
    const metric = nearestName(name, metricNames);
    const field = nearestName(name, fieldsOf(type));
    return field ?? (metric === undefined ? undefined : `metrics.${metric}`);
  },
});
const fieldsOf = (type: EventType) => Object.keys(eventSchemas.plain[type].shape);
const metricNames = metricFields.map((field) => field.name);
