import { allEventFields, failureText } from '../event-fields.js';
import { describeValue } from '../fault.js';
import { isLabelsText } from '../labels.js';
import { isErrorText, isShortText } from '../limits.js';
import type { EventColumns } from './event-columns.js';
import { logColumns, textType } from './log-columns.js';

/** Checks of columns whose strings may be long: how something failed, and labels. */
const otherTexts = new Map<string, (value: unknown) => boolean>([
  ...allEventFields.flatMap(({ kind, name }) =>
    kind === 'failure' ? [[failureText(name), isErrorText] as const] : [],
  ),
  ['labels', isLabelsText],
]);
const columnNames = logColumns.map(({ name }) => name);
/** Whether numbers in a column refer to strings. */
const repeats = logColumns.map(({ type }) => type === textType);

/** The result of `unpackColumns`. */
export type UnpackedColumns =
  | {
      readonly columns: EventColumns;
      /** Whether every string is valid in an event. */
      readonly has_orderly_texts: boolean;
    }
  | { readonly fault: string };

/**
 * Reads packed columns (`pack-columns.ts`). It only checks that they are columns of the log; their values
 * may still be invalid. It changes the arrays it is given. Every event has an id, so the number of ids
 * is the number of events.
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
  const columns: EventColumns['columns'] = logColumns.map(() => undefined);
  let inOrder = true;
  for (const name in given) {
    const index = columnNames.indexOf(name);
    const column = given[name];
    if (index < 0) return { fault: `columns.${name}: expected a column of the log` };
    if (!Array.isArray(column) || column.length > ids.length) {
      return {
        fault: `columns.${name}: expected an array of at most ${ids.length} values, got ${describeValue(column)}`,
      };
    }
    if (repeats[index]) {
      const different = resolve(column);
      if (different === undefined) {
        return {
          fault: `columns.${name}: expected a number to be the index of an earlier string`,
        };
      }
      inOrder &&= different.every(otherTexts.get(name) ?? isShortText);
    }
    while (column.length < ids.length) column.push(null);
    columns[index] = column;
  }
  return { columns: { size: ids.length, columns }, has_orderly_texts: inOrder };
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
