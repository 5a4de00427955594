import { zone } from '../address/range.js';
import { currentLocale, none } from './figures.js';

const cached = new Map<string, Intl.DateTimeFormat>();
function format(at: number, options: Intl.DateTimeFormatOptions): string {
  const key = `${currentLocale()} ${JSON.stringify(options)}`;
  let formatter = cached.get(key);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(currentLocale(), options);
    cached.set(key, formatter);
  }
  return formatter.format(at);
}

const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** `Nov 26, 22:36`, with the year if it is another one. In the chosen zone. */
export function moment(text: string | null | undefined, { withSeconds = false } = {}): string {
  if (text == null) return none;
  const at = Date.parse(text);
  const inZone = { timeZone: zone.value };
  const year = (one: number) => format(one, { ...inZone, year: 'numeric' });
  return format(at, {
    ...inZone,
    ...(year(at) === year(Date.now()) ? {} : { year: 'numeric' }),
    month: 'short',
    day: 'numeric',
    ...clock,
    ...(withSeconds ? { second: '2-digit' } : {}),
  });
}

/** `22:36:07` in the chosen zone. */
export const timeOfDay = (text: string | number) =>
  format(typeof text === 'number' ? text : Date.parse(text), {
    timeZone: zone.value,
    ...clock,
    second: '2-digit',
  });

/** `Thu, Nov 26, 2026, 22:36:07 UTC`, for hovering. */
export const exactMoment = (text: string) =>
  `${text} (${zone.value}: ${format(Date.parse(text), { timeZone: zone.value, dateStyle: 'full', timeStyle: 'long' })})`;

/** A local time from the service, `2026-11-26 00:00`, not converted to any other zone. */
export const wallMoment = (local: string) => Date.parse(`${local.replace(' ', 'T')}:00Z`);

const utc = { timeZone: 'UTC' } as const;

/** A bucket's start on an axis: `Nov 26`, `14:00`. */
export function tickLabel(local: string, bucket: string): string {
  const at = wallMoment(local);
  if (bucket === 'month') return format(at, { ...utc, month: 'short', year: 'numeric' });
  if (bucket === 'day' || bucket === 'week' || local.endsWith('00:00')) {
    return format(at, { ...utc, month: 'short', day: 'numeric' });
  }
  return format(at, { ...utc, ...clock });
}

/** A bucket's start in a table: `Nov 26`, with the time if it is shorter than a day. */
export function bucketMoment(local: string, bucket: string): string {
  if (bucket !== 'hour' && bucket !== '15m') return tickLabel(local, bucket);
  return format(wallMoment(local), { ...utc, month: 'short', day: 'numeric', ...clock });
}

/** A bucket in full: `Wed, Nov 4, 2026`, with hours if it is shorter than a day. */
export function bucketLabel(local: string, bucket: string): string {
  const at = wallMoment(local);
  if (bucket === 'month') return format(at, { ...utc, month: 'long', year: 'numeric' });
  const day = {
    ...utc,
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    year: 'numeric',
  } as const;
  if (bucket === 'day') return format(at, day);
  if (bucket === 'week') return `Week of ${format(at, day)}`;
  return format(at, { ...day, ...clock });
}

/** `2 m ago`. */
export function ago(text: string, at = Date.now()): string {
  const seconds = Math.max(0, Math.round((at - Date.parse(text)) / 1000));
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** `Oct 30 – Nov 26, 2026`: a period in the chosen zone. */
export function stretch(from: number, to: number): string {
  const inZone = { timeZone: zone.value };
  const day = { ...inZone, month: 'short', day: 'numeric' } as const;
  const isShort = to - from < 86_400_000 * 2;
  const options = isShort ? { ...day, ...clock } : day;
  return `${format(from, options)} – ${format(to - (isShort ? 0 : 1), { ...options, year: 'numeric' })}`;
}
