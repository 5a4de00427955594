import { RunfoldError } from '../environment/runfold-error.js';

/** An option of a query is invalid. Nothing was read. */
export class InvalidQueryError extends RunfoldError {
  readonly code = 'invalid_query';
  constructor(
    readonly field: string,
    readonly expected: string,
    readonly got: string,
  ) {
    super(`${field}: Expected ${expected}, got ${got}.`);
    this.name = 'InvalidQueryError';
  }
}

/** A cursor that does not belong to a page of this list with these filters. */
export class InvalidCursorError extends RunfoldError {
  readonly code = 'invalid_cursor';
  constructor(
    readonly got: string,
    /** What it was given as. */
    readonly field = 'cursor',
    readonly expected = 'the next_cursor of a page with the same filters',
  ) {
    super(`${field}: Expected ${expected}, got ${got}. Start again without it.`);
    this.name = 'InvalidCursorError';
  }
}

/** Several sessions have a run with this id. */
export class AmbiguousRunError extends RunfoldError {
  readonly code = 'ambiguous_run';
  constructor(
    readonly run_id: string,
    /** The first of them in byte order, at most eleven. */
    readonly session_ids: readonly string[],
  ) {
    const named = session_ids.slice(0, 10).join(', ');
    super(
      `Expected one run ${run_id}, got one in each of the sessions ${named}${
        session_ids.length > 10 ? ' and more' : ''
      }. Give session_id too.`,
    );
    this.name = 'AmbiguousRunError';
  }
}

/** The tree of a run has more levels than `max_depth`. */
export class RunTreeTooDeepError extends RunfoldError {
  readonly code = 'run_tree_too_deep';
  constructor(
    readonly run_id: string,
    readonly max_depth: number,
  ) {
    super(
      `The tree of run ${run_id} has more than ${max_depth} levels. ` +
        'Raise max_depth, or start at a run further down.',
    );
    this.name = 'RunTreeTooDeepError';
  }
}

/** A run has more runs below it than a tree may have. */
export class RunTreeTooLargeError extends RunfoldError {
  readonly code = 'run_tree_too_large';
  constructor(
    readonly run_id: string,
    readonly max_runs: number,
  ) {
    super(
      `The tree of run ${run_id} has more than ${max_runs} runs. ` +
        'List its children page by page with parent_run_id, or start at a run further down.',
    );
    this.name = 'RunTreeTooLargeError';
  }
}

/** The fields that identify an event. */
export interface EventKey {
  /** The project. Defaults to 1. */
  readonly project?: number | undefined;
  readonly session_id: string;
  /** The event's id, as it was sent. */
  readonly id: string;
}

/** Events did not reach the log in time; they may still do so, unless they were rejected. */
export class NotFoldedError extends RunfoldError {
  readonly code = 'not_folded';
  constructor(
    readonly missing: readonly EventKey[],
    readonly timeout_ms: number,
  ) {
    super(
      `After ${timeout_ms} ms, ${missing.length} events are not in the log. ` +
        'Check that a worker is running, and check the rejects.',
    );
    this.name = 'NotFoldedError';
  }
}

/** A tail cannot continue from its cursor: start a new one, and list the events in between. */
export class TailExpiredError extends RunfoldError {
  readonly code = 'tail_expired';
  constructor(readonly hours: number) {
    super(
      `The cursor is older than ${hours} hours, or from another database. ` +
        'Start again without a cursor, and list the events in between.',
    );
    this.name = 'TailExpiredError';
  }
}
