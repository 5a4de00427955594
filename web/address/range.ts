import { computed, signal } from '@preact/signals';
import { parameter } from './parameters.js';
import { browserZone, dayIn, isZone, midnight, momentOf, wallClock } from './zone.js';

/** The current time for ranges. A refresh updates it. */
export const now = signal(Date.now());

/** The project's reporting zone; undefined until it is known. */
export const projectZone = signal<string | undefined>(undefined);

/** The zone of all charts, tables and ranges. */
export const zone = computed(() => {
  const asked = parameter('tz');
  if (asked !== undefined && isZone(asked)) return asked;
  return preferredZone.value ?? projectZone.value ?? browserZone;
});
export const preferredZone = signal<string | undefined>(undefined);

/** A period. `to` is undefined if it continues up to now. */
export interface Span {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number | undefined;
  readonly label: string;
}

/** The ranges that the range picker offers. */
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

const usual = '28d';
const minute = 60_000;
const quarter = 15 * minute;
const units = {
  m: ['minute', minute],
  h: ['hour', 60 * minute],
  d: ['day', 0],
  w: ['week', 0],
} as const;

/** A typed range such as `25m` or `3d`; undefined if it is invalid. */
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
    // Totals are stored by quarter of an hour, so the range begins on one.
    return {
      from: Math.floor((at - count * units[unit][1]) / quarter) * quarter,
      to: undefined,
      label,
    };
  }
  const days = unit === 'w' ? count * 7 : count;
  return { from: midnight(tz, today, 1 - days), to: undefined, label };
}

/** The range in the address, in the zone of the address. */
export const span = computed<Span>(() => {
  const [from, to] = [Date.parse(parameter('from') ?? ''), Date.parse(parameter('to') ?? '')];
  if (!Number.isNaN(from)) {
    return { from, to: Number.isNaN(to) || to <= from ? undefined : to, label: 'custom' };
  }
  const asked = spanOf(parameter('range') ?? usual, zone.value, now.value);
  return asked ?? (spanOf(usual, zone.value, now.value) as Span);
});

/** What is wrong with the range or the zone in the address, which are then not used; undefined if nothing is. */
export const rangeFault = computed<string | undefined>(() => {
  const [range, tz] = [parameter('range'), parameter('tz')];
  const [from, to] = [parameter('from'), parameter('to')];
  const isTime = (text: string | undefined) => !Number.isNaN(Date.parse(text ?? ''));
  if (tz !== undefined && !isZone(tz))
    return `There is no time zone ${tz}. Times are shown in ${zone.value}.`;
  const shown = `Showing ${from === undefined || !isTime(from) ? span.value.label.toLowerCase() : 'everything since the start'} instead.`;
  if (from === undefined && to !== undefined)
    return `The address has an end of the range and no start. ${shown}`;
  if (from !== undefined && !isTime(from))
    return `The start of the range is not a time: ${from}. ${shown}`;
  if (to !== undefined && !isTime(to)) return `The end of the range is not a time: ${to}. ${shown}`;
  if (from !== undefined && to !== undefined && Date.parse(to) <= Date.parse(from))
    return `The end of the range is not after its start. ${shown}`;
  if (
    from === undefined &&
    range !== undefined &&
    spanOf(range, zone.value, now.value) === undefined
  )
    return `There is no range ${range}. ${shown}`;
  return undefined;
});

/** The end of the range; now, if it continues. */
export const end = computed(() => span.value.to ?? Math.max(now.value, span.value.from + quarter));

const day = 86_400_000;

/** The start of the last 24 hours of the range. */
export const lastDay = computed(() =>
  Math.max(span.value.from, Math.floor((end.value - day) / quarter) * quarter),
);
const dayish = (ms: number) => Math.round(ms / 3_600_000) / 24;

/**
 * The previous period. From a week on, it is moved by whole weeks, so that Mondays are compared
 * with Mondays.
 */
export const before = computed<Span & { readonly to: number }>(() => {
  const { from } = span.value;
  const length = end.value - from;
  const tz = zone.value;
  if (length < 7 * day - 3_600_000 && dayish(length) < 6) {
    const whole = Math.ceil(length / quarter) * quarter;
    return { from: from - whole, to: from, label: 'period before' };
  }
  const shift = Math.ceil(dayish(length) / 7) * 7 * day;
  // By local time: across a clock change, the same time of day is compared.
  const back = (at: number) => momentOf(tz, wallClock(tz, at) - shift);
  // Totals are stored by quarter of an hour, so the request stays the same for one.
  const to = Math.ceil(end.value / quarter) * quarter;
  return { from: back(from), to: back(to), label: 'period before' };
});

export type Bucket = '15m' | 'hour' | 'day' | 'week' | 'month';

/** The bucket that fits the range, or the chosen one if it gives at most 200 bars. */
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

/** RFC 3339 in UTC without milliseconds, as in addresses and requests. */
export const rfc3339 = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');
