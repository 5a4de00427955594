import { formatTimestamp, parseTimestamp } from '../events/timestamp.js';
import type { Database } from '../postgres/database.js';

const timestamps = ['started_at', 'ended_at', 'occurred_at', 'recorded_at', 'received_at'] as const;

/** A row as Postgres writes it in JSON: exact numbers, times in the connection's zone. */
export type JsonRow = Record<string, unknown>;

/**
 * Runs a statement that selects rows as JSON in a column `row`. It uses JSON because the driver would
 * return integers and decimals as strings and cut times to the millisecond.
 */
export async function readRows<T>(
  database: Database,
  text: string,
  values: readonly unknown[],
): Promise<T[]> {
  const rows = await database.query<{ row: JsonRow }>(text, values);
  return rows.map(({ row }) => withUtcTimes(row) as T);
}

/** A row with its times in UTC, to the microsecond, in the form of the wire format. */
export function withUtcTimes(row: JsonRow): JsonRow {
  for (const name of timestamps) {
    const value = row[name];
    const micros = typeof value === 'string' ? parseTimestamp(value) : undefined;
    if (micros !== undefined) row[name] = formatTimestamp(micros);
  }
  return row;
}
