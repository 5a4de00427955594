import type { ClientBase, PoolClient, QueryResult } from 'pg';
import { isPooled, learnFrom } from '../../postgres/pooled-sessions.js';
import { type Shard, type ShardGuard, ShardMovedError } from '../../store/shards/shard-map.js';
import type { EventBatch } from '../batch.js';
import { statementOn } from '../batch-statement.js';
import type { Reject } from '../reject.js';

type Run<Answer> = (batch: EventBatch, rejects: readonly Reject[]) => Promise<Answer>;

/**
 * A statement on the server of a shard. If shards can be moved, it runs in one transaction with a
 * lock that prevents the move and a check that the shard is still there.
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
 * Makes a connection plan each statement once. Postgres plans a statement again for its first five
 * uses. With one statement per stripe, and another for doubt, that is a second of planning on each
 * connection.
 */
async function planOnce(client: PoolClient): Promise<void> {
  if (planning.has(client) || (await isPooled(client))) return;
  await client.query('set plan_cache_mode = force_generic_plan');
  planning.add(client);
}

/**
 * Begins a transaction in which a shard cannot be moved.
 * @throws ShardMovedError if it is no longer there
 */
export async function enter(client: ClientBase, { statements }: ShardGuard, stripe: number) {
  const results = (await client.query(`begin; ${statements}`)) as unknown as QueryResult<{
    is_here: boolean;
  }>[];
  if (results.at(-1)?.rows[0]?.is_here !== true) throw new ShardMovedError(stripe);
}

/** Ends the transaction, and returns whether the connection is lost. */
function isLost(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => false,
    () => true,
  );
}
