import { attributeFields } from './attribute-fields.js';
import { eventKey, isCanonicalUuid } from './event-id.js';
import { eventTypes, type MetricEvent, roles, runStatuses } from './metric-event.js';
import { isSummable, metricColumn, metricFields, storedUnits } from './metric-fields.js';
import { parseTimestamp } from './timestamp.js';

/** One event as a row of the log, keyed by column; a field that was not reported is absent. */
export type LogRow = Record<string, unknown> & {
  readonly project: number;
  readonly session_id: string;
  readonly run_id: string;
  readonly id: string;
};

const attributeNames = attributeFields.map((field) => field.name);
const metricTargets = metricFields.map((field) => ({
  name: field.name,
  column: metricColumn(field),
  units: isSummable(field) ? storedUnits[field.kind] : undefined,
}));

/**
 * Turns a parsed event into its row: times become integer microseconds and dollars integer
 * nano-dollars here, so that no float ever meets a sum.
 */
export function toLogRow(event: MetricEvent, project: number): LogRow {
  const row: Record<string, unknown> & LogRow = {
    project,
    session_id: event.session_id,
    id: eventKey(event.id),
    run_id: event.run_id,
    type: eventTypes[event.type],
    occurred_at_us: parseTimestamp(event.occurred_at),
  };
  if (!isCanonicalUuid(event.id)) row.original_id = event.id;
  if (event.sequence !== undefined) row.sequence = event.sequence;
  if (event.corrects !== undefined) {
    row.corrects = eventKey(event.corrects);
    if (!isCanonicalUuid(event.corrects)) row.original_corrects = event.corrects;
  }
  for (const name of attributeNames) {
    const value = event[name];
    if (value !== undefined) row[name] = value;
  }
  addOwnFields(row, event);
  if (event.metrics !== undefined) addMetrics(row, event.metrics);
  return row;
}

function addOwnFields(row: Record<string, unknown>, event: MetricEvent): void {
  switch (event.type) {
    case 'message':
      row.role = roles[event.role];
      return;
    case 'tool_call':
      row.tool_name = event.tool_name;
      if (event.tool_call_id !== undefined) row.tool_call_id = event.tool_call_id;
      if (event.error !== undefined) row.error = event.error !== false;
      if (typeof event.error === 'string') row.error_text = event.error;
      return;
    case 'run':
      if (event.status !== undefined) row.status = runStatuses[event.status];
      return;
  }
}

function addMetrics(
  row: Record<string, unknown>,
  metrics: NonNullable<MetricEvent['metrics']>,
): void {
  for (const { name, column, units } of metricTargets) {
    const value = metrics[name];
    if (value === undefined) continue;
    row[column] = units === undefined || units === 1 ? value : Math.round(Number(value) * units);
  }
}
