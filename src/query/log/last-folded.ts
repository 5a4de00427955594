import { formatTimestamp } from '../../events/timestamp.js';
import type { Database } from '../../postgres/database.js';

/** When the last event of a project was folded, RFC 3339 in UTC; null if there is none. */
export async function readLastFolded(database: Database, project: number): Promise<string | null> {
  const [row] = await database.query<{ us: string | null }>(
    `select (extract(epoch from max(recorded_at)) * 1000000)::bigint as us
    from runfold_internal.event where project = $1`,
    [project],
  );
  const us = row?.us ?? null;
  return us === null ? null : formatTimestamp(Number(us));
}
