import type { PoolClient, QueryResult } from 'pg';
import { isPooled, learnFrom } from '../../postgres/sessions.js';
import { type Shard, type ShardGuard, ShardMovedError } from '../../store/shards/shard-map.js';
import type { EventBatch } from '../batch.js';
import { statementOn } from '../batch-statement.js';
import type { Reject } from '../reject.js';

type Run<Answer> = (batch: EventBatch, rejects: readonly Reject[]) => Promise<Answer>;

/**
 * A statement on the server of a shard. Where shards are moved, it is in one transaction with what keeps this one
 * from being moved meanwhile, and the look whether it is still there.
 */
export function statementOnShard<Answer>(
  shard: Shard,
  text: string,
  prepared: boolean,
): Run<Answer> {
  const { database, guard, tables } = shard;
  if (tables.stripe === undefined) return statementOn<Answer>(database.pool, text, prepared);
  const statements = new WeakMap<PoolClient, Run<Answer>>();
  const runOn = async (client: PoolClient): Promise<Run<Answer>> => {
    const known = statements.get(client);
    if (known !== undefined) return known;
    if (prepared) await planOnce(client);
    const made = statementOn<Answer>(client, text, prepared);
    statements.set(client, made);
    return made;
  };
  return async (batch, rejects) => {
    const client = await database.pool.connect();
    let isBroken = false;
    let fault: unknown;
    try {
      const run = await runOn(client);
      if (guard === undefined) return await run(batch, rejects);
      await enter(client, guard, shard.stripe);
      const answer = await run(batch, rejects);
      await client.query('commit');
      return answer;
    } catch (error) {
      fault = error;
      isBroken = guard !== undefined && (await isLost(client));
      throw error;
    } finally {
      client.release(isBroken);
      if (fault !== undefined) learnFrom(fault, database.pool);
    }
  };
}

const planning = new WeakSet<PoolClient>();

/**
 * Has a connection plan each statement once. Postgres plans one anew for its first five uses; with a statement a
 * stripe, and another one for doubt, that is a second of planning on each connection.
 */
async function planOnce(client: PoolClient): Promise<void> {
  if (planning.has(client) || (await isPooled(client))) return;
  await client.query('set plan_cache_mode = force_generic_plan');
  planning.add(client);
}

async function enter(client: PoolClient, { statements }: ShardGuard, stripe: number) {
  const results = (await client.query(`begin; ${statements}`)) as unknown as QueryResult<{
    is_here: boolean;
  }>[];
  if (results.at(-1)?.rows[0]?.is_here !== true) throw new ShardMovedError(stripe);
}

/** Ends the transaction, and answers whether the connection is gone. */
function isLost(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => false,
    () => true,
  );
}
