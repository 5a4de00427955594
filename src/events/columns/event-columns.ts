import { maxJson } from '../limits.js';
import type { MetricEvent } from '../metric-event.js';
import { type EventRow, emptyRow } from './event-row.js';
import { logColumns } from './log-columns.js';
import { eventFromRow } from './stored-event.js';

/** One value per event; null if the event has no value in this column. */
export type EventColumn = unknown[];

/**
 * Many events by column; `event-row.ts` has one event as a row. Work is done per column,
 * at a few nanoseconds per value, and no object is made per event.
 */
export interface EventColumns {
  readonly size: number;
  /** In the order of `logColumns`; undefined if no event has a value. */
  readonly columns: (EventColumn | undefined)[];
}

/** Columns from events that are added one by one, as rows, which are cleared for the next event. */
export function createColumns(): EventColumns & { add(row: EventRow): void } {
  const columns: (EventColumn | undefined)[] = logColumns.map(() => undefined);
  let size = 0;
  return {
    columns,
    get size() {
      return size;
    },
    add(row) {
      for (let at = 0; at < columns.length; at++) {
        const value = row[at];
        row[at] = undefined;
        if (value === undefined) columns[at]?.push(null);
        else columnAt(columns, at, size).push(value);
      }
      size += 1;
    },
  };
}

/** The column at an index, with at least this number of values; a column of nulls if there is none. */
export function columnAt(columns: (EventColumn | undefined)[], at: number, size: number) {
  const column = columns[at] ?? new Array<unknown>(size).fill(null);
  columns[at] = column;
  return column;
}

/** The row of one event in some columns. */
export function rowAt({ columns }: EventColumns, at: number): EventRow {
  const row = emptyRow();
  columns.forEach((column, index) => {
    row[index] = column?.[at] ?? undefined;
  });
  return row;
}

/** One event in some columns, in the wire format. Invalid values are returned unchanged. */
export function eventAt(columns: EventColumns, at: number): MetricEvent {
  const row = rowAt(columns, at);
  const fields = logColumns.map(({ name, type }, index) => {
    const value = row[index];
    return [name, type === 'json' && typeof value === 'string' ? jsonValue(value) : value];
  });
  return eventFromRow(Object.fromEntries(fields));
}

function jsonValue(json: string): unknown {
  // No event may have more, and parsing it could take several times the memory.
  if (json.length > maxJson) return json;
  try {
    return JSON.parse(json);
  } catch {
    // Invalid JSON stays a string, and the check of the event reports it.
    return json;
  }
}
