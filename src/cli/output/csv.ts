import { printable } from './printable.js';

type Value = string | number | boolean | null | undefined;

/**
 * Rows as CSV with a header (RFC 4180), one line each. Null is an empty field. What a spreadsheet
 * would take for a formula is set behind an apostrophe: stored names come from anyone.
 */
export function csv<Row extends object>(
  names: readonly (keyof Row & string)[],
  rows: readonly Row[],
) {
  const line = (values: readonly Value[]) => values.map(field).join(',');
  return [line(names), ...rows.map((row) => line(names.map((name) => row[name] as Value)))].join(
    '\n',
  );
}

function field(value: Value): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = printable(/^[=+\-@]/.test(value) ? `'${value}` : value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
