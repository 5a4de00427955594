import type { Projection } from '../language/projection.js';

/** Settings of a rebuild. */
export interface RebuildOptions {
  /** The projections to rebuild. Defaults to all. */
  readonly projections?: readonly Projection[] | undefined;
  /** How many connections fold at the same time, at most those of the pool. Defaults to 2; an embedded store has one. */
  readonly lanes?: number | undefined;
  /** About how many events one statement folds. Defaults to 200,000, and to 10,000 on an embedded store. */
  readonly chunk?: number | undefined;
  /** Builds and compares without changing anything. Defaults to false. */
  readonly dry_run?: boolean | undefined;
  /** The maximum number of rows to correct in place; if more differ, the tables are swapped. Defaults to 2,000. */
  readonly repair_limit?: number | undefined;
  /** How long to wait for long transactions of others, in milliseconds. Defaults to 600,000. */
  readonly patience_ms?: number | undefined;
  /** Called with each step; the rebuild continues when the returned promise has settled. */
  readonly on_progress?: ((progress: RebuildProgress) => void | Promise<void>) | undefined;
  /** Stops the rebuild before its next statement; the live totals are then unchanged. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The steps of a rebuild, in this order: `cut` is about to mark the cut-off; `fold` folds the log up to it;
 * `merge` merges partials; `index` indexes the result; `catch_up` folds the events that have
 * arrived since the cut-off; `compare` compares with the live tables; `swap` is about to swap the tables.
 */
export type RebuildStep = 'cut' | 'fold' | 'merge' | 'index' | 'catch_up' | 'compare' | 'swap';

/** The progress of a step: `done` parts of `total`. */
export interface RebuildProgress {
  readonly step: RebuildStep;
  readonly done: number;
  readonly total: number;
  /** Which shard it is, from 0, and of how many; absent in a store that is not divided. */
  readonly shard?: { readonly at: number; readonly of: number };
}
