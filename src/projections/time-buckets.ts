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
  doc: 'The beginning of the quarter of an hour, in UTC, in which the events ended',
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
