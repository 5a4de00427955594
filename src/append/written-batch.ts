import type { BatchOutcome } from './write-batch.js';

/** One batch that was written. */
export interface WrittenBatch extends BatchOutcome {
  /** Events of the batch, including rejects. */
  readonly events: number;
  /** From the first attempt to the commit. */
  readonly seconds: number;
}
