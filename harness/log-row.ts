import { isRawObject } from '#runfold/events/check/normalize-event.js';
import { isComplete, readEvent } from '#runfold/events/check/read-event.js';
import { type Cells, emptyCells, places } from '#runfold/events/columns/event-row.js';
import { eventKey, isCanonicalUuid } from '#runfold/events/event-id.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';

/** One event as a row of the log: its values in the order of `logColumns`, undefined if absent. */
export type LogRow = readonly unknown[];

/**
 * The row of a parsed event: its cells, its project, and the 16-byte keys of its ids. A program
 * that loads the log itself writes these rows; a worker writes whole batches by column.
 */
export function toLogRow(event: MetricEvent, project: number): LogRow {
  const row = emptyCells();
  if (!isRawObject(event) || !readEvent(event, row) || !isComplete(row)) {
    throw new Error(`Expected a parsed event, got ${JSON.stringify(event)}`);
  }
  row[places.project] = project;
  addKey(row, places.id, places.original_id);
  if (row[places.corrects] !== undefined) addKey(row, places.corrects, places.original_corrects);
  return row;
}

function addKey(row: Cells, at: number, original: number): void {
  const id = String(row[at]);
  if (isCanonicalUuid(id)) return;
  row[original] = id;
  row[at] = eventKey(id);
}
