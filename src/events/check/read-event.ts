import { attributePlaces, type Cells, metricPlaces, places } from '../columns/event-row.js';
import { correctsItself } from '../event-id.js';
import {
  isErrorText,
  isShortText,
  isStorableObject,
  isTokenMap,
  maxDollars,
  maxSeconds,
  maxTokens,
  microsFault,
} from '../limits.js';
import { type EventType, eventTypes, roles, runStatuses } from '../metric-event.js';
import { type MetricField, storedUnits } from '../metric-fields.js';
import { parseTimestamp } from '../timestamp.js';
import { isRawObject, type RawObject } from './normalize-event.js';

/** Checks one value and puts it into its cell; false when it is not in order. */
type Read = (value: unknown, cells: Cells) => boolean;
/** What reads each field of one type of event. */
type Readers = ReadonlyMap<string, Read>;

/**
 * Reads an event as it came into cells, with the defaults that `normalizeEvent` gives, and without
 * a copy of it: the way nearly all events take, at a fifth of the schema's time. It takes just what
 * the schema takes; when it refuses, the schema knows why, and the cells are of no use. `id` and
 * `occurred_at` may be missing, for the producer to give; who needs them looks with `isComplete`.
 * A caller that knows the type need not put it into the event.
 */
export function readEvent(raw: RawObject, cells: Cells, type: unknown = raw.type): boolean {
  if (readWith(plain.get(type), raw, cells, type)) return true;
  // A correction goes by other rules: its figures may be negative.
  return (
    (raw.corrects ?? undefined) !== undefined && readWith(corrections.get(type), raw, cells, type)
  );
}

function readWith(
  readers: Readers | undefined,
  raw: RawObject,
  cells: Cells,
  given: unknown,
): boolean {
  if (readers === undefined) return false;
  for (const name in raw) {
    const value = raw[name];
    if (value === undefined || value === null) continue;
    const read = readers.get(name);
    if (read === undefined || !read(value, cells)) return false;
  }
  const run = cells[places.run_id];
  if (run === undefined) return false;
  const corrects = cells[places.corrects];
  if (corrects !== undefined && correctsItself(cells[places.id], corrects)) return false;
  cells[places.session_id] ??= run;
  const type = eventTypes[given as EventType];
  cells[places.type] = type;
  if (type === eventTypes.message) return cells[places.role] !== undefined;
  return type !== eventTypes.tool_call || cells[places.tool_name] !== undefined;
}

/** Whether cells have all that the log requires. */
export function isComplete(cells: Cells): boolean {
  return cells[places.id] !== undefined && cells[places.occurred_at_us] !== undefined;
}

const text =
  (at: number): Read =>
  (value, cells) => {
    cells[at] = value;
    return isShortText(value);
  };

const code =
  (at: number, codes: Readonly<Record<string, number>>): Read =>
  (value, cells) => {
    if (typeof value !== 'string' || !Object.hasOwn(codes, value)) return false;
    cells[at] = codes[value];
    return true;
  };

const tokens =
  (at: number, low: number): Read =>
  (value, cells) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return false;
    // Adding 0 makes a negative zero a plain one.
    cells[at] = value + 0;
    return value >= low && value <= maxTokens;
  };

const amount =
  (at: number, max: number, units: number, isSigned: boolean): Read =>
  (value, cells) => {
    if (typeof value !== 'number' || !(value >= (isSigned ? -max : 0) && value <= max))
      return false;
    // Times and dollars become integers here, so that no float ever meets a sum.
    cells[at] = Math.round(value * units) + 0;
    return true;
  };

const json =
  (at: number, isInOrder: (value: unknown) => boolean): Read =>
  (value, cells) => {
    if (!isInOrder(value)) return false;
    cells[at] = JSON.stringify(value);
    return true;
  };

function metric({ kind }: MetricField, at: number, isSigned: boolean): Read {
  switch (kind) {
    case 'tokens':
      return tokens(at, isSigned ? -maxTokens : 0);
    case 'seconds':
      return amount(at, maxSeconds, storedUnits.seconds, isSigned);
    case 'dollars':
      return amount(at, maxDollars, storedUnits.dollars, isSigned);
    case 'token_map':
      return json(at, (value) => isTokenMap(value, isSigned));
    case 'json':
      return json(at, isStorableObject);
  }
}

function metrics(isSigned: boolean): Read {
  const readers = new Map<string, Read>(
    metricPlaces.map(({ field, at }) => [field.name, metric(field, at, isSigned)]),
  );
  const time = readers.get('time');
  return (value, cells) => {
    if (!isRawObject(value)) return false;
    for (const name in value) {
      const figure = value[name];
      if (figure === undefined || figure === null) continue;
      const isAlias = name === 'duration' && (value.time ?? undefined) === undefined;
      const read = isAlias ? time : readers.get(name);
      if (read === undefined || !read(figure, cells)) return false;
    }
    if (cells[places.total_tokens] !== undefined) return true;
    const input = cells[places.input_tokens] as number | undefined;
    const output = cells[places.output_tokens] as number | undefined;
    if (input === undefined && output === undefined) return true;
    const total = (input ?? 0) + (output ?? 0);
    cells[places.total_tokens] = total;
    return Math.abs(total) <= maxTokens;
  };
}

const occurredAt: Read = (value, cells) => {
  const micros =
    typeof value === 'string'
      ? parseTimestamp(value)
      : value instanceof Date
        ? value.getTime() * 1000
        : undefined;
  cells[places.occurred_at_us] = micros;
  return micros !== undefined && Number.isInteger(micros) && microsFault(micros) === undefined;
};

const error: Read = (value, cells) => {
  cells[places.error] = value !== false;
  if (typeof value === 'boolean') return true;
  cells[places.error_text] = value;
  return isErrorText(value);
};

const role = code(places.role, roles);
const own: Record<keyof typeof eventTypes, readonly [string, Read][]> = {
  // Agno's Gemini calls the assistant `model`.
  message: [['role', (value, cells) => role(value === 'model' ? 'assistant' : value, cells)]],
  tool_call: [
    ['tool_name', text(places.tool_name)],
    ['tool_call_id', text(places.tool_call_id)],
    ['error', error],
  ],
  run: [['status', code(places.status, runStatuses)]],
};

function readers(isSigned: boolean): ReadonlyMap<unknown, Readers> {
  const envelope: [string, Read][] = [
    ['type', code(places.type, eventTypes)],
    ['id', text(places.id)],
    ['run_id', text(places.run_id)],
    ['session_id', text(places.session_id)],
    ['occurred_at', occurredAt],
    ['sequence', tokens(places.sequence, 0)],
    ...attributePlaces.map(({ name, at }): [string, Read] => [name, text(at)]),
    ['metrics', metrics(isSigned)],
  ];
  if (isSigned) envelope.push(['corrects', text(places.corrects)]);
  return new Map(
    Object.entries(own).map(([type, ownFields]) => [type, new Map([...envelope, ...ownFields])]),
  );
}

const plain = readers(false);
const corrections = readers(true);
