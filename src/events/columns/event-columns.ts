import { maxJson } from '../limits.js';
import type { MetricEvent } from '../metric-event.js';
import { type Cells, emptyCells } from './event-row.js';
import { logColumns } from './log-columns.js';
import { eventOfRow } from './stored-event.js';

/** Values of one column, one an event; null where an event has none. */
export type BlockColumn = unknown[];

/**
 * Events by column: what the cells of `event-cells.ts` are for one event, for many. Work goes column
 * by column, at a few nanoseconds a value, and no object is made for an event.
 */
export interface EventBlock {
  readonly size: number;
  /** In the order of `logColumns`; undefined where no event has a value. */
  readonly columns: (BlockColumn | undefined)[];
}

/** A block of events given one by one, as cells, which are cleared for the next. */
export function createBlock(): EventBlock & { add(cells: Cells): void } {
  const columns: (BlockColumn | undefined)[] = logColumns.map(() => undefined);
  let size = 0;
  return {
    columns,
    get size() {
      return size;
    },
    add(cells) {
      for (let at = 0; at < columns.length; at++) {
        const value = cells[at];
        cells[at] = undefined;
        if (value === undefined) columns[at]?.push(null);
        else columnAt(columns, at, size).push(value);
      }
      size += 1;
    },
  };
}

/** The column at a place, of so many values at least; made of nulls where there is none. */
export function columnAt(columns: (BlockColumn | undefined)[], at: number, size: number) {
  const column = columns[at] ?? new Array<unknown>(size).fill(null);
  columns[at] = column;
  return column;
}

/** The cells of one event of a block. */
export function cellsOf({ columns }: EventBlock, at: number): Cells {
  const cells = emptyCells();
  columns.forEach((column, place) => {
    cells[place] = column?.[at] ?? undefined;
  });
  return cells;
}

/** One event of a block as it stands on the wire. What cannot be an event's stays as it is. */
export function eventAt(block: EventBlock, at: number): MetricEvent {
  const cells = cellsOf(block, at);
  const row = logColumns.map(({ name, type }, place) => {
    const value = cells[place];
    return [name, type === 'json' && typeof value === 'string' ? jsonValue(value) : value];
  });
  return eventOfRow(Object.fromEntries(row));
}

function jsonValue(json: string): unknown {
  // No event may carry more; reading it could take a multiple of it.
  if (json.length > maxJson) return json;
  try {
    return JSON.parse(json);
  } catch {
    // A text is no object: whoever checks the event says so.
    return json;
  }
}
