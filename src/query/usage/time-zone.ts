import { isTimeZone, zonePhrase } from '../../events/check/time-zone-name.js';
import { describeValue } from '../../events/fault.js';
import { quarterMicros } from '../../projections/time-buckets.js';
import { InvalidQueryError } from '../query-errors.js';

/** A period in which a zone has one offset. It begins on a quarter of an hour. */
export interface ZoneStretch {
  /** In quarters of an hour since 1970, rounded up to the first that begins with the offset. */
  readonly from: number;
  /** Local time minus UTC, in milliseconds. */
  readonly offset: number;
}

const quarterMs = quarterMicros / 1000;
const dayMs = 86_400_000;
/** No clock changed twice within this time: the closest two changes since 2000 are 6.9 days apart. */
const sampleMs = 3 * dayMs;
/** The maximum number of cached offsets of a zone. */
const mostRemembered = 20_000;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
}
const zones = new Map<string, Zone>();

/**
 * Checks the name of a time zone. The database never gets a name, so that no two libraries can
 * read it differently.
 * @throws InvalidQueryError
 */
export function checkTimeZone(name: string): void {
  zoneOf(name);
}

function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (!isTimeZone(name)) throw new InvalidQueryError('time_zone', zonePhrase, describeValue(name));
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  const zone = { format, offsets: new Map<number, number>() };
  // There are about six hundred names; Intl ignores case, so there may be more spellings.
  if (zones.size >= 1_000) zones.clear();
  zones.set(name, zone);
  return zone;
}

/** Local time minus UTC at an instant, both in milliseconds. @throws InvalidQueryError */
export function offsetAt(timeZone: string, instant: number): number {
  const { format, offsets } = zoneOf(timeZone);
  const known = offsets.get(instant);
  if (known !== undefined) return known;
  const text = format.format(instant);
  const [, sign, hours = 0, minutes = 0, seconds = 0] =
    /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  const offset = sign === '-' ? -size : size;
  if (offsets.size >= mostRemembered) offsets.clear();
  offsets.set(instant, offset);
  return offset;
}

/** The periods with one offset each, from one quarter of an hour to before another. */
export function zoneStretches(timeZone: string, first: number, end: number): ZoneStretch[] {
  const stretches: ZoneStretch[] = [];
  const start = Math.floor((first * quarterMs) / sampleMs) * sampleMs;
  let before = offsetAt(timeZone, start);
  stretches.push({ from: first, offset: before });
  for (let at = start; at < end * quarterMs; at += sampleMs) {
    const after = offsetAt(timeZone, at + sampleMs);
    if (after === before) continue;
    const from = firstQuarterOf(timeZone, after, at / quarterMs, (at + sampleMs) / quarterMs);
    if (from <= first) stretches[0] = { from: first, offset: after };
    else if (from < end) stretches.push({ from, offset: after });
    before = after;
  }
  return stretches;
}

/** The first quarter of an hour with the offset at `high`, if the offset at `low` is different. */
function firstQuarterOf(timeZone: string, offset: number, low: number, high: number): number {
  let [below, at] = [low, high];
  while (at - below > 1) {
    const middle = Math.floor((below + at) / 2);
    if (offsetAt(timeZone, middle * quarterMs) === offset) at = middle;
    else below = middle;
  }
  return at;
}

/** The wall clock of a zone at an instant in milliseconds, such as `2026-03-08 00:00`. */
export function wallClock(instant: number, offset: number): string {
  return new Date(instant + offset).toISOString().slice(0, 16).replace('T', ' ');
}

/**
 * When the day of an instant began on the wall clock of a zone: the first of two midnights, or, if
 * the clock skips midnight, the first instant of the day. In milliseconds since 1970.
 */
export function startOfDay(timeZone: string, instant: number): number {
  const quarter = Math.floor(instant / quarterMs);
  const stretches = zoneStretches(timeZone, quarter - 192, quarter + 1);
  const local = instant + offsetAt(timeZone, instant);
  return firstAt(stretches, Math.floor(local / dayMs) * dayMs) * quarterMs;
}

/**
 * The first quarter of an hour in some periods whose wall clock has reached a local time, given in
 * milliseconds as if it were UTC. If a midnight occurs twice, this is the first one.
 */
export function firstAt(stretches: readonly ZoneStretch[], local: number, begin = 0): number {
  for (let at = begin; at < stretches.length; at++) {
    const { from, offset } = stretches[at] as ZoneStretch;
    const quarter = Math.max(from, Math.ceil((local - offset) / quarterMs));
    const next = stretches[at + 1]?.from ?? Number.POSITIVE_INFINITY;
    if (quarter < next) return quarter;
  }
  throw new Error(`Expected a stretch after ${local}.`);
}
