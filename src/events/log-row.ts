import { attributeFields } from './attribute-fields.js';
import { eventKey, isCanonicalUuid } from './event-id.js';
import { logColumns } from './log-columns.js';
import { eventTypes, type MetricEvent, roles, runStatuses } from './metric-event.js';
import { isSummable, metricColumn, metricFields, storedUnits } from './metric-fields.js';
import { parseTimestamp } from './timestamp.js';

/**
 * One event as a row of the log: its values in the order of `logColumns`, undefined where nothing
 * was reported. An array, because a row is read column by column, forty times for each event.
 */
export type LogRow = readonly unknown[];

const empty: readonly unknown[] = logColumns.map(() => undefined);

/** The place of a column in a row. */
export function placeOf(name: string): number {
  const place = logColumns.findIndex((column) => column.name === name);
  if (place < 0) throw new Error(`Expected a column of the log, got ${name}.`);
  return place;
}

const place = {
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
  status: placeOf('status'),
  tool_name: placeOf('tool_name'),
  tool_call_id: placeOf('tool_call_id'),
  error: placeOf('error'),
  error_text: placeOf('error_text'),
};
const attributes = attributeFields.map(({ name }) => ({ name, at: placeOf(name) }));
const metrics = metricFields.map((field) => ({
  name: field.name,
  at: placeOf(metricColumn(field)),
  units: isSummable(field) ? storedUnits[field.kind] : 1,
}));

/**
 * Turns a parsed event into its row: times become integer microseconds and dollars integer
 * nano-dollars here, so that no float ever meets a sum.
 */
export function toLogRow(event: MetricEvent, project: number): LogRow {
  const row = empty.slice();
  row[place.project] = project;
  row[place.session_id] = event.session_id;
  row[place.run_id] = event.run_id;
  row[place.type] = eventTypes[event.type];
  row[place.occurred_at_us] = parseTimestamp(event.occurred_at);
  row[place.sequence] = event.sequence;
  row[place.id] = eventKey(event.id);
  if (row[place.id] !== event.id) row[place.original_id] = event.id;
  if (event.corrects !== undefined) {
    row[place.corrects] = eventKey(event.corrects);
    if (!isCanonicalUuid(event.corrects)) row[place.original_corrects] = event.corrects;
  }
  for (const { name, at } of attributes) row[at] = event[name];
  addOwnFields(row, event);
  if (event.metrics !== undefined) addMetrics(row, event.metrics);
  return row;
}

function addOwnFields(row: unknown[], event: MetricEvent): void {
  switch (event.type) {
    case 'message':
      row[place.role] = roles[event.role];
      return;
    case 'tool_call':
      row[place.tool_name] = event.tool_name;
      row[place.tool_call_id] = event.tool_call_id;
      if (event.error !== undefined) row[place.error] = event.error !== false;
      if (typeof event.error === 'string') row[place.error_text] = event.error;
      return;
    case 'run':
      if (event.status !== undefined) row[place.status] = runStatuses[event.status];
      return;
  }
}

function addMetrics(row: unknown[], figures: NonNullable<MetricEvent['metrics']>): void {
  for (const { name, at, units } of metrics) {
    const value = figures[name];
    if (value === undefined) continue;
    row[at] = units === 1 ? value : Math.round(Number(value) * units);
  }
}

/** The project of a row. */
export function projectOfRow(row: LogRow): number {
  return Number(row[place.project]);
}

/** Orders rows as the log's primary key does: by project, session and event, bytewise. */
export function compareRows(a: LogRow, b: LogRow): number {
  return (
    Number(a[place.project]) - Number(b[place.project]) ||
    compareText(a[place.session_id], b[place.session_id]) ||
    compareText(a[place.id], b[place.id])
  );
}

function compareText(a: unknown, b: unknown): number {
  return a === b ? 0 : String(a) < String(b) ? -1 : 1;
}
