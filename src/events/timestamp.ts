import { charCodeAt, lengthOf } from './fast-text.js';

const shape = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** The earliest valid time of an event: 2000-01-01T00:00:00Z, in microseconds. */
export const earliestMicros = 946_684_800_000_000;
/** How far an event's time may be ahead of this machine's clock, in microseconds: one day. */
export const futureToleranceMicros = 86_400_000_000;

/**
 * Microseconds since 1970-01-01T00:00:00Z of an RFC 3339 time with a zone; digits beyond the sixth
 * are cut off. Undefined if the string is not such a time (RFC 3339, section 5.6).
 */
export function parseTimestamp(text: string): number | undefined {
  // An event's time is read once to check it and once more to store it.
  if (text !== lastText) {
    lastMicros = parseMicros(text);
    lastText = text;
  }
  return lastMicros;
}

let lastText: string | undefined;
let lastMicros: number | undefined;

function parseMicros(text: string): number | undefined {
  if (!shape.test(text)) return undefined;
  const [year, month, day] = [number(text, 0, 4), number(text, 5, 7), number(text, 8, 10)];
  const [hour, minute, second] = [number(text, 11, 13), number(text, 14, 16), number(text, 17, 19)];
  // A second of 60 is a leap second: RFC 3339 allows it, and like Postgres it reads as the next one.
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  // Date.UTC would roll 2026-02-30 over into March; RFC 3339 has no such day.
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  const millis = midnight(year, month, day) + (hour * 3_600 + minute * 60 + second) * 1000;
  let end = 19;
  let fraction = 0;
  if (charCodeAt(text, 19) === dot) {
    for (end = 20; isDigit(charCodeAt(text, end)); end++) {
      if (end < 26) fraction = fraction * 10 + charCodeAt(text, end) - zero;
    }
    for (let digits = end - 20; digits < 6; digits++) fraction *= 10;
  }
  const zone = zoneMinutes(text, end);
  return zone === undefined ? undefined : (millis - zone * 60_000) * 1000 + fraction;
}

const zero = 48;
const dot = 46;
const minus = 45;
const isDigit = (code: number) => code >= zero && code <= zero + 9;

function number(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + charCodeAt(text, at) - zero;
  return value;
}

let lastDay = 0;
let lastMidnight = Number.NaN;

/** The beginning of a day, in milliseconds since 1970. Events of one day come together. */
function midnight(year: number, month: number, day: number): number {
  const packed = (year * 100 + month) * 100 + day;
  if (packed !== lastDay) {
    lastDay = packed;
    // Date.UTC takes the years up to 99 for those of the last century.
    lastMidnight = new Date(0).setUTCFullYear(year, month - 1, day);
  }
  return lastMidnight;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function zoneMinutes(text: string, at: number): number | undefined {
  if (lengthOf(text) === at + 1) return 0;
  const [hours, minutes] = [number(text, at + 1, at + 3), number(text, at + 4, at + 6)];
  if (hours > 23 || minutes > 59) return undefined;
  return (charCodeAt(text, at) === minus ? -1 : 1) * (hours * 60 + minutes);
}

/** A time in microseconds since 1970 as RFC 3339 in UTC, with six digits only where they say more. */
export function formatTimestamp(micros: number): string {
  const millis = Math.floor(micros / 1000);
  const rest = micros - millis * 1000;
  const iso = new Date(millis).toISOString();
  return rest === 0 ? iso : `${iso.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}
