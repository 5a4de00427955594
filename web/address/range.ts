import { computed, signal } from '@preact/signals';
import { parameter } from './parameters.js';
import { browserZone, dayIn, isZone, midnight, momentOf, wallClock } from './zone.js';

/** The present, as ranges see it: moved on by whoever asks anew. */
export const now = signal(Date.now());

/** The zone that the store's project reports in; undefined until it is known. */
export const projectZone = signal<string | undefined>(undefined);

/** The zone of every chart, table and range. */
export const zone = computed(() => {
  const asked = parameter('tz');
  if (asked !== undefined && isZone(asked)) return asked;
  return preferredZone.value ?? projectZone.value ?? browserZone;
});
export const preferredZone = signal<string | undefined>(undefined);

/** A stretch of time. `to` is undefined where it goes on: up to now. */
export interface Span {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number | undefined;
  readonly label: string;
}

/** What the range picker offers. */
export const presets = [
  ['1h', 'Last hour'],
  ['6h', 'Last 6 hours'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['28d', 'Last 28 days'],
  ['91d', 'Last 91 days'],
  ['month', 'This month'],
  ['last-month', 'Last month'],
] as const;

const minute = 60_000;
const quarter = 15 * minute;
const units = {
  m: ['minute', minute],
  h: ['hour', 60 * minute],
  d: ['day', 0],
  w: ['week', 0],
} as const;

/** A typed range such as `25m` or `3d`; undefined when it is none. */
export function readDuration(
  text: string,
): { readonly count: number; readonly unit: 'm' | 'h' | 'd' | 'w' } | undefined {
  const [, count, unit] = /^(\d{1,4})\s*([mhdw])$/.exec(text.trim().toLowerCase()) ?? [];
  if (count === undefined || Number(count) === 0) return undefined;
  return { count: Number(count), unit: unit as 'm' | 'h' | 'd' | 'w' };
}

function labelOf(text: string): string {
  const preset = presets.find(([name]) => name === text);
  if (preset !== undefined) return preset[1];
  const duration = readDuration(text);
  if (duration === undefined) return text;
  const [word] = units[duration.unit];
  return duration.count === 1 ? `Last ${word}` : `Last ${duration.count} ${word}s`;
}

function spanOf(text: string, tz: string, at: number): Span | undefined {
  const label = labelOf(text);
  const today = dayIn(tz, at);
  if (text === 'month') return { from: midnight(tz, { ...today, day: 1 }), to: undefined, label };
  if (text === 'last-month') {
    const first = { ...today, day: 1 };
    return {
      from: midnight(tz, { ...first, month: today.month - 1 }),
      to: midnight(tz, first),
      label,
    };
  }
  const duration = readDuration(text);
  if (duration === undefined) return undefined;
  const { count, unit } = duration;
  if (unit === 'm' || unit === 'h') {
    // Totals are kept by the quarter of an hour: the range begins on one.
    return {
      from: Math.floor((at - count * units[unit][1]) / quarter) * quarter,
      to: undefined,
      label,
    };
  }
  const days = unit === 'w' ? count * 7 : count;
  return { from: midnight(tz, today, 1 - days), to: undefined, label };
}

/** The range of the address, in the zone of the address. */
export const span = computed<Span>(() => {
  const [from, to] = [Date.parse(parameter('from') ?? ''), Date.parse(parameter('to') ?? '')];
  if (!Number.isNaN(from)) {
    return { from, to: Number.isNaN(to) || to <= from ? undefined : to, label: 'custom' };
  }
  const asked = spanOf(parameter('range') ?? '28d', zone.value, now.value);
  return asked ?? (spanOf('28d', zone.value, now.value) as Span);
});

/** The end of the range: now, where it goes on. */
export const end = computed(() => span.value.to ?? Math.max(now.value, span.value.from + quarter));

const day = 86_400_000;
const dayish = (ms: number) => Math.round(ms / 3_600_000) / 24;

/** The period before: of a week and more by whole weeks, so that Mondays stand beside Mondays. */
export const before = computed<Span & { readonly to: number }>(() => {
  const { from } = span.value;
  const length = end.value - from;
  const tz = zone.value;
  if (length < 7 * day - 3_600_000 && dayish(length) < 6) {
    const whole = Math.ceil(length / quarter) * quarter;
    return { from: from - whole, to: from, label: 'period before' };
  }
  const shift = Math.ceil(dayish(length) / 7) * 7 * day;
  // On the wall clock: across a change of the clock the same time of day is compared.
  const back = (at: number) => momentOf(tz, wallClock(tz, at) - shift);
  // Totals are kept by the quarter of an hour: a request stays the same for one.
  const to = Math.ceil(end.value / quarter) * quarter;
  return { from: back(from), to: back(to), label: 'period before' };
});

export type Bucket = '15m' | 'hour' | 'day' | 'week' | 'month';

/** The bucket that suits the range, or the one that was asked for where it gives at most 200 bars. */
export const bucket = computed<Bucket>(() => {
  const hours = (end.value - span.value.from) / 3_600_000;
  const lengths: Record<Bucket, number> = { '15m': 0.25, hour: 1, day: 24, week: 168, month: 720 };
  const asked = parameter('bucket') as Bucket | undefined;
  if (asked !== undefined && asked in lengths && hours / lengths[asked] <= 800) return asked;
  if (hours <= 12.5) return '15m';
  if (hours <= 96) return 'hour';
  if (hours <= 24 * 93) return 'day';
  return hours <= 24 * 400 ? 'week' : 'month';
});

/** RFC 3339 in UTC without milliseconds, as addresses and requests have it. */
export const rfc3339 = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');
