import { describeValue } from '../../events/fault.js';
import { formatTimestamp } from '../../events/timestamp.js';
import { quarterMicros } from '../../projections/time-buckets.js';
import { microsOf } from '../conditions.js';
import { InvalidQueryError } from '../query-errors.js';

/** How long the buckets of a series are. Weeks begin on Monday. */
export const usageBuckets = ['15m', 'hour', 'day', 'week', 'month'] as const;
export type UsageBucket = (typeof usageBuckets)[number];

/** The most buckets of one series. */
const mostBuckets = 10_000;
/** The shortest that a bucket lasts, in quarters of an hour; a day can be 23 hours long. */
const shortest: Record<UsageBucket, number> = {
  '15m': 1,
  hour: 4,
  day: 92,
  week: 668,
  month: 2684,
};

/** Which time a usage query is about. */
export interface UsageRangeOptions {
  /** The beginning, RFC 3339 with a zone. Goes back to the last full quarter of an hour. */
  readonly from: string;
  /** The end, in the same form. Goes on to the next full quarter of an hour. Defaults to now. */
  readonly to?: string | undefined;
  /** How long each bucket is. Defaults to one row for the whole range. */
  readonly bucket?: UsageBucket | undefined;
  /** The IANA time zone whose days, hours and months are meant. Defaults to UTC. */
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

/** Checks a range and rounds it to what is kept. @throws InvalidQueryError */
export function quarterRange(options: UsageRangeOptions): QuarterRange {
  const { bucket, time_zone = 'UTC' } = options;
  const first = Math.floor(microsOf('from', options.from) / quarterMicros);
  const to = options.to === undefined ? Date.now() * 1000 : microsOf('to', options.to);
  const end = Math.ceil(to / quarterMicros);
  if (end <= first)
    throw new InvalidQueryError('to', 'a time after from', describeValue(options.to));
  if (bucket !== undefined && !usageBuckets.includes(bucket)) {
    throw new InvalidQueryError(
      'bucket',
      `one of ${usageBuckets.join(', ')}`,
      describeValue(bucket),
    );
  }
  if (bucket !== undefined && (end - first) / shortest[bucket] > mostBuckets) {
    throw new InvalidQueryError(
      'bucket',
      `one that divides the range into at most ${mostBuckets}`,
      describeValue(bucket),
    );
  }
  checkTimeZone(time_zone);
  return {
    from: formatTimestamp(first * quarterMicros),
    to: formatTimestamp(end * quarterMicros),
    bucket: bucket ?? null,
    time_zone,
    first,
    end,
  };
}

function checkTimeZone(name: string): void {
  // Postgres reads +05:45 the other way round than everyone else: names only.
  try {
    if (!/^[A-Za-z][\w/+-]*$/.test(name)) throw new RangeError(name);
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidQueryError(
      'time_zone',
      'an IANA time zone such as America/New_York',
      describeValue(name),
    );
  }
}

/**
 * `select` of each quarter of an hour of the range with the beginning of its bucket. The one place
 * that knows a time zone: figures and empty buckets both go by it, and so cannot disagree. Without
 * buckets the one bucket begins in 1970.
 */
export function calendarSql(
  { first, end, bucket, time_zone }: QuarterRange,
  parameter: (value: string | number) => string,
): string {
  const at = `(timestamptz 'epoch' + q.quarter * interval '15 minutes')`;
  const start =
    bucket === null
      ? `timestamptz 'epoch'`
      : bucket === '15m'
        ? at
        : `date_trunc(${parameter(bucket)}, ${at}, ${parameter(time_zone)})`;
  return `select q.quarter, ${start} as start
    from generate_series(${parameter(first)}::integer, ${parameter(end)}::integer - 1) q(quarter)`;
}

/**
 * Steps of a `with` after `calendar`: `hours` (or `days`), with the bucket that the whole of each lies
 * in, or null; and `hour_edges`, the quarters of those that are cut. Null rather than left out: of a
 * `having` the planner expects one row, and would look up each of two thousand by itself.
 */
export function wholeSteps(unit: 'hour' | 'day', quarters: number): string {
  return `${unit}s as materialized (
      select quarter / ${quarters} as ${unit}, case when count(*) = ${quarters} and min(start) = max(start)
        then min(start) end as start
      from calendar group by 1),
    ${unit}_edges as materialized (
      select c.quarter, c.start from calendar c join ${unit}s u on u.${unit} = c.quarter / ${quarters}
      where u.start is null)`;
}
