import { attributeFields } from './attribute-fields.js';
import {
  isStorableObject,
  isStorableText,
  maxDetails,
  maxDollars,
  maxErrorText,
  maxSeconds,
  maxText,
  maxTokens,
  timeFault,
} from './limits.js';
import { type EventType, type MetricEvent, roles, runStatuses } from './metric-event.js';
import { type MetricKind, metricFields } from './metric-fields.js';
import { isRawObject } from './normalize-event.js';

type Check = (value: unknown) => boolean;

const isText: Check = (value) =>
  typeof value === 'string' && value.length > 0 && value.length <= maxText && isStorableText(value);
const isTokens: Check = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxTokens;
const isAmount =
  (max: number): Check =>
  (value) =>
    typeof value === 'number' && value >= 0 && value <= max;
const isOneOf =
  (codes: Readonly<Record<string, number>>): Check =>
  (value) =>
    typeof value === 'string' && Object.hasOwn(codes, value);
const isTokenMap: Check = (value) =>
  isRawObject(value) &&
  Object.keys(value).length <= maxDetails &&
  Object.entries(value).every(([name, tokens]) => isText(name) && isTokens(tokens));

const checkOfKind: Record<MetricKind, Check> = {
  tokens: isTokens,
  seconds: isAmount(maxSeconds),
  dollars: isAmount(maxDollars),
  token_map: isTokenMap,
  json: isStorableObject,
};

const metricChecks = new Map<string, Check>(
  metricFields.map((field) => [field.name, checkOfKind[field.kind]]),
);

function isMetrics(value: unknown): boolean {
  if (!isRawObject(value)) return false;
  for (const name in value) {
    const check = metricChecks.get(name);
    if (check === undefined || !check(value[name])) return false;
  }
  const derivesTotal = value.input_tokens !== undefined || value.output_tokens !== undefined;
  return value.total_tokens !== undefined || !derivesTotal;
}

const envelopeChecks: readonly [string, Check][] = [
  ['type', () => true],
  ['id', isText],
  ['run_id', isText],
  ['session_id', isText],
  ['occurred_at', (value) => typeof value === 'string' && timeFault(value) === undefined],
  ['sequence', isTokens],
  ...attributeFields.map((field): [string, Check] => [field.name, isText]),
  ['metrics', isMetrics],
];
const isError: Check = (value) =>
  typeof value === 'boolean' ||
  (typeof value === 'string' && value.length <= maxErrorText && isStorableText(value));

const checks: Record<EventType, ReadonlyMap<string, Check>> = {
  message: new Map([...envelopeChecks, ['role', isOneOf(roles)]]),
  tool_call: new Map([
    ...envelopeChecks,
    ['tool_name', isText],
    ['tool_call_id', isText],
    ['error', isError],
  ]),
  run: new Map([...envelopeChecks, ['status', isOneOf(runStatuses)]]),
};

/**
 * Whether an event is in order as it stands, needing no defaults: the short way for nearly all of
 * them, at a third of the schema's time. It accepts nothing that the schema would refuse; what it
 * does not accept, corrections among it, the schema judges.
 */
export function isPlainEvent(event: Record<string, unknown>, type: EventType): boolean {
  const known = checks[type];
  for (const name in event) {
    const check = known.get(name);
    if (check === undefined || !check(event[name])) return false;
  }
  if (event.id === undefined || event.run_id === undefined) return false;
  if (event.session_id === undefined || event.occurred_at === undefined) return false;
  if (type === 'message') return event.role !== undefined;
  return type !== 'tool_call' || event.tool_name !== undefined;
}

/** An event that `isPlainEvent` accepted. */
export function asMetricEvent(event: Record<string, unknown>): MetricEvent {
  return event as unknown as MetricEvent;
}
