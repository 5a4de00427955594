import { isTimeZone } from '../../src/client.js';

/** A day on the calendar. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** The local time in a zone at an instant, as if the local clock were UTC, in milliseconds. */
export function wallClock(zone: string, at: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The current day in a zone at an instant. */
export function dayIn(zone: string, at: number): Day {
  const wall = new Date(wallClock(zone, at));
  return { year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, day: wall.getUTCDate() };
}

/**
 * The instant at which a zone's clock shows a local time. If the clock skips that time, the instant
 * of the change; if it shows it twice, the first.
 */
export function momentOf(zone: string, wall: number): number {
  const offset = (at: number) => wallClock(zone, at) - at;
  const day = 86_400_000;
  const candidates = [wall - offset(wall - day), wall - offset(wall + day)];
  const exact = candidates.filter((at) => wallClock(zone, at) === wall);
  if (exact.length > 0) return Math.min(...exact);
  // The clock skips it: use the first instant after the change.
  let [low, high] = [
    Math.min(...candidates) - 3_600_000 * 3,
    Math.max(...candidates) + 3_600_000 * 3,
  ];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (wallClock(zone, middle) < wall) low = middle;
    else high = middle;
  }
  return high;
}

/** The instant at which a day begins in a zone, a number of days from another day. */
export function midnight(zone: string, { year, month, day }: Day, days = 0): number {
  return momentOf(zone, Date.UTC(year, month - 1, day + days));
}

/** The zone of this browser. */
export const browserZone = new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** Whether the browser knows a zone, and the service takes its name. */
export const isZone = isTimeZone;

/** All known zones, for a list. Browsers take some milliseconds to name them. */
export const allZones = (): readonly string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')];

/** `Berlin` of `Europe/Berlin`. */
export const shortZone = (name: string) => name.split('/').at(-1)?.replaceAll('_', ' ') ?? name;
