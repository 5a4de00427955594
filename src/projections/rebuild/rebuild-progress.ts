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
}
