import { quarterMicros } from '../../projections/time-buckets.js';
import { firstAt, wallClock, type ZoneStretch, zoneStretches } from './time-zone.js';
import type { QuarterRange, UsageBucket } from './usage-range.js';

/** One bucket of a series. It ends at the start of the next one. */
export interface Bucket {
  /** In quarters of an hour since 1970. The first bucket may start before the range. */
  readonly start: number;
  /** Its start on the wall clock of the zone. */
  readonly local: string;
}

const quarterMs = quarterMicros / 1000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** More than the longest bucket, in quarters of an hour: the search for the first start begins this much earlier. */
const lookBack = 40 * 96;

/**
 * The buckets that overlap a range, in order. Days, weeks and months begin when the wall clock first
 * reaches their midnight; an hour that the clock repeats is two buckets. A quarter of an hour in which
 * the clock changes belongs to the bucket in which it begins.
 */
export function bucketsOf(range: QuarterRange & { readonly bucket: UsageBucket }): Bucket[] {
  const { first, end, bucket, time_zone } = range;
  const stretches = zoneStretches(time_zone, first - lookBack, end + 1);
  const isShort = bucket === '15m' || bucket === 'hour';
  const starts = isShort
    ? shortStarts(stretches, first, end, bucket === 'hour' ? hourMs : quarterMs)
    : longStarts(stretches, first, end, bucket);
  let at = 0;
  return starts.map((start) => {
    while ((stretches[at + 1]?.from ?? end) <= start) at++;
    const offset = stretches[at]?.offset ?? 0;
    return { start, local: wallClock(start * quarterMs, offset) };
  });
}

function shortStarts(
  stretches: readonly ZoneStretch[],
  first: number,
  end: number,
  length: number,
): number[] {
  const starts: number[] = [];
  for (const [at, { from, offset }] of stretches.entries()) {
    const until = Math.min(end, stretches[at + 1]?.from ?? end);
    if (until <= first) continue;
    // The hour in which the range, or the period, begins.
    const begin = Math.max(from, first) * quarterMs + offset;
    let local = Math.floor(begin / length) * length;
    for (; ; local += length) {
      const start = Math.max(from, Math.ceil((local - offset) / quarterMs));
      if (start >= until) break;
      starts.push(start);
    }
  }
  return starts;
}

function longStarts(
  stretches: readonly ZoneStretch[],
  first: number,
  end: number,
  bucket: 'day' | 'week' | 'month',
): number[] {
  const starts: number[] = [];
  let begin = 0;
  let local = truncated(first * quarterMs + (stretches[0]?.offset ?? 0) - 3 * dayMs, bucket);
  for (; ; local = next(local, bucket)) {
    while (begin + 1 < stretches.length && isPast(stretches, begin, local)) begin++;
    const start = firstAt(stretches, local, begin);
    if (start >= end) return starts;
    // Skip buckets that end before the range, or that have the same start as the next one.
    if (start <= first || starts.at(-1) === start) starts.pop();
    starts.push(start);
  }
}

/** Whether a local time is after a whole period and two days of the next one. */
function isPast(stretches: readonly ZoneStretch[], at: number, local: number): boolean {
  const following = stretches[at + 1];
  return (
    following !== undefined && following.from * quarterMs + following.offset + 2 * dayMs < local
  );
}

function truncated(local: number, bucket: 'day' | 'week' | 'month'): number {
  const day = Math.floor(local / dayMs);
  // 1970 began on a Thursday.
  if (bucket === 'week') return (day - ((((day + 3) % 7) + 7) % 7)) * dayMs;
  const date = new Date(day * dayMs);
  return bucket === 'month' ? date.setUTCDate(1) : day * dayMs;
}

function next(local: number, bucket: 'day' | 'week' | 'month'): number {
  if (bucket !== 'month') return local + (bucket === 'week' ? 7 : 1) * dayMs;
  const date = new Date(local);
  return date.setUTCMonth(date.getUTCMonth() + 1);
}
