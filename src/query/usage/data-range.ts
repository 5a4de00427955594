import { formatTimestamp } from '../../events/timestamp.js';
import type { Database } from '../../postgres/database.js';
import { tableOf } from '../../projections/fold/fold-sql.js';
import { quarterMicros } from '../../projections/time-buckets.js';
import { userUsageProjection } from '../../projections/user-usage.js';
import { type ProjectOptions, projectOf } from '../conditions.js';

/**
 * The range of a project's usage: the quarters of an hour of its first and last event, RFC 3339 in
 * UTC. Undefined if there is none.
 */
export async function getDataRange(
  database: Database,
  options: ProjectOptions,
): Promise<{ readonly from: string; readonly to: string } | undefined> {
  const [found] = await database.query<{ first: number | null; last: number | null }>(
    `select min(bucket) as first, max(bucket) as last from ${tableOf(userUsageProjection)} where project = $1`,
    [projectOf(options)],
  );
  if (found?.first == null || found.last == null) return undefined;
  return {
    from: formatTimestamp(found.first * quarterMicros),
    to: formatTimestamp((found.last + 1) * quarterMicros),
  };
}
