import { RunfoldError } from '../../environment/runfold-error.js';

/** Another rebuild of this store is under way; two would only undo each other's work. */
export class RebuildRunningError extends RunfoldError {
  override readonly name = 'RebuildRunningError';
  readonly code = 'rebuild_running';

  constructor() {
    super(
      'Expected no other rebuild of this store, got one under way. Wait for its end, or stop its process.',
    );
  }
}

/** Others held on to the tables for longer than the rebuild may wait; the live totals are as before. */
export class RebuildBlockedError extends RunfoldError {
  override readonly name = 'RebuildBlockedError';
  readonly code = 'rebuild_blocked';

  constructor(
    readonly waited_ms: number,
    /** What was waited for. */
    readonly blocked_by: string,
    cause?: unknown,
  ) {
    super(
      `Expected ${blocked_by} within ${waited_ms} ms, got transactions that stayed open. ` +
        'End them (see pg_stat_activity) and rebuild again; the live totals are untouched.',
      { cause },
    );
  }
}

/** Something of somebody's own hangs on a live table, which therefore cannot be replaced. */
export class RebuildDependentError extends RunfoldError {
  override readonly name = 'RebuildDependentError';
  readonly code = 'rebuild_dependent';

  constructor(
    /** What depends on the table, as Postgres describes it. */
    readonly dependent: string,
  ) {
    super(
      `Expected only views upon the tables of runfold_internal, got: ${dependent}. ` +
        'Base it on the views of the schema runfold; the live totals are untouched.',
    );
  }
}
