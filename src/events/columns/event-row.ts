import { attributeFields } from '../attribute-fields.js';
import { allEventFields, failureText } from '../event-fields.js';
import { isSummable, metricColumn, metricFields, metricSums } from '../metric-fields.js';
import { logColumns } from './log-columns.js';

/**
 * One event as values in the order of `logColumns`, undefined where nothing was reported: tokens,
 * microseconds and nano-dollars as integers, codes for type, role and status, objects as JSON text.
 * `id` and `corrects` are as they were sent; the log's 16-byte keys are made from them when they are
 * written. The project is not included; it belongs to the job.
 */
export type EventRow = unknown[];

/** The index of a column of the log. */
export function columnIndex(name: string): number {
  const index = logColumns.findIndex((column) => column.name === name);
  if (index < 0) throw new Error(`Expected a column of the log, got ${name}.`);
  return index;
}

/** An empty row. */
export function emptyRow(): EventRow {
  return logColumns.map(() => undefined);
}

/** The indexes of columns that code uses by name. */
export const indexes = {
  project: columnIndex('project'),
  session_id: columnIndex('session_id'),
  id: columnIndex('id'),
  original_id: columnIndex('original_id'),
  run_id: columnIndex('run_id'),
  type: columnIndex('type'),
  occurred_at_us: columnIndex('occurred_at_us'),
  sequence: columnIndex('sequence'),
  corrects: columnIndex('corrects'),
  original_corrects: columnIndex('original_corrects'),
  role: columnIndex('role'),
  labels: columnIndex('labels'),
} as const;

/** The string attributes and their indexes. */
export const attributeIndexes = attributeFields.map(({ name }) => ({
  name,
  at: columnIndex(name),
}));

/** The fields that only some types of event have, and their indexes; for a failure also that of its text. */
export const fieldIndexes = allEventFields.map((field) => ({
  field,
  at: columnIndex(field.name),
  textAt: field.kind === 'failure' ? columnIndex(failureText(field.name)) : undefined,
}));

/** The metrics that default to the sum of others, by their indexes. */
export const sumIndexes = metricSums.map(({ name, parts }) => ({
  at: columnIndex(name),
  parts: parts.map(columnIndex),
}));

/** The metric fields and their indexes. */
export const metricIndexes = metricFields.map((field) => ({
  field,
  at: columnIndex(metricColumn(field)),
  is_summable: isSummable(field),
}));
