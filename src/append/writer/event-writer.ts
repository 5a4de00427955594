import type { Database } from '../../postgres/database.js';
import { appendAndFoldSql } from '../../projections/fold/append-and-fold.js';
import { overflowSql } from '../../projections/fold/overflow-sql.js';
import { isByLabel, type Projection } from '../../projections/language/projection.js';
import { isDividedSince, readShardMap, refusesWhole } from '../../store/shards/open-shard-map.js';
import type { Shard, ShardMap } from '../../store/shards/shard-map.js';
import type { BatchAnswer, RunStatement } from '../batch-statement.js';
import { presumeNew } from '../expect-new.js';
import { tellOtherContent } from '../other-content.js';
import type { WriteOptions } from '../write-batch.js';
import { compareOnShard } from './compare-content.js';
import { endingHolds } from './end-holds.js';
import { statementOnShard } from './guarded-statement.js';
import { shardedStatement } from './sharded-statement.js';
import { statementByContent } from './statement-by-content.js';
import { type StoreRejects, storeRejectsOn, withRejects } from './store-rejects.js';

/** Writes batches of events to a store, divided or not. */
export interface EventWriter {
  readonly run: RunStatement;
  readonly findOverflows: NonNullable<WriteOptions['findOverflows']>;
}

type Places = { readonly places: readonly number[] };

/** Opens a writer for a store. It reads with the first batch how the store is divided. */
export function openEventWriter(
  database: Database,
  projections: readonly Projection[],
): EventWriter {
  let opened: { readonly map: ShardMap; readonly writer: EventWriter } | undefined;
  const open = async () => {
    const map = await readShardMap(database);
    if (opened?.map !== map) opened = { map, writer: writerTo(map, database, projections) };
    return opened;
  };
  return {
    async run(batch, rejects) {
      const { map, writer } = opened ?? (await open());
      try {
        return await writer.run(batch, rejects);
      } catch (error) {
        if (!refusesWhole(error) || !(await isDividedSince(database, map))) throw error;
        return (await open()).writer.run(batch, rejects);
      }
    },
    findOverflows: async (batch) => (opened ?? (await open())).writer.findOverflows(batch),
  };
}

/** Opens a writer for the shards of a store. Its rejects are stored by a connection of the store unless told otherwise. */
export function writerTo(
  map: ShardMap,
  database: Database,
  projections: readonly Projection[],
  store: StoreRejects = storeRejectsOn(database.pool),
): EventWriter {
  const prepared = !database.shares_session;
  const withoutLabels = projections.filter((projection) => !isByLabel(projection));
  const overflowsOf = (shard: Shard): EventWriter['findOverflows'] => {
    const find = statementOnShard<Places>(shard, overflowSql(projections, shard.tables), false);
    return async (batch) => (await find(batch, [])).places;
  };
  const statement = (shard: Shard, repeats: 'skip' | 'refuse'): RunStatement =>
    statementByContent(({ has_holds, has_labels }) => {
      // Holds are in the store itself. The server of a shard that can be moved cannot reach them.
      const isApart = shard.guard !== undefined;
      const folded = has_labels ? projections : withoutLabels;
      const text = appendAndFoldSql(folded, {
        repeats,
        tables: shard.tables,
        ends_holds: has_holds && !isApart,
        returns_holds: has_holds && isApart,
      });
      const run = statementOnShard<BatchAnswer>(shard, text, prepared);
      return has_holds && isApart ? endingHolds(run, database) : run;
    });
  const [only] = map.shards();
  if (!map.is_divided && only !== undefined) {
    const careful = tellOtherContent(statement(only, 'skip'), compareOnShard(only));
    return {
      run: presumeNew(statement(only, 'refuse'), careful),
      findOverflows: overflowsOf(only),
    };
  }
  return {
    run: shardedStatement({
      map,
      storeRejects: store,
      statementFor(shard) {
        const careful = withRejects(statement(shard, 'skip'), store);
        const hopeful = withRejects(statement(shard, 'refuse'), store);
        const log = shard.tables.local('event');
        return presumeNew(hopeful, tellOtherContent(careful, compareOnShard(shard)), log);
      },
      findOverflowsFor: overflowsOf,
    }),
    // Each stripe has found its own overflows already.
    findOverflows: async () => [],
  };
}
