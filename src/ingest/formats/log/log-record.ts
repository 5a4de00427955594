import { RunfoldError } from '../../../environment/runfold-error.js';
import { isRawObject } from '../../../events/check/normalize-event.js';
import { maxTokens } from '../../../events/limits.js';
import { formatTimestamp, parseTimestamp } from '../../../events/timestamp.js';

/** A JSON object with unchecked fields. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A record of a log is invalid. No event was made from it. */
export class InvalidRecordError extends RunfoldError {
  readonly code = 'invalid_record';
  constructor(
    /** The field's path, such as `message.usage.input_tokens`; empty for the record as a whole. */
    readonly field: string,
    readonly expected: string,
    /** The kind of the input, but never a value that may be content. */
    readonly got: string,
  ) {
    super(`${field === '' ? 'record' : field}: expected ${expected}, got ${got}`);
    this.name = 'InvalidRecordError';
  }
}

/** The kind of a value. Numbers are shown, since they are never content. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const at = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

/** A string that is not empty; null and absent read as undefined. @throws InvalidRecordError */
export function textAt(record: JsonObject, name: string, path = ''): string | undefined {
  const value = record[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new InvalidRecordError(at(path, name), 'a string', kindOf(value));
}

/** @throws InvalidRecordError if it is absent or not a string */
export function requiredText(record: JsonObject, name: string, path = ''): string {
  const value = textAt(record, name, path);
  if (value !== undefined) return value;
  throw new InvalidRecordError(at(path, name), 'a string', kindOf(record[name]));
}

/** A count of tokens. @throws InvalidRecordError if it is negative or not an integer */
export function countAt(record: JsonObject, name: string, path = ''): number | undefined {
  const value = record[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxTokens) {
    return value;
  }
  throw new InvalidRecordError(at(path, name), `an integer from 0 to ${maxTokens}`, kindOf(value));
}

/** A number from 0, such as seconds or dollars. @throws InvalidRecordError */
export function amountAt(record: JsonObject, name: string, path = ''): number | undefined {
  const value = record[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidRecordError(at(path, name), 'a number from 0', kindOf(value));
}

/** An object; null and absent read as undefined. @throws InvalidRecordError */
export function objectAt(record: JsonObject, name: string, path = ''): JsonObject | undefined {
  const value = record[name];
  if (value === undefined || value === null) return undefined;
  if (isRawObject(value)) return value;
  throw new InvalidRecordError(at(path, name), 'an object', kindOf(value));
}

/** The objects of a list; everything else in it is skipped. */
export function objectsAt(record: JsonObject, name: string): readonly JsonObject[] {
  const value = record[name];
  return Array.isArray(value) ? value.filter(isRawObject) : [];
}

/** An RFC 3339 time with a zone, in microseconds; absent reads as undefined. @throws InvalidRecordError */
export function microsAt(record: JsonObject, name: string, path = ''): number | undefined {
  const value = record[name];
  if (value === undefined || value === null) return undefined;
  const micros = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (micros !== undefined) return micros;
  throw new InvalidRecordError(at(path, name), 'a time (RFC 3339)', kindOf(value));
}

/** @throws InvalidRecordError if it is absent or not an RFC 3339 time with a zone */
export function requiredMicros(record: JsonObject, name: string, path = ''): number {
  const micros = microsAt(record, name, path);
  if (micros !== undefined) return micros;
  throw new InvalidRecordError(at(path, name), 'a time (RFC 3339)', 'nothing');
}

/** Microseconds since 1970 as an event's time. */
export const timeText = (micros: number) => formatTimestamp(Math.round(micros));

/** Leaves out undefined values, so that an absent figure stays absent. */
export function present<T extends Record<string, unknown>>(values: T): T {
  for (const name in values) if (values[name] === undefined) delete values[name];
  return values;
}
