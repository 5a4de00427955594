import type { BatchOutcome } from './write-batch.js';

/** One batch that was written. */
export interface WrittenBatch extends BatchOutcome {
  /** Events of the batch, rejects among them. */
  readonly events: number;
  /** From the first attempt to the commit. */
  readonly seconds: number;
}
