import { formatTimestamp } from '../../events/timestamp.js';
import type { Database } from '../../postgres/database.js';
import { gatherRows } from '../readers/readers.js';

/** When the last event of a project was folded, RFC 3339 in UTC; null if there is none. */
export async function readLastFolded(database: Database, project: number): Promise<string | null> {
  const rows = await gatherRows(database, { project }, (reader) =>
    reader.query<{ us: string | null }>(
      `select (extract(epoch from max(recorded_at)) * 1000000)::bigint as us
    from runfold_internal.event e where project = $1`,
      [project],
    ),
  );
  const times = rows.flatMap(({ us }) => (us === null ? [] : [Number(us)]));
  return times.length === 0 ? null : formatTimestamp(Math.max(...times));
}
