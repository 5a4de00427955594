import { oneOfNames } from '../../events/check/nearest-name.js';
import { describeValue } from '../../events/fault.js';
import { earliestMicros, formatTimestamp, futureToleranceMicros } from '../../events/timestamp.js';
import { quarterMicros, quartersADay } from '../../projections/time-buckets.js';
import { microsOf } from '../conditions.js';
import { InvalidQueryError } from '../query-errors.js';
import { checkTimeZone } from './time-zone.js';

/** The lengths of buckets. Weeks begin on Monday. */
export const usageBuckets = ['15m', 'hour', 'day', 'week', 'month'] as const;
/** The length of a bucket of time. Weeks begin on Monday. */
export type UsageBucket = (typeof usageBuckets)[number];

/** The maximum number of buckets in a series. */
const mostBuckets = 10_000;
/** The shortest duration of a bucket, in quarters of an hour; a day can have 23 hours. */
const shortest: Record<UsageBucket, number> = {
  '15m': 1,
  hour: 4,
  day: 92,
  week: 668,
  month: 2684,
};

/** The quarters of an hour within the years 0000 to 9999, which are all that RFC 3339 can write. */
const [earliestQuarter, latestQuarter] = [
  Math.ceil((Date.parse('0000-01-01T00:00:00Z') * 1000) / quarterMicros),
  Math.floor((Date.parse('9999-12-31T23:59:59Z') * 1000) / quarterMicros),
];

/** The time range of a usage query. */
export interface UsageRangeOptions {
  /** The start, RFC 3339 with a zone, rounded down to a full quarter of an hour. */
  readonly from: string;
  /** The end, in the same form, rounded up to a full quarter of an hour. Defaults to now. */
  readonly to?: string | undefined;
  /** The length of each bucket. Defaults to one row for the whole range. */
  readonly bucket?: UsageBucket | undefined;
  /** The IANA time zone of days, hours and months. Defaults to UTC. */
  readonly time_zone?: string | undefined;
}

/** The range as it was read. */
export interface UsageRange {
  /** RFC 3339 in UTC, on a quarter of an hour. */
  readonly from: string;
  readonly to: string;
  readonly bucket: UsageBucket | null;
  readonly time_zone: string;
}

/** The range, and its quarters of an hour: from the first to before the last. */
export interface QuarterRange extends UsageRange {
  readonly first: number;
  readonly end: number;
}

/** Checks a range and rounds it to quarters of an hour. @throws InvalidQueryError */
export function quarterRange(options: UsageRangeOptions): QuarterRange {
  const { bucket, time_zone = 'UTC' } = options;
  const from = Math.floor(microsOf('from', options.from) / quarterMicros);
  const first = Math.max(from, earliestQuarter);
  const to = options.to === undefined ? Date.now() * 1000 : microsOf('to', options.to);
  const end = Math.min(Math.ceil(to / quarterMicros), latestQuarter);
  if (end <= first)
    throw new InvalidQueryError('to', 'a time after from', describeValue(options.to));
  if (bucket !== undefined && !usageBuckets.includes(bucket)) {
    throw new InvalidQueryError('bucket', oneOfNames(usageBuckets, bucket), describeValue(bucket));
  }
  checkTimeZone(time_zone);
  return {
    from: formatTimestamp(first * quarterMicros),
    to: formatTimestamp(end * quarterMicros),
    bucket: bucket ?? null,
    time_zone,
    ...(bucket === undefined ? { first, end } : seriesRange(bucket, first, end)),
  };
}

/** The part of a range that buckets are made for. @throws InvalidQueryError */
function seriesRange(bucket: UsageBucket, first: number, end: number) {
  const isShort = (from: number, to: number) => (to - from) / shortest[bucket] <= mostBuckets;
  if (isShort(first, end)) return { first, end };
  // No event is outside of this range, so a query for everything has a finite number of buckets.
  const from = Math.max(first, Math.floor(earliestMicros / quarterMicros));
  const latest = Date.now() * 1000 + 2 * futureToleranceMicros;
  const to = Math.min(end, Math.ceil(latest / quarterMicros));
  if (from < to && isShort(from, to)) return { first: from, end: to };
  throw new InvalidQueryError(
    'bucket',
    `a range of at most ${mostBuckets} buckets, which are ${Math.floor((mostBuckets * shortest[bucket]) / quartersADay)} days by ${bucket}`,
    `${Math.ceil((end - first) / quartersADay)} days`,
  );
}
