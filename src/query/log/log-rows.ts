import { logViews } from '../../projections/views/log-views.js';

/** The views of the log. */
export type LogViewName = 'messages' | 'tool_calls' | 'events';

function viewOf(name: LogViewName) {
  const view = logViews.find((one) => one.name === name);
  if (view === undefined) throw new Error(`Expected a view ${name} of the log.`);
  return view;
}

/** The columns of a view of the log. */
export function logColumnNames(name: LogViewName): string[] {
  return viewOf(name).columns.map((column) => column.name);
}

/**
 * A relation with the columns of a view of the log and the columns of its indexes: `occurred_at_us`,
 * `key` (the id in 16 bytes) and `corrected_key`. The view has these in other forms, which
 * no index covers.
 */
export function logRowsSql(name: LogViewName): string {
  const { columns, from } = viewOf(name);
  const shown = columns.map((column) => `${column.sql} as ${column.name}`);
  return `(select ${shown.join(', ')}, e.occurred_at_us, e.id as key, e.corrects as corrected_key from ${from})`;
}

/**
 * Whether a row of `logRowsSql`, aliased, is a correction, in the words of the index of corrections by their time: Postgres
 * uses it only for these.
 */
export const isCorrectionSql = (alias: string) => `num_nulls(${alias}.corrected_key) = 0`;
