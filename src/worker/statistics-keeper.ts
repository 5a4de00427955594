import type { Logger } from 'pino';
import type { WrittenBatch } from '../append/written-batch.js';
import { analyzeGrown } from '../postgres/analyze-grown.js';
import type { Database } from '../postgres/database.js';

/** Gathers statistics while a store grows, so that plans do not use those of an empty store. */
export interface StatisticsKeeper {
  /** Takes note of a batch; `isLast` says that none waits behind it. */
  noteBatch(batch: WrittenBatch, isLast: boolean): void;
  /** Waits for what is under way, and looks once more where enough was added. */
  close(): Promise<void>;
}

/** Events added after which a quiet moment is used for a look. */
const manyEvents = 1_000;
/** Events added after which a look does not wait for a quiet moment. */
const tooManyEvents = 50_000;

export function keepStatistics(database: Database, log: Logger): StatisticsKeeper {
  let added = 0;
  let looking: Promise<void> | undefined;

  const look = async () => {
    added = 0;
    try {
      const tables = await analyzeGrown(database, 'runfold_internal');
      if (tables.length > 0) log.debug({ tables }, 'statistics gathered');
    } catch (error) {
      // Plans are as before; the next look comes with the next events.
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
