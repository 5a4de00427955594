import { RunfoldError } from '../../environment/runfold-error.js';

/** Another rebuild of this store is running; two rebuilds would undo each other's work. */
export class RebuildRunningError extends RunfoldError {
  override readonly name = 'RebuildRunningError';
  readonly code = 'rebuild_running';

  constructor() {
    super('Another rebuild of this store is running. Wait for it to finish, or stop its process.');
  }
}

/** Other transactions kept the tables for longer than the rebuild may wait; the live totals are unchanged. */
export class RebuildBlockedError extends RunfoldError {
  override readonly name = 'RebuildBlockedError';
  readonly code = 'rebuild_blocked';

  constructor(
    readonly waited_ms: number,
    /** What the rebuild waited for. */
    readonly blocked_by: string,
    cause?: unknown,
  ) {
    super(
      `Gave up waiting for ${blocked_by} after ${waited_ms} ms, because transactions stayed open. ` +
        'End them (see pg_stat_activity) and rebuild again; the live totals are unchanged.',
      { cause },
    );
  }
}

/** An object that is not ours depends on a totals table, so the table cannot be swapped. */
export class RebuildDependentError extends RunfoldError {
  override readonly name = 'RebuildDependentError';
  readonly code = 'rebuild_dependent';

  constructor(
    /** What depends on the table, as Postgres describes it. */
    readonly dependent: string,
  ) {
    super(
      `A totals table cannot be swapped, because another object depends on it: ${dependent}. ` +
        'Base that object on the views of the schema runfold; the live totals are unchanged.',
    );
  }
}
