import { attributeFields } from '../attribute-fields.js';
import { eventTypes } from '../codes.js';
import { allEventFields, failureText } from '../event-fields.js';
import { labelsFromText } from '../labels.js';
import { asMetricEvent, type MetricEvent } from '../metric-event.js';
import { isSummable, metricColumn, metricFields, storedUnits } from '../metric-fields.js';
import { formatTimestamp } from '../timestamp.js';

/** A row of the log's table as Postgres writes it in JSON: stored units, null if not reported. */
export type StoredRow = Readonly<Record<string, unknown>>;

/**
 * The event that a row of the log was made from, in the wire format: the inverse of
 * `toLogRow`. Its figures are exact, because dividing a stored integer by its unit gives the double
 * nearest to it, and one event's limits leave that double closer to no other integer.
 */
export function eventFromRow(row: StoredRow): MetricEvent {
  const event: Record<string, unknown> = {
    type: decodeName(eventTypes, row.type),
    id: row.original_id ?? row.id,
    run_id: row.run_id,
    session_id: row.session_id,
    occurred_at: formatTime(row.occurred_at_us),
  };
  const add = (name: string, value: unknown) => {
    if (value !== null && value !== undefined) event[name] = value;
  };
  add('sequence', row.sequence);
  for (const field of allEventFields) {
    const value = row[field.name];
    if (field.kind === 'code') add(field.name, decodeName(field.codes, value));
    else
      add(field.name, field.kind === 'failure' ? (row[failureText(field.name)] ?? value) : value);
  }
  for (const { name } of attributeFields) add(name, row[name]);
  add('labels', labelsFromText(row.labels));
  add('corrects', row.original_corrects ?? row.corrects);
  const metrics = readMetrics(row);
  if (Object.keys(metrics).length > 0) event.metrics = metrics;
  return asMetricEvent(event);
}

/** The last time JavaScript can name, in microseconds (ECMA-262, section 21.4.1.1). */
const latestMicros = 8_640_000_000_000_000_000;

const columns = metricFields.map((field) => ({
  name: field.name,
  column: metricColumn(field),
  units: isSummable(field) ? storedUnits[field.kind] : undefined,
}));

function readMetrics(row: StoredRow): Record<string, unknown> {
  const metrics: Record<string, unknown> = {};
  for (const { name, column, units } of columns) {
    const value = row[column];
    if (value === null || value === undefined) continue;
    metrics[name] = units === undefined || typeof value !== 'number' ? value : value / units;
  }
  return metrics;
}

/** Microseconds since 1970 as a time; other values are returned unchanged. */
function formatTime(micros: unknown): unknown {
  const isTime = typeof micros === 'number' && Math.abs(micros) <= latestMicros;
  return isTime ? formatTimestamp(micros) : micros;
}

/** The name for a code. Unknown codes are returned unchanged and reported by validation. */
function decodeName(codes: Readonly<Record<string, number>>, code: unknown): unknown {
  if (code === null || code === undefined) return undefined;
  for (const name in codes) if (codes[name] === code) return name;
  return code;
}
