import type { PoolClient, QueryResult } from 'pg';
import { type Shard, ShardMovedError } from '../../store/shards/shard-map.js';
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
  const { database, guard, stripe } = shard;
  if (guard === undefined) return statementOn<Answer>(database.pool, text, prepared);
  const statements = new WeakMap<PoolClient, Run<Answer>>();
  const runOn = (client: PoolClient): Run<Answer> => {
    const known = statements.get(client) ?? statementOn<Answer>(client, text, prepared);
    statements.set(client, known);
    return known;
  };
  return async (batch, rejects) => {
    const client = await database.pool.connect();
    let broken = false;
    try {
      const results = (await client.query(`begin; ${guard.statements}`)) as unknown as QueryResult<{
        is_here: boolean;
      }>[];
      if (results.at(-1)?.rows[0]?.is_here !== true) throw new ShardMovedError(stripe);
      const answer = await runOn(client)(batch, rejects);
      await client.query('commit');
      return answer;
    } catch (error) {
      broken = await client.query('rollback').then(
        () => false,
        () => true,
      );
      throw error;
    } finally {
      client.release(broken);
    }
  };
}
