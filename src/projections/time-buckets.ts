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

/** A unit of time coarser than a quarter of an hour, by the key column that counts it since 1970. */
export interface TimeUnit {
  readonly column: 'hour' | 'day';
  /** Its length in quarters of an hour. */
  readonly quarters: number;
}
const timeUnits: readonly TimeUnit[] = [
  { column: 'hour', quarters: quartersAnHour },
  { column: 'day', quarters: quartersADay },
];

/** The unit of time of a roll-up. @throws if its key has no column of that name */
export function timeUnitOf(rollUp: {
  readonly name: string;
  readonly key: Readonly<Record<string, unknown>>;
}): TimeUnit {
  const unit = timeUnits.find(({ column }) => column in rollUp.key);
  if (unit === undefined) throw new Error(`Expected ${rollUp.name} to be by the hour or the day.`);
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
