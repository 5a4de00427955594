import type { ClientBase, PoolClient } from 'pg';
import type { MetricEvent } from '../../events/metric-event.js';
import { stripeOf } from '../../events/stripe.js';
import type { Database } from '../../postgres/database.js';
import { longWorkSettings } from '../../postgres/in-transaction.js';
import { isConflict } from '../../postgres/postgres-errors.js';
import { appendAndFoldSql } from '../../projections/fold/append-and-fold.js';
import { projections } from '../../projections/projections.js';
import { jobVersions } from '../../queue/job.js';
import { onShard } from '../../store/shards/on-shard.js';
import { openShardMap, readShardMap } from '../../store/shards/open-shard-map.js';
import type { Shard } from '../../store/shards/shard-map.js';
import { createBatch } from '../batch.js';
import { type RunStatement, statementOn } from '../batch-statement.js';
import { decodeJob } from '../decode-job.js';
import { enter } from './guarded-statement.js';
import { statementWithin } from './within-transaction.js';

/**
 * Groups what belongs to sessions so that the events of each group can be appended whole: in one group, unless the store
 * is on several servers. There one transaction covers one stripe.
 */
export async function wholeGroups<T extends { readonly session_id: string }>(
  database: Database,
  project: number,
  items: readonly T[],
): Promise<readonly (readonly T[])[]> {
  const map = await readShardMap(database);
  if (map.is_spread !== true) return [items];
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const stripe = stripeOf(project, item.session_id, map.stripes);
    groups.set(stripe, [...(groups.get(stripe) ?? []), item]);
  }
  return [...groups.values()];
}

/**
 * Appends and folds events of one group if all of them are new, and none of them otherwise. Returns whether it
 * did. It also returns false after a conflict with another transaction. The caller may then read
 * again what the events were made from.
 */
export async function appendWhole(
  database: Database,
  project: number,
  events: readonly MetricEvent[],
): Promise<boolean> {
  const map = await openShardMap(database);
  const [first] = events;
  if (map.is_spread !== true || first === undefined) {
    // Waits for another transaction that is about to append an event with the same key.
    const run = (client: ClientBase) =>
      statementWithin(client, { map, projections, prepared: false });
    return append(database, project, events, (client) => client.query('begin'), run);
  }
  const stripe = stripeOf(project, String(first.session_id), map.stripes);
  return onShard(map, stripe, (shard) => appendToShard(shard, project, events));
}

function appendToShard(shard: Shard, project: number, events: readonly MetricEvent[]) {
  const { database, guard, stripe, tables } = shard;
  const text = appendAndFoldSql(projections, { tables, ends_holds: false });
  const begin = (client: ClientBase) =>
    guard === undefined ? client.query('begin') : enter(client, guard, stripe);
  return append(database, project, events, begin, (client) => statementOn(client, text, false));
}

async function append(
  database: Database,
  project: number,
  events: readonly MetricEvent[],
  begin: (client: PoolClient) => Promise<unknown>,
  statementFor: (client: PoolClient) => RunStatement,
): Promise<boolean> {
  const job = decodeJob('append-whole', { v: jobVersions.objects, project, events });
  const client = await database.pool.connect();
  let isWhole = false;
  try {
    await begin(client);
    await client.query(longWorkSettings);
    // Not in parts: after an error the transaction takes no other statement.
    const { applied } = await statementFor(client)(createBatch([job]), job.rejects);
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
