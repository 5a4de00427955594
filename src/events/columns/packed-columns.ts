import { allEventFields, failureText } from '../event-fields.js';
import { lengthOf } from '../fast-text.js';
import { describeValue } from '../fault.js';
import { isLabelsText } from '../labels.js';
import { isErrorText, isShortText } from '../limits.js';
import type { EventBlock } from './event-columns.js';
import type { Cells } from './event-row.js';
import { logColumns, textType } from './log-columns.js';

/** A value on the wire: null where an event has none. */
export type PackedValue = number | boolean | string | null;

/**
 * Events by column, as they travel: a column of the log to its values, one an event, in the order
 * of the events and in stored units. Columns that no event has are missing, and so are the nulls at
 * the end of one. In a column of text a number stands for a text that came before: the place of
 * that text among the different ones of its column, from 0. Five hundred events take a third of the
 * space they take as objects, and are written and read in a third of the time.
 */
export type PackedColumns = Readonly<Record<string, readonly PackedValue[]>>;

/** Checks of columns whose strings may be long: how something failed, and labels. */
const otherTexts = new Map<string, (value: unknown) => boolean>([
  ...allEventFields.flatMap(({ kind, name }) =>
    kind === 'failure' ? [[failureText(name), isErrorText] as const] : [],
  ),
  ['labels', isLabelsText],
]);
const columnNames = logColumns.map(({ name }) => name);
// Columns whose strings are not numbered, because ids differ from event to event.
const repeats = logColumns.map(({ type }) => type === textType);

/** Packs events one by one, job after job. */
export interface EventPacker {
  /** Adds the row of an event, and clears it for the next. Full when `size` is the capacity. */
  add(cells: Cells): void;
  readonly size: number;
  /** The approximate size of the columns as JSON. */
  readonly bytes: number;
  /** The columns as JSON text; the packer is empty again. */
  take(): string;
}

/**
 * A packer of at most so many events a batch. Its columns are made once and filled again and again:
 * arrays that grow, and die with each batch, would be most of what the garbage collector has to do.
 */
export function createPacker(capacity: number): EventPacker {
  const columns: (PackedValue[] | undefined)[] = [];
  const seen = repeats.map((isText) => (isText ? new Map<string, number>() : undefined));
  let size = 0;
  let bytes = 0;

  const pack = (texts: Map<string, number> | undefined, value: PackedValue): PackedValue => {
    if (typeof value !== 'string') {
      bytes += 6;
      return value;
    }
    if (texts !== undefined) {
      const known = texts.get(value);
      if (known !== undefined) {
        bytes += 4;
        return known;
      }
      texts.set(value, texts.size);
    }
    bytes += lengthOf(value) + 3;
    return value;
  };

  return {
    add(cells) {
      for (let place = 0; place < columnNames.length; place++) {
        const value = cells[place];
        if (value === undefined) continue;
        cells[place] = undefined;
        const column = columns[place] ?? emptyColumn(capacity);
        columns[place] = column;
        column[size] = pack(seen[place], value as PackedValue);
      }
      size += 1;
    },
    get size() {
      return size;
    },
    get bytes() {
      return bytes;
    },
    take() {
      const filled = columns.flatMap((column, place): [string, PackedValue[]][] => {
        const last = column?.findLastIndex((value) => value !== null) ?? -1;
        if (column === undefined || last < 0) return [];
        return [
          [columnNames[place] ?? '', last + 1 < capacity ? column.slice(0, last + 1) : column],
        ];
      });
      const text = JSON.stringify(Object.fromEntries(filled));
      for (const column of columns) if (column !== undefined) clear(column, size);
      for (const texts of seen) texts?.clear();
      size = 0;
      bytes = 0;
      return text;
    },
  };
}

/** `column.fill(value)` by hand, because V8 does not optimise the built-in here. */
function clear(column: PackedValue[], size: number): void {
  for (let at = 0; at < size; at++) column[at] = null;
}

/**
 * A column of nulls, made one by one: of an array that was made with its length V8 never forgets that it
 * had holes, and asks for each value in a roundabout way when it writes JSON, in twice the time.
 */
function emptyColumn(capacity: number): PackedValue[] {
  const column: PackedValue[] = [];
  for (let at = 0; at < capacity; at++) column.push(null);
  return column;
}

/** The result of `unpackColumns`. */
export type UnpackedColumns =
  | {
      readonly block: EventBlock;
      /** Whether every string is valid in an event. */
      readonly has_orderly_texts: boolean;
    }
  | { readonly fault: string };

/**
 * The block that packed columns stand for. It only sees to it that they are columns; their values
 * may still be anything. What was given is taken apart. An event has an id, so the ids tell how many
 * there are.
 */
export function unpackColumns(packed: unknown): UnpackedColumns {
  if (typeof packed !== 'object' || packed === null || Array.isArray(packed)) {
    return { fault: `columns: expected an object of arrays, got ${describeValue(packed)}` };
  }
  const given = packed as Readonly<Record<string, unknown>>;
  const ids = given.id;
  if (!Array.isArray(ids)) {
    return { fault: `columns.id: expected an array, got ${describeValue(ids)}` };
  }
  const columns: EventBlock['columns'] = logColumns.map(() => undefined);
  let inOrder = true;
  for (const name in given) {
    const place = columnNames.indexOf(name);
    const column = given[name];
    if (place < 0) return { fault: `columns.${name}: expected a column of the log` };
    if (!Array.isArray(column) || column.length > ids.length) {
      return {
        fault: `columns.${name}: expected an array of at most ${ids.length} values, got ${describeValue(column)}`,
      };
    }
    if (repeats[place]) {
      const different = resolve(column);
      if (different === undefined) {
        return {
          fault: `columns.${name}: expected a number to be the index of an earlier string`,
        };
      }
      inOrder &&= different.every(otherTexts.get(name) ?? isShortText);
    }
    while (column.length < ids.length) column.push(null);
    columns[place] = column;
  }
  return { block: { size: ids.length, columns }, has_orderly_texts: inOrder };
}

/** Replaces numbers by their strings; returns the different values that are not null. */
function resolve(column: unknown[]): unknown[] | undefined {
  const seen: unknown[] = [];
  for (let at = 0; at < column.length; at++) {
    const value = column[at];
    if (value === null) continue;
    if (typeof value !== 'number') {
      seen.push(value);
      continue;
    }
    if (!(value in seen)) return undefined;
    column[at] = seen[value];
  }
  return seen;
}
