import { nameBasedUuid } from '../../events/event-id.js';
import { maxText, maxTokens } from '../../events/limits.js';
import type { Attributes } from '../decode/attributes.js';
import type { Source } from '../tables/attribute-keys.js';
import { keyNumber } from '../tables/key-numbers.js';

/** The places of a value, in the order in which they are checked. */
export type Places = readonly Place[];
interface Place {
  readonly key: number;
  /** The members of an object in JSON; undefined for the attribute itself. */
  readonly paths?: readonly (readonly string[])[];
}

/** Sources with the numbers of their keys, so that a look-up is an array index. */
export function placesOf(sources: readonly Source[]): Places {
  return sources.map((source) =>
    typeof source === 'string'
      ? { key: keyNumber(source) }
      : {
          key: keyNumber(source.json),
          paths: source.members.map((member) => member.split('.')),
        },
  );
}

/** The first value that `take` accepts. */
function firstOf<T>(
  attributes: Attributes,
  places: Places,
  take: (value: unknown) => T | undefined,
): T | undefined {
  for (const { key, paths } of places) {
    if (attributes.get(key) === undefined) continue;
    if (paths === undefined) {
      const found = take(attributes.get(key));
      if (found !== undefined) return found;
      continue;
    }
    const object = attributes.json(key);
    if (object === undefined) continue;
    for (const path of paths) {
      const found = take(memberOf(object, path));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function memberOf(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

/** A string that Postgres can store; undefined if it is empty or not a string. */
export function cleanText(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string') return undefined;
  const text = value.includes('\0') ? value.replaceAll('\0', '') : value;
  // MLflow writes strings as JSON.
  const trimmed = text.trim().replace(/^"([^"]*)"$/, '$1');
  return trimmed === '' ? undefined : trimmed.toWellFormed();
}

/** An id; if it is too long, its name-based UUID. */
export function cleanId(value: unknown): string | undefined {
  const text = cleanText(value);
  return text === undefined || !isTooLong(text) ? text : nameBasedUuid(text);
}

/** A name, cut to the limit of an event. */
export function cleanName(value: unknown): string | undefined {
  const text = cleanText(value);
  return text === undefined || !isTooLong(text) ? text : [...text].slice(0, maxText).join('');
}

const isTooLong = (text: string) => text.length > maxText && [...text].length > maxText;

/** A number of at least 0, or a string with one; undefined for anything else. */
export function cleanNumber(value: unknown): number | undefined {
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)
        ? Number(value)
        : Number.NaN;
  return number >= 0 && Number.isFinite(number) ? number + 0 : undefined;
}

/** A number of tokens that an event may have. */
export function cleanTokens(value: unknown): number | undefined {
  const number = cleanNumber(value);
  return number !== undefined && Number.isInteger(number) && number <= maxTokens
    ? number
    : undefined;
}

export const readId = (attributes: Attributes, places: Places) =>
  firstOf(attributes, places, cleanId);
export const readName = (attributes: Attributes, places: Places) =>
  firstOf(attributes, places, cleanName);
export const readNumber = (attributes: Attributes, places: Places) =>
  firstOf(attributes, places, cleanNumber);
export const readTokens = (attributes: Attributes, places: Places) =>
  firstOf(attributes, places, cleanTokens);
export const readFirst = firstOf;
