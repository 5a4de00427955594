import type { ClientBase } from 'pg';
import { appendAndFoldSql } from '../../projections/fold/append-and-fold.js';
import type { Projection } from '../../projections/language/projection.js';
import type { ShardMap } from '../../store/shards/shard-map.js';
import { type RunStatement, statementOn } from '../batch-statement.js';
import { shardedStatement } from './sharded-statement.js';
import { storeRejectsOn, withRejects } from './store-rejects.js';

/** Where and how the statement runs. */
export interface WithinOptions {
  readonly map: ShardMap;
  readonly projections: readonly Projection[];
  /** Whether connections have separate prepared statements. */
  readonly prepared: boolean;
  /** Wraps each statement, for example in a savepoint. Defaults to nothing. */
  readonly around?: ((run: RunStatement) => RunStatement) | undefined;
}

/**
 * A statement that writes to a store on one server within the transaction of a connection. It
 * writes the whole batch or nothing, also in a divided store.
 */
export function statementWithin(client: ClientBase, options: WithinOptions): RunStatement {
  const { map, projections, prepared, around = (run) => run } = options;
  if (!map.is_divided) {
    return around(statementOn(client, appendAndFoldSql(projections), prepared));
  }
  const store = storeRejectsOn(client);
  return shardedStatement({
    map,
    storeRejects: store,
    statementFor: ({ tables }) => {
      const text = appendAndFoldSql(projections, { tables });
      return withRejects(around(statementOn(client, text, prepared)), store);
    },
    lanes: 1,
  });
}
