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
export type Cells = unknown[];

/** The index of a column of the log. */
export function placeOf(name: string): number {
  const place = logColumns.findIndex((column) => column.name === name);
  if (place < 0) throw new Error(`Expected a column of the log, got ${name}.`);
  return place;
}

/** An empty row. */
export function emptyCells(): Cells {
  return logColumns.map(() => undefined);
}

/** The indexes of columns that code uses by name. */
export const places = {
  project: placeOf('project'),
  session_id: placeOf('session_id'),
  id: placeOf('id'),
  original_id: placeOf('original_id'),
  run_id: placeOf('run_id'),
  type: placeOf('type'),
  occurred_at_us: placeOf('occurred_at_us'),
  sequence: placeOf('sequence'),
  corrects: placeOf('corrects'),
  original_corrects: placeOf('original_corrects'),
  role: placeOf('role'),
  labels: placeOf('labels'),
} as const;

/** The string attributes and their indexes. */
export const attributePlaces = attributeFields.map(({ name }) => ({ name, at: placeOf(name) }));

/** The fields that only some types of event have, and their indexes; for a failure also that of its text. */
export const fieldPlaces = allEventFields.map((field) => ({
  field,
  at: placeOf(field.name),
  textAt: field.kind === 'failure' ? placeOf(failureText(field.name)) : undefined,
}));

/** The metrics that default to the sum of others, by their indexes. */
export const sumPlaces = metricSums.map(({ name, parts }) => ({
  at: placeOf(name),
  parts: parts.map(placeOf),
}));

/** The metric fields and their indexes. */
export const metricPlaces = metricFields.map((field) => ({
  field,
  at: placeOf(metricColumn(field)),
  is_summable: isSummable(field),
}));
