import { onShard } from '../../store/shards/on-shard.js';
import type { Shard, ShardMap } from '../../store/shards/shard-map.js';
import { arenas, type RunStatement } from '../batch-statement.js';
import { encodeParts } from '../encode-batch.js';
import type { Reject } from '../reject.js';
import { type WriteOptions, writeEvents } from '../write-batch.js';
import { byStripe } from './by-stripe.js';

/** How a batch is written to the shards of a store. */
export interface ShardedOptions {
  readonly map: ShardMap;
  /** The statement that appends and folds events of one shard. It gets no rejects. */
  readonly statementFor: (shard: Shard) => RunStatement;
  /** Stores rejects, which belong to the store as a whole. Returns how many were new. */
  readonly storeRejects: (rejects: readonly Reject[]) => Promise<number>;
  /** Finds the events that take a total of a shard out of its range. */
  readonly findOverflowsFor?: ((shard: Shard) => WriteOptions['findOverflows']) | undefined;
  /** How many shards of one server are written at once. 1 on a single connection. Defaults to 2. */
  readonly lanes?: number | undefined;
}

/**
 * A statement that writes each event to the shard of its session. The events of one stripe are one
 * statement, and one transaction on the server that has the shard. Rejects are written first; their
 * ids make that repeatable. Data that Postgres refuses is found within its stripe, so the result
 * counts everything that was written. When one stripe fails, the others are still written, and
 * count as repeated when the batch is retried.
 */
export function shardedStatement(options: ShardedOptions): RunStatement {
  const { map, storeRejects, findOverflowsFor, lanes = 2 } = options;
  const known = new WeakMap<Shard, RunStatement>();
  const statementOf = (shard: Shard): RunStatement => {
    const found = known.get(shard);
    if (found !== undefined) return found;
    const made = options.statementFor(shard);
    known.set(shard, made);
    return made;
  };

  const writeStripe = (stripe: number, batch: Parameters<RunStatement>[0]) =>
    onShard(map, stripe, (shard) =>
      writeEvents(statementOf(shard), batch, [], { findOverflows: findOverflowsFor?.(shard) }),
    );

  return async (batch, rejects) => {
    let applied = 0;
    let rejected = rejects.length === 0 ? 0 : await storeRejects(rejects);
    const faults: unknown[] = [];
    const parts = byStripe(batch, map.stripes);
    const used = parts.map(() => arenas.take());
    const encoded = encodeParts(
      batch,
      parts.map(([, order]) => order),
      used,
    );
    const groups = parts.map(([stripe], at) => [stripe, encoded[at] ?? batch] as const);
    const busy = new Map<unknown, number>();
    // Each lane takes the next group whose server has a free lane.
    const lane = async (): Promise<void> => {
      for (;;) {
        const at = groups.findIndex(
          ([stripe]) => (busy.get(map.shardOf(stripe).database) ?? 0) < lanes,
        );
        const [group] = at < 0 ? [] : groups.splice(at, 1);
        if (group === undefined) return;
        const [stripe, part] = group;
        const { database } = map.shardOf(stripe);
        busy.set(database, (busy.get(database) ?? 0) + 1);
        try {
          const outcome = await writeStripe(stripe, part);
          applied += outcome.applied;
          rejected += outcome.rejected;
        } catch (error) {
          faults.push(error);
        } finally {
          busy.set(database, (busy.get(database) ?? 1) - 1);
        }
      }
    };
    const servers = new Set(groups.map(([stripe]) => map.shardOf(stripe).database)).size;
    await Promise.all(Array.from({ length: lanes * servers }, lane));
    for (const arena of used) arenas.giveBack(arena);
    if (faults.length > 0) throw faults[0];
    return { applied, rejected };
  };
}
