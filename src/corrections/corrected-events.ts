import { eventFromRow, type StoredRow } from '../events/columns/stored-event.js';
import { eventKey } from '../events/event-id.js';
import type { MetricEvent } from '../events/metric-event.js';
import type { Database } from '../postgres/database.js';
import { gatherRows } from '../query/readers/readers.js';
import { addCorrections, type CorrectedEvent } from './corrected-event.js';

/** The key of an event: its session, and its id as it was sent. */
export interface EventPlace {
  readonly session_id: string;
  readonly id: string;
}

/** Identifies an event within a project. */
export const placeKey = (session_id: string, id: string) => `${eventKey(id)} ${session_id}`;

/** Reads many events and their corrections, by `placeKey`; events that are not in the log are left out. */
export async function readCorrectedEvents(
  database: Database,
  project: number,
  places: readonly EventPlace[],
): Promise<ReadonlyMap<string, CorrectedEvent>> {
  if (places.length === 0) return new Map();
  const rows = await gatherRows(database, { project }, (reader) =>
    reader.query<{ row: StoredRow }>(
      `select row_to_json(e) as row
    from unnest($2::text[], $3::uuid[]) as w(session_id, id)
    join runfold_internal.event e
      on e.project = $1 and e.session_id = w.session_id and e.id = w.id`,
      [project, places.map((one) => one.session_id), places.map((one) => eventKey(one.id))],
    ),
  );
  const sessions = [...new Set(rows.map(({ row }) => String(row.session_id)))];
  const corrections = new Map<string, MetricEvent[]>();
  const found = await gatherRows(database, { project }, (reader) =>
    reader.query<{ row: StoredRow }>(
      `select row_to_json(c) as row from runfold_internal.event c
    where c.project = $1 and c.session_id = any($2::text[]) and c.corrects is not null
      and c.corrects = any($3::uuid[])`,
      [project, sessions, rows.map(({ row }) => row.id)],
    ),
  );
  for (const { row } of found) {
    const key = `${row.corrects} ${row.session_id}`;
    corrections.set(key, [...(corrections.get(key) ?? []), eventFromRow(row)]);
  }
  return new Map(
    rows.map(({ row }) => {
      const original = eventFromRow(row);
      const key = `${row.id} ${row.session_id}`;
      return [key, addCorrections(original, corrections.get(key) ?? [])];
    }),
  );
}
