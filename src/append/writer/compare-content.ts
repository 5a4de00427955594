import type { Database } from '../../postgres/database.js';
import { jobVersions } from '../../queue/job.js';
import { onShard } from '../../store/shards/on-shard.js';
import { readShardMap } from '../../store/shards/open-shard-map.js';
import type { Shard } from '../../store/shards/shard-map.js';
import { createBatch } from '../batch.js';
import { decodeJob } from '../decode-job.js';
import { type CompareContent, type Difference, otherContentSql } from '../other-content.js';
import { byStripe } from './by-stripe.js';
import { statementOnShard } from './guarded-statement.js';

/** Compares batches with the log of a store. */
export function compareContentIn(database: Database): CompareContent {
  return async (batch) => {
    const map = await readShardMap(database);
    if (!map.is_divided) return compareOnShard(map.shardOf(0))(batch);
    const indexes = new Map(batch.order.map((event, index) => [event, index]));
    const found: Difference[] = [];
    for (const [stripe, order] of byStripe(batch, map.stripes)) {
      const differences = await onShard(map, stripe, (shard) =>
        compareOnShard(shard)({ ...batch, order }),
      );
      for (const [index, fields] of differences) {
        found.push([indexes.get(order[index] ?? 0) ?? 0, fields]);
      }
    }
    return found.sort(([a], [b]) => a - b);
  };
}

/** Compares batches of one stripe with the log of its shard. */
export function compareOnShard(shard: Shard): CompareContent {
  const statement = statementOnShard<{ found: readonly Difference[] }>(
    shard,
    otherContentSql(shard.tables),
    false,
  );
  return async (batch) => (await statement(batch, [])).found;
}

/**
 * Finds the events that the log holds under the same id with different content. Returns position →
 * fields that differ.
 */
export async function findOtherContent(
  compare: CompareContent,
  project: number,
  events: readonly unknown[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const batch = createBatch([decodeJob('compare', { v: jobVersions.objects, project, events })]);
  const [job] = batch.jobs;
  const found = await compare(batch);
  return new Map(
    found.map(([index, fields]) => [job?.positions[batch.order[index] ?? 0] ?? 0, fields]),
  );
}
