import { textType } from '../events/columns/log-columns.js';
import { formatTimestamp } from '../events/timestamp.js';
import { timestampSql } from '../store/sql-units.js';
import type { KeyColumn } from './language/projection.js';
import { plain } from './measures/kind.js';

/** Microseconds of a quarter of an hour: every time zone's offset is a multiple of it. */
export const quarterMicros = 900_000_000;
/** Quarters of an hour. */
export const quartersAnHour = 4;
const hourMicros = quarterMicros * quartersAnHour;
/** Quarters of a day of UTC. */
export const quartersADay = 96;

const dayMs = 86_400_000;

/** A unit of time. A coarser one consists of whole finer ones. */
export interface TimeUnit {
  /** The key column that identifies it by a number. */
  readonly column: 'bucket' | 'hour' | 'day' | 'month';
  /** The unit of a quarter of an hour since 1970. */
  of(quarter: number): number;
  /** The quarter of an hour in which a unit begins. */
  startOf(unit: number): number;
  /** The same in SQL. */
  startSql(unit: string): string;
  next(unit: number): number;
}

/** Units of equal length in quarters of an hour, counted since 1970. */
const unitOf = (column: TimeUnit['column'], quarters: number): TimeUnit => ({
  column,
  of: (quarter) => Math.floor(quarter / quarters),
  startOf: (unit) => unit * quarters,
  startSql: (unit) => (quarters === 1 ? unit : `${unit} * ${quarters}`),
  next: (unit) => unit + 1,
});

export const quarterUnit = unitOf('bucket', 1);
export const hourUnit = unitOf('hour', quartersAnHour);
export const dayUnit = unitOf('day', quartersADay);
const dateOf = (day: number) => new Date(day * dayMs);

/**
 * Parts of months of UTC: the first day, the days between, and the last day, each identified by the number of its first day.
 * A month of another zone begins or ends within one of the two single days, so the days between are never cut.
 */
export const monthUnit: TimeUnit = {
  ...dayUnit,
  column: 'month',
  of: (quarter) => {
    const day = dayUnit.of(quarter);
    const date = dateOf(day).getUTCDate();
    return date === 1 || dateOf(day + 1).getUTCDate() === 1 ? day : day + 2 - date;
  },
  next: (part) => {
    if (dateOf(part).getUTCDate() !== 2) return part + 1;
    const date = dateOf(part);
    return date.setUTCMonth(date.getUTCMonth() + 1, 0) / dayMs;
  },
};

const rollUpUnits = [hourUnit, dayUnit, monthUnit];

/** The unit of time of a roll-up. @throws if its key has no column of that name */
export function timeUnitOf(rollUp: {
  readonly name: string;
  readonly key: Readonly<Record<string, unknown>>;
}): TimeUnit {
  const unit = rollUpUnits.find(({ column }) => column in rollUp.key);
  if (unit === undefined) {
    throw new Error(`Expected ${rollUp.name} to be by the hour, day or month.`);
  }
  return unit;
}

/** The quarter of an hour in which an event occurred: its number since 1970, in UTC. */
export const quarterKey: KeyColumn = {
  type: 'integer',
  sql: `(e.occurred_at_us / ${quarterMicros})::integer`,
  shown: {
    name: 'bucket_start',
    // In bigint, because microseconds since 1970 do not fit into an integer.
    sql: (column) => timestampSql(`(${column}::bigint * ${quarterMicros})`),
    read: (stored) => formatTimestamp(Number(stored) * quarterMicros),
  },
  doc: 'The start of the quarter of an hour, in UTC, in which the events ended',
};

/** The hour of UTC of a finer projection's row. */
export const hourKey: KeyColumn = {
  type: 'integer',
  sql: `p.bucket / ${quartersAnHour}`,
  shown: {
    name: 'bucket_start',
    sql: (column) => timestampSql(`(${column}::bigint * ${hourMicros})`),
    read: (stored) => formatTimestamp(Number(stored) * hourMicros),
  },
  doc: 'Hours since 1970, in UTC',
};

/** The day of UTC of a finer projection's row. */
export const dayKey: KeyColumn = {
  type: 'integer',
  sql: `p.bucket / ${quartersADay}`,
  doc: 'Days since 1970, in UTC',
};

/** The day of UTC of a row by the hour. */
export const dayOfHourKey: KeyColumn = { ...dayKey, sql: 'p.hour / 24' };

/** The part of a month of UTC of a row by the day: see `monthUnit`. */
export const monthOfDayKey: KeyColumn = {
  type: 'integer',
  sql: `case when 1 in (extract(day from date '1970-01-01' + p.day), extract(day from date '1970-01-02' + p.day)) then p.day
    else p.day + 2 - extract(day from date '1970-01-01' + p.day)::integer end`,
  doc: 'The first day of the part of the month, in days since 1970, in UTC: its first day, the days between, or its last day',
};

/** A key column for a string that an event may lack: '' means absent, and is shown as null. */
export function optionalText(name: string, doc: string, sql = `coalesce(e.${name}, '')`) {
  return {
    type: textType,
    sql,
    shown: {
      name,
      sql: (column: string) => `nullif(${column}, '')`,
      read: (stored: unknown) => (stored === '' ? null : plain(stored)),
    },
    doc,
  } as const satisfies KeyColumn;
}
