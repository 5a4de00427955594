/**
 * Values as one line of CSV (RFC 4180), without its end. Null is an empty field, an object its JSON. What
 * a spreadsheet would take for a formula is set behind an apostrophe: stored names come from anyone.
 * `show` makes the texts fit for where the line goes.
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
