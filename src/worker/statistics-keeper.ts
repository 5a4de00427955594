import type { Logger } from 'pino';
import type { WrittenBatch } from '../append/written-batch.js';
import { analyzeGrown } from '../postgres/analyze-grown.js';
import type { Database } from '../postgres/database.js';
import { readShardMap } from '../store/shards/open-shard-map.js';
import { oneOfEachServer } from '../store/shards/shard-map.js';

/** Gathers statistics while a store grows, so that plans do not use those of an empty store. */
export interface StatisticsKeeper {
  /** Records a batch; `isLast` says that no other is waiting. */
  noteBatch(batch: WrittenBatch, isLast: boolean): void;
  /** Waits for running work, and gathers once more if enough events were added. */
  close(): Promise<void>;
}

/** The number of added events after which a quiet moment is used to gather. */
const manyEvents = 1_000;
/** The number of added events after which gathering does not wait for a quiet moment. */
const tooManyEvents = 50_000;

export function keepStatistics(database: Database, log: Logger): StatisticsKeeper {
  let added = 0;
  let looking: Promise<void> | undefined;

  const look = async () => {
    added = 0;
    try {
      const tables = await analyzeStore(database);
      if (tables.length > 0) log.debug({ tables }, 'statistics gathered');
    } catch (error) {
      // Plans stay as they were. The next events trigger the next attempt.
      log.warn({ err: error }, 'could not gather statistics');
    } finally {
      looking = undefined;
    }
  };

  return {
    noteBatch({ applied }, isLast) {
      added += applied;
      if (added >= (isLast ? manyEvents : tooManyEvents)) looking ??= look();
    },
    async close() {
      await looking;
      if (added >= manyEvents) await look();
    },
  };
}

/**
 * Gathers statistics for the tables of a store that have at least doubled, also for those of its shards on other servers.
 * Returns their names.
 */
export async function analyzeStore(database: Database): Promise<readonly string[]> {
  const names = [...(await analyzeGrown(database, 'runfold_internal'))];
  const map = await readShardMap(database);
  if (map.is_spread !== true) return names;
  for (const { database: server, tables } of oneOfEachServer(map)) {
    const { schema, settings } = tables;
    if (server !== database) names.push(...(await analyzeGrown(server, schema, settings)));
  }
  return names;
}
