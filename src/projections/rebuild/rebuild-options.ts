import type { Projection } from '../language/projection.js';

/** Settings of a rebuild. */
export interface RebuildOptions {
  /** The projections to rebuild. Defaults to all. */
  readonly projections?: readonly Projection[] | undefined;
  /** Connections that fold at the same time, at most the pool's. Defaults to 2; an embedded store has one. */
  readonly lanes?: number | undefined;
  /** Events one statement folds, about. Defaults to 200,000, and to 10,000 on an embedded store. */
  readonly chunk?: number | undefined;
  /** Builds and compares, and changes nothing. Defaults to false. */
  readonly dry_run?: boolean | undefined;
  /** Rows to correct in place at most; where more differ the tables are swapped. Defaults to 2,000. */
  readonly repair_limit?: number | undefined;
  /** How long to wait for others' long transactions, in milliseconds. Defaults to 600,000. */
  readonly patience_ms?: number | undefined;
  /** Told of each step; the rebuild goes on when what it returns has settled. */
  readonly on_progress?: ((progress: RebuildProgress) => void | Promise<void>) | undefined;
  /** Stops the rebuild before its next statement; the live totals are then as before. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Where a rebuild is, in this order: `cut` is about to mark the cut; `fold` folds the log up to it;
 * `merge` merges partials; `index` indexes the result; `catch_up` folds the events that came
 * meanwhile; `compare` compares with the live tables; `swap` is about to put the result in place.
 */
export type RebuildStep = 'cut' | 'fold' | 'merge' | 'index' | 'catch_up' | 'compare' | 'swap';

/** How far a step is: `done` parts of `total`. */
export interface RebuildProgress {
  readonly step: RebuildStep;
  readonly done: number;
  readonly total: number;
  /** Which shard it is, from 0, and of how many; absent in a store that is not divided. */
  readonly shard?: { readonly at: number; readonly of: number };
}
