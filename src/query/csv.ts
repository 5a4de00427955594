/**
 * Values as one line of CSV (RFC 4180), without its line end. Null is an empty field, an object its JSON. A string
 * that a spreadsheet would read as a formula gets an apostrophe in front, because anybody can write stored names.
 * `show` escapes strings for the output.
 */
export function csvLine(values: readonly unknown[], show = (text: string) => text): string {
  return values.map((value) => field(value, show)).join(',');
}

function field(value: unknown, show: (text: string) => string): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return quoted(JSON.stringify(value));
  if (typeof value !== 'string') return String(value);
  return quoted(show(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value));
}

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
