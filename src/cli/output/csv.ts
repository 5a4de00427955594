import { csvLine } from '../../query/csv.js';
import { printable } from './printable.js';

/** Rows as CSV with a header, one line each, safe for a terminal. */
export function csv<Row extends object>(
  names: readonly (keyof Row & string)[],
  rows: readonly Row[],
) {
  return [names, ...rows.map((row) => names.map((name) => row[name]))]
    .map((values) => csvLine(values, printable))
    .join('\n');
}
