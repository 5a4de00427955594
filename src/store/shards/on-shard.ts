import { codeOf } from '../../environment/error-fields.js';
import { undefinedTable } from '../../postgres/sql-states.js';
import { type Shard, type ShardMap, ShardMovedError } from './shard-map.js';

/** How often moved shards are looked up again for one piece of work. A move ends with one switch. */
export const mostMoves = 5;

/** Whether an error says that a shard is no longer where the map has it. */
export function isMoved(error: unknown): boolean {
  return error instanceof ShardMovedError || codeOf(error) === undefinedTable;
}

/**
 * Does work on a shard. If the shard has been moved, it is looked up, and the work is repeated. The work must say so by
 * its error.
 */
export async function onShard<T>(
  map: ShardMap,
  stripe: number,
  work: (shard: Shard) => Promise<T>,
): Promise<T> {
  for (let moves = 0; ; moves++) {
    const shard = map.shardOf(stripe);
    try {
      return await work(shard);
    } catch (error) {
      if (shard.guard === undefined || !isMoved(error) || moves === mostMoves) throw error;
      await map.refresh();
    }
  }
}

/**
 * Does the same with work that only reads, and checks afterwards that it read the shard: what a move leaves behind can
 * be read for a while, without what was written since.
 */
export function readShard<T>(
  map: ShardMap,
  stripe: number,
  read: (shard: Shard) => Promise<T>,
): Promise<T> {
  return onShard(map, stripe, async (shard) => {
    const found = await read(shard);
    const { database, guard } = shard;
    if (guard === undefined) return found;
    const [row] = await database.query<{ is_here: boolean }>(guard.check);
    if (row?.is_here !== true) throw new ShardMovedError(stripe);
    return found;
  });
}
