import { isRawObject } from '#runfold/events/check/normalize-event.js';
import { isComplete, readEvent } from '#runfold/events/check/read-event.js';
import { type EventRow, emptyRow, indexes } from '#runfold/events/columns/event-row.js';
import { eventKey, isCanonicalUuid } from '#runfold/events/event-id.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';

/** One event as a row of the log: its values in the order of `logColumns`, undefined if absent. */
export type LogRow = readonly unknown[];

/**
 * The row of a parsed event: its values, its project, and the 16-byte keys of its ids. A program
 * that loads the log itself writes these rows; a worker writes whole batches by column.
 */
export function toLogRow(event: MetricEvent, project: number): LogRow {
  const row = emptyRow();
  if (!isRawObject(event) || !readEvent(event, row) || !isComplete(row)) {
    throw new Error(`Expected a parsed event, got ${JSON.stringify(event)}`);
  }
  row[indexes.project] = project;
  addKey(row, indexes.id, indexes.original_id);
  if (row[indexes.corrects] !== undefined) addKey(row, indexes.corrects, indexes.original_corrects);
  return row;
}

function addKey(row: EventRow, at: number, original: number): void {
  const id = String(row[at]);
  if (isCanonicalUuid(id)) return;
  row[original] = id;
  row[at] = eventKey(id);
}
