import { findKey } from '../tables/key-numbers.js';
import { type Attributes, type AttributeValue, listKey, longestList } from './attributes.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The kind of a value, for a fault; never the value itself. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a string' : `a ${typeof value}`;
}

/** The name of a field in protobuf, which is not its name in JSON. */
export const snakeCase = (name: string) => name.replace(/[A-Z]/g, (one) => `_${one.toLowerCase()}`);

/** Reads a list of KeyValues; false if it is not a list. */
export function readJsonAttributes(list: unknown, into: Attributes): boolean {
  if (list === undefined || list === null) return true;
  if (!Array.isArray(list)) return false;
  for (const item of list) {
    if (!isObject(item) || typeof item.key !== 'string') continue;
    const key = findKey(item.key);
    if (key === undefined) continue;
    const value = readJsonValue(item.value) ?? (key === listKey ? readList(item.value) : undefined);
    if (value !== undefined) into.set(key, value);
  }
  return true;
}

/** An AnyValue that is a string, a boolean or a number; integers may also be strings. */
export function readJsonValue(value: unknown): AttributeValue | undefined {
  if (!isObject(value)) return undefined;
  const { stringValue, intValue, doubleValue, boolValue } = value;
  if (typeof stringValue === 'string') return stringValue;
  if (typeof intValue === 'number' || typeof intValue === 'string') return numberOf(intValue);
  if (typeof doubleValue === 'number' || typeof doubleValue === 'string') {
    return numberOf(doubleValue);
  }
  return typeof boolValue === 'boolean' ? boolValue : undefined;
}

/** An AnyValue that is an array: the strings in it, as JSON. */
function readList(value: unknown): string | undefined {
  const list = isObject(value) && isObject(value.arrayValue) ? value.arrayValue.values : undefined;
  if (!Array.isArray(list)) return undefined;
  const texts = list.slice(0, longestList).map(readJsonValue);
  return JSON.stringify(texts.filter((text) => typeof text === 'string'));
}

function numberOf(value: number | string): number {
  return typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
}

/**
 * Microseconds of a time in nanoseconds, a string or a number; undefined if it is neither. For a
 * string, no digit is lost.
 */
export function readMicros(value: unknown): number | undefined {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) {
    return value.length <= 3 ? 0 : Number(value.slice(0, -3));
  }
  return typeof value === 'number' && value >= 0 && Number.isFinite(value)
    ? Math.floor(value / 1000)
    : undefined;
}

/** A string in a field, cut to a length. */
export function readJsonString(value: unknown, longest: number): string {
  return typeof value === 'string' ? value.slice(0, longest) : '';
}
