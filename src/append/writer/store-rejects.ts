import type { ClientBase, Pool } from 'pg';
import { rejectedSql } from '../../projections/fold/append-and-fold.js';
import type { RunStatement } from '../batch-statement.js';
import type { Reject } from '../reject.js';

/** Stores rejects by a separate statement. Returns how many were new. */
export type StoreRejects = (rejects: readonly Reject[]) => Promise<number>;

/** In a divided store, rejects belong to the store as a whole. */
export function storeRejectsOn(on: Pool | ClientBase): StoreRejects {
  return async (rejects) => {
    if (rejects.length === 0) return 0;
    const { rowCount } = await on.query(rejectedSql, [JSON.stringify(rejects)]);
    return rowCount ?? 0;
  };
}

/** A statement of a shard, which has no table for rejects: they are stored first, in the store. */
export function withRejects(run: RunStatement, store: StoreRejects): RunStatement {
  return async (batch, rejects) => {
    const rejected = await store(rejects);
    if (batch.order.length === 0) return { applied: 0, rejected };
    const answer = await run(batch, []);
    return { applied: answer.applied, rejected: answer.rejected + rejected };
  };
}
