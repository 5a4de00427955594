import { setTimeout as pause } from 'node:timers/promises';
import type { EventBatch } from '#runfold/append/batch.js';
import { type RunStatement, statementOn } from '#runfold/append/write-batch.js';
import type { Database } from '#runfold/postgres/database.js';
import { isConflict } from '#runfold/postgres/postgres-errors.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { projections } from '#runfold/projections/projections.js';

/** Events per write, and how often each writer writes: 5,000 events per second. */
export const pacedBatch = 100;
const everyMs = 20;
const writerCount = 2;

/** Writers that run while something else is measured. */
export interface PacedWriters {
  /**
   * Ends them. Returns how many events they wrote and the longest time between two commits of one
   * writer.
   */
  stop(): Promise<{ readonly events: number; readonly longest_gap_ms: number }>;
}

/**
 * Starts two writers that together append and fold 10,000 events per second, each on a separate
 * connection.
 */
export function startWriters(database: Database, batches: Iterator<EventBatch>): PacedWriters {
  const text = appendAndFoldSql(projections);
  let stopped = false;
  let [events, longest] = [0, 0];
  const write = async () => {
    const client = await database.pool.connect();
    try {
      const run = statementOn(client, text, true);
      const started = performance.now();
      let committed = Number.NaN;
      for (let turn = 0; !stopped; turn++) {
        await pause(Math.max(0, started + turn * everyMs - performance.now()));
        const { value, done } = batches.next();
        if (done) throw new Error('Expected events for as long as the writers run');
        while (!(await attempt(run, value)));
        const now = performance.now();
        // The first commit of a connection includes planning, and there is none before it.
        if (turn > 1) longest = Math.max(longest, now - committed);
        committed = now;
        events += pacedBatch;
      }
    } finally {
      client.release();
    }
  };
  const ends = Promise.all(Array.from({ length: writerCount }, write));
  // `stop` reports it.
  ends.catch(() => undefined);
  return {
    async stop() {
      stopped = true;
      await ends;
      return { events, longest_gap_ms: longest };
    },
  };
}

/**
 * Whether the batch was committed. It is not after a conflict with another transaction, and is then
 * retried.
 */
async function attempt(run: RunStatement, batch: EventBatch): Promise<boolean> {
  try {
    await run(batch, []);
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}
