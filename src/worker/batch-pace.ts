import type { AdaptiveConcurrency } from './adaptive-concurrency.js';

/** Says how long jobs wait for more of them, so that they are written together. */
export interface BatchPace {
  /** Milliseconds until some waiting jobs may be written: 0 if they may now. */
  delay(jobs: number): number;
  start(): void;
  /** A batch was written in this many milliseconds. */
  end(ms: number): void;
}

/**
 * A batch updates each total once, so small ones cost more per event: 75 µs of Postgres's CPU with 100 events, 40 with
 * 500, 21 with 5,000. Written as soon as they arrive, a few thousand events per second would keep every lane busy.
 */
const spacing = 2;
/** Nobody waits longer for others, however slow Postgres is. */
const mostMs = 100;
/** From this share of a batch on, an event costs little more than in a full one. */
const fullShare = 0.2;
/** The weight of the latest batch in the mean. */
const latest = 1 / 8;

/**
 * Starts a batch when twice the time of a batch has passed since the start of the one before, and earlier if enough
 * events wait. So the first one after a pause starts at once, and a worker whose Postgres is busy writes larger batches.
 */
export function openBatchPace(
  batchEvents: number,
  { current, eventsPerJob }: Pick<AdaptiveConcurrency, 'current' | 'eventsPerJob'>,
): BatchPace {
  let meanMs = 0;
  let startedAt = Number.NEGATIVE_INFINITY;
  return {
    delay(jobs) {
      // A worker that holds as many jobs as it may would wait in vain for more.
      const full = Math.min((batchEvents * fullShare) / eventsPerJob(), current() / 2);
      if (jobs >= full) return 0;
      return Math.max(0, startedAt + Math.min(mostMs, spacing * meanMs) - performance.now());
    },
    start() {
      startedAt = performance.now();
    },
    end(ms) {
      meanMs += (ms - meanMs) * latest;
    },
  };
}

/** For a connection that other statements wait for too: every batch starts at once. */
export const unpaced: BatchPace = { delay: () => 0, start: () => undefined, end: () => undefined };
