import { includes, isWellFormed, lengthOf } from './fast-text.js';
import { earliestMicros, futureToleranceMicros, parseTimestamp } from './timestamp.js';

/** The maximum number of a project. */
export const maxProject = 2_147_483_647;
/** What a number of a project is, in the words of an error. */
export const projectPhrase = `an integer from 1 to ${maxProject}`;
/** The maximum number of tokens in one event. */
export const maxTokens = 2_147_483_647;
/** The maximum time in one event, in seconds: about three years. */
export const maxSeconds = 100_000_000;
/** The maximum cost of one event, in US dollars. */
export const maxDollars = 1_000_000;
/** The maximum length of an id, name or other short string, in characters. */
export const maxText = 200;
/** The maximum length of an error's text, in characters. */
export const maxErrorText = 2_000;
/** The maximum number of entries in an object of name → tokens. */
export const maxDetails = 100;
/** The maximum length of `additional_metrics` as JSON, in characters. */
export const maxJson = 65_536;
const maxDepth = 32;

/** Whether a value can be the number of a project. */
export function isProject(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= maxProject;
}

/** Whether a value is a string of 1 to `maxText` characters that Postgres can store. */
export function isShortText(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const length = lengthOf(value);
  // A character outside the basic plane counts once, though JavaScript keeps it in two units.
  const fits = length <= maxText || (length <= 2 * maxText && [...value].length <= maxText);
  return length > 0 && fits && isStorableText(value);
}

/** Whether a value is a valid text of a failure. */
export function isErrorText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxErrorText && isStorableText(value);
}

/** Whether a value is an object of name → tokens; those of a correction may be negative. */
export function isTokenMap(value: unknown, isSigned: boolean): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const low = isSigned ? -maxTokens : 0;
  return (
    Object.keys(value).length <= maxDetails &&
    Object.entries(value).every(
      ([name, tokens]) =>
        isShortText(name) && Number.isInteger(tokens) && tokens >= low && tokens <= maxTokens,
    )
  );
}

/** Whether Postgres can store a string: it refuses NUL and lone surrogates. */
export function isStorableText(text: string): boolean {
  return isWellFormed(text) && !includes(text, '\0');
}

/** Whether a value is a JSON object that Postgres can store, neither too deep nor too long. */
export function isStorableObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    isStorableJson(value, 0, { left: maxJson }) &&
    JSON.stringify(value).length <= maxJson
  );
}

/** `room` is the number of characters that may follow: what is far too long is not read to its end. */
function isStorableJson(value: unknown, depth: number, room: { left: number }): boolean {
  room.left -= 1;
  if (depth > maxDepth || room.left < 0) return false;
  if (typeof value === 'string') return isStorableText(value);
  // A larger integer was changed by the JSON parser: it is refused rather than stored as another one.
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
  }
  if (value === null || typeof value === 'boolean') return true;
  if (Array.isArray(value)) return value.every((item) => isStorableJson(item, depth + 1, room));
  if (typeof value !== 'object') return false;
  for (const name of Object.keys(value)) {
    if (!isStorableText(name)) return false;
    const item = (value as Record<string, unknown>)[name];
    if (item === undefined) continue;
    // Its quotes and the colon.
    room.left -= name.length + 3;
    if (!isStorableJson(item, depth + 1, room)) return false;
  }
  return true;
}

/** What was expected instead of a time; undefined if the time is valid. */
export function timeFault(text: string): string | undefined {
  const micros = parseTimestamp(text);
  if (micros === undefined) return 'an RFC 3339 time with a zone, such as 2026-01-31T12:00:00Z';
  return microsFault(micros);
}

/** `timeFault` of a time in microseconds since 1970. */
export function microsFault(micros: number): string | undefined {
  if (micros < earliestMicros) return 'a time from the year 2000 on';
  if (micros > latest) {
    latest = Date.now() * 1000 + futureToleranceMicros;
    if (micros > latest) return 'a time at most a day ahead of the clock';
  }
  return undefined;
}

/** The latest valid time when the clock was last read; it is read seldom. */
let latest = 0;
