import { type EventRow, type fieldIndexes, indexes } from '../columns/event-row.js';
import { labelsText } from '../labels.js';
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
import { type MetricField, storedUnits } from '../metric-fields.js';
import { parseTimestamp } from '../timestamp.js';

/** Checks one value and puts it into the row; false if it is invalid. */
export type Read = (value: unknown, row: EventRow) => boolean;
/** Reads a short string. */
export const text =
  (at: number): Read =>
  (value, row) => {
    row[at] = value;
    return isShortText(value);
  };

/** Reads one of some names as its code. */
export const code =
  (at: number, codes: Readonly<Record<string, number>>): Read =>
  (value, row) => {
    if (typeof value !== 'string' || !Object.hasOwn(codes, value)) return false;
    row[at] = codes[value];
    return true;
  };

/** Reads an integer. */
export const tokens =
  (at: number, low: number): Read =>
  (value, row) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return false;
    // Adding 0 turns negative zero into zero.
    row[at] = value + 0;
    return value >= low && value <= maxTokens;
  };

const amount =
  (at: number, max: number, units: number, isSigned: boolean): Read =>
  (value, row) => {
    if (typeof value !== 'number' || !(value >= (isSigned ? -max : 0) && value <= max))
      return false;
    // Times and dollars become integers here, so floats are never summed.
    row[at] = Math.round(value * units) + 0;
    return true;
  };

const json =
  (at: number, isInOrder: (value: unknown) => boolean): Read =>
  (value, row) => {
    if (!isInOrder(value)) return false;
    row[at] = JSON.stringify(value);
    return true;
  };

/** Reads a metric of any kind. */
export function metric({ kind }: MetricField, at: number, isSigned: boolean): Read {
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

/** Reads when an event occurred. */
export const occurredAt: Read = (value, row) => {
  const micros =
    typeof value === 'string'
      ? parseTimestamp(value)
      : value instanceof Date
        ? value.getTime() * 1000
        : undefined;
  row[indexes.occurred_at_us] = micros;
  return micros !== undefined && Number.isInteger(micros) && microsFault(micros) === undefined;
};

/** Reads labels; those without a value are none. */
export const labels: Read = (value, row) => {
  const text = labelsText(value);
  if (text !== undefined && text !== '') row[indexes.labels] = text;
  return text !== undefined;
};

const failure =
  (at: number, textAt: number | undefined): Read =>
  (value, row) => {
    row[at] = value !== false;
    if (typeof value === 'boolean') return true;
    if (textAt !== undefined) row[textAt] = value;
    return isErrorText(value);
  };

/** Reads a field that only some types of event have. */
export function ownField({ field, at, textAt }: (typeof fieldIndexes)[number]): Read {
  switch (field.kind) {
    case 'text':
      return text(at);
    case 'failure':
      return failure(at, textAt);
    case 'code': {
      const { codes, aliases = {} } = field;
      const known = Object.entries(aliases).map(([alias, name]) => [alias, codes[name] ?? 0]);
      return code(at, { ...codes, ...Object.fromEntries(known) });
    }
  }
}
