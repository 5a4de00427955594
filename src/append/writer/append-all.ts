import type { MetricEvent } from '../../events/metric-event.js';
import type { Database } from '../../postgres/database.js';
import { isConflict } from '../../postgres/postgres-errors.js';
import { projections } from '../../projections/projections.js';
import { jobVersions } from '../../queue/job.js';
import { openShardMap } from '../../store/shards/open-shard-map.js';
import { decodeJob } from '../decode-job.js';
import { writeBatch } from '../write-batch.js';
import { statementWithin } from './within-transaction.js';

/**
 * Appends and folds events if all of them are new, and none of them otherwise. Returns whether it
 * did. It also returns false after a conflict with another transaction. The caller may then read
 * again what the events were made from.
 */
export async function appendWhole(
  database: Database,
  project: number,
  events: readonly MetricEvent[],
): Promise<boolean> {
  const job = decodeJob('append-whole', { v: jobVersions.objects, project, events });
  const map = await openShardMap(database);
  const client = await database.pool.connect();
  let isWhole = false;
  try {
    await client.query('begin');
    // Waits for another transaction that is about to append an event with the same key.
    const run = statementWithin(client, { map, projections, prepared: false });
    const { applied } = await writeBatch(run, [job]);
    isWhole = applied === events.length;
    await client.query(isWhole ? 'commit' : 'rollback');
    return isWhole;
  } catch (error) {
    // On a broken connection there is nothing to roll back. The first error is the one that
    // matters.
    await client.query('rollback').catch(() => undefined);
    if (!isConflict(error)) throw error;
    return false;
  } finally {
    client.release();
  }
}
