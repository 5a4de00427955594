import type { Changes } from './parameters.js';
import { rfc3339 } from './range.js';
import { dayIn, midnight, momentOf } from './zone.js';

const units: Readonly<Record<string, string>> = {
  ...{ m: 'm', min: 'm', mins: 'm', minute: 'm', minutes: 'm' },
  ...{ h: 'h', hr: 'h', hrs: 'h', hour: 'h', hours: 'h' },
  ...{ d: 'd', day: 'd', days: 'd', w: 'w', week: 'w', weeks: 'w' },
};

const named: Readonly<Record<string, string>> = {
  today: '1d',
  'this month': 'month',
  'last month': 'last-month',
};

/**
 * The range that somebody typed: `36h`, `last 36 hours`, `now-7d`, `today`, `yesterday`, `last month`,
 * `2026-11-01`, or two times with `to` between them, such as `2026-11-01 09:00 to now-1d`. A date is that whole
 * day of the zone. Undefined if it is none of these.
 */
export function readTyped(text: string, zone: string, now: number): Changes | undefined {
  const typed = text.trim().toLowerCase().replace(/\s+/g, ' ');
  const range = named[typed] ?? durationOf(typed);
  if (range !== undefined) return { range, from: undefined, to: undefined };
  const parts = typed.split(/ (?:to|until|–|-) /);
  const [first = '', last = first] = parts;
  const [from, to] = [edgeOf(first, zone, now, 0), edgeOf(last, zone, now, 1)];
  if (parts.length > 2 || from === undefined || to === undefined) return undefined;
  // One point of time is no range.
  if (parts.length === 1 && to <= from) return undefined;
  return {
    range: undefined,
    from: rfc3339(from),
    to: /^now$/.test(last) ? undefined : rfc3339(to),
  };
}

/** `36h` of `last 36 hours`. */
function durationOf(typed: string): string | undefined {
  const [, count, word = ''] =
    /^(?:now ?- ?|(?:the )?(?:last|past) )?(\d{0,4}) ?([a-z]+)$/.exec(typed) ?? [];
  const unit = Object.hasOwn(units, word) ? units[word] : undefined;
  if (count === undefined || unit === undefined || Number(count || 1) === 0) return undefined;
  // A unit alone, such as "d", was not meant as one of it; "last hour" was.
  if (count === '' && !/^(the )?(last|past) /.test(typed)) return undefined;
  return `${Number(count || 1)}${unit}`;
}

const lengths: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000 };

/** A typed time; a day is its beginning, or as an end the beginning of the next one. */
function edgeOf(typed: string, zone: string, now: number, days: 0 | 1): number | undefined {
  if (typed === 'now') return now;
  const today = dayIn(zone, now);
  if (typed === 'today') return midnight(zone, today, days);
  if (typed === 'yesterday') return midnight(zone, today, days - 1);
  const back = /^now ?-/.test(typed) ? durationOf(typed) : undefined;
  if (back !== undefined) {
    const [count, unit = ''] = [Number.parseInt(back, 10), back.at(-1)];
    const length = lengths[unit];
    if (length !== undefined) return now - count * length;
    return midnight(zone, today, (unit === 'w' ? -7 : -1) * count);
  }
  const [, date, time] = /^(\d{4}-\d{2}-\d{2})(?:[t ](\d{1,2}:\d{2}))?$/.exec(typed) ?? [];
  if (date === undefined) return undefined;
  const wall = Date.parse(`${date}T${(time ?? '00:00').padStart(5, '0')}:00Z`);
  if (Number.isNaN(wall)) return undefined;
  if (time !== undefined) return momentOf(zone, wall);
  return midnight(zone, dayIn('UTC', wall), days);
}
