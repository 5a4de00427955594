/** How many events a worker puts into a batch, and how many it holds. */
export interface BatchSizes {
  /** Events in a batch after which no further job joins it. */
  readonly batch: number;
  /** Events of the jobs that it holds at once. */
  readonly in_hand: number;
}

/** The statement is fastest with about this many events. */
const perStatement = 5_000;
/** The limit of a batch, for the memory of the worker. */
const largestBatch = 40_000;

/**
 * In a divided store a batch is one statement per stripe, so it is larger: with half as many events
 * in each, Postgres needs a tenth and the worker half as much CPU again (8 stripes, Node 20).
 *
 * A worker holds two batches that are being written, and in an undivided store two that are ready
 * when the first of them is done.
 */
export function batchSizes(stripes: number): BatchSizes {
  const batch = Math.min(perStatement * stripes, largestBatch);
  return { batch, in_hand: Math.max(20_000, 2 * batch) };
}
