import { attributeFields } from '../events/attribute-fields.js';
import { eventTypes, type MetricEvent, roles, runStatuses } from '../events/metric-event.js';
import { isSummable, metricColumn, metricFields, storedUnits } from '../events/metric-fields.js';
import { asMetricEvent } from '../events/plain-event.js';
import { formatTimestamp } from '../events/timestamp.js';

/** A row of the log's table as Postgres writes it in JSON: stored units, null where not reported. */
export type StoredRow = Readonly<Record<string, unknown>>;

/**
 * The event that a row of the log was made from, as it stands on the wire: the inverse of
 * `toLogRow`. Its figures are exact, because dividing a stored integer by its unit gives the double
 * nearest to it, and one event's limits leave that double closer to no other integer.
 */
export function eventOfRow(row: StoredRow): MetricEvent {
  const event: Record<string, unknown> = {
    type: nameOf(eventTypes, row.type),
    id: row.original_id ?? row.id,
    run_id: row.run_id,
    session_id: row.session_id,
    occurred_at: formatTimestamp(Number(row.occurred_at_us)),
  };
  const add = (name: string, value: unknown) => {
    if (value !== null && value !== undefined) event[name] = value;
  };
  add('sequence', row.sequence);
  add('role', nameOf(roles, row.role));
  add('status', nameOf(runStatuses, row.status));
  add('tool_name', row.tool_name);
  add('tool_call_id', row.tool_call_id);
  add('error', row.error_text ?? row.error);
  for (const { name } of attributeFields) add(name, row[name]);
  add('corrects', row.original_corrects ?? row.corrects);
  const metrics = metricsOf(row);
  if (Object.keys(metrics).length > 0) event.metrics = metrics;
  return asMetricEvent(event);
}

const columns = metricFields.map((field) => ({
  name: field.name,
  column: metricColumn(field),
  units: isSummable(field) ? storedUnits[field.kind] : undefined,
}));

function metricsOf(row: StoredRow): Record<string, unknown> {
  const metrics: Record<string, unknown> = {};
  for (const { name, column, units } of columns) {
    const value = row[column];
    if (value === null || value === undefined) continue;
    metrics[name] = units === undefined ? value : Number(value) / units;
  }
  return metrics;
}

function nameOf(codes: Readonly<Record<string, number>>, code: unknown): string | undefined {
  if (code === null || code === undefined) return undefined;
  for (const name in codes) if (codes[name] === code) return name;
  throw new Error(`Expected one of the codes ${Object.values(codes).join(', ')}, got ${code}.`);
}
