import { RunfoldError } from '../environment/runfold-error.js';

/** A value given to a query is not what it takes. Nothing has been read. */
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

/** A cursor that no page of this list, with these filters, has handed out. */
export class InvalidCursorError extends RunfoldError {
  readonly code = 'invalid_cursor';
  constructor(readonly got: string) {
    super(
      `cursor: Expected the next_cursor of a page with the same filters, got ${got}. ` +
        'Begin again without a cursor.',
    );
    this.name = 'InvalidCursorError';
  }
}

/** Several sessions have a run of this id. */
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

/** Runs delegate to runs deeper than a tree is read. */
export class RunTreeTooDeepError extends RunfoldError {
  readonly code = 'run_tree_too_deep';
  constructor(
    readonly run_id: string,
    readonly max_depth: number,
  ) {
    super(
      `Expected the tree of run ${run_id} to be at most ${max_depth} runs deep, got a deeper one. ` +
        'Raise max_depth, or begin at a run further down.',
    );
    this.name = 'RunTreeTooDeepError';
  }
}

/** More runs are below a run than a tree holds. */
export class RunTreeTooLargeError extends RunfoldError {
  readonly code = 'run_tree_too_large';
  constructor(
    readonly run_id: string,
    readonly max_runs: number,
  ) {
    super(
      `Expected the tree of run ${run_id} to hold at most ${max_runs} runs, got more. ` +
        'List its children page by page with parent_run_id, or begin at a run further down.',
    );
    this.name = 'RunTreeTooLargeError';
  }
}

/** An event by what makes it unique. */
export interface EventKey {
  /** The project. Defaults to 1. */
  readonly project?: number | undefined;
  readonly session_id: string;
  /** The event's id as it was sent. */
  readonly id: string;
}

/** Events have not reached the log in time; they may yet, unless they were rejected. */
export class NotFoldedError extends RunfoldError {
  readonly code = 'not_folded';
  constructor(
    readonly missing: readonly EventKey[],
    readonly timeout_ms: number,
  ) {
    super(
      `Expected all events in the log within ${timeout_ms} ms, got ${missing.length} still missing. ` +
        'Check that a worker runs, and look among the rejects.',
    );
    this.name = 'NotFoldedError';
  }
}

/** A tail cannot go on from where it was: it must begin anew, and what lies between read otherwise. */
export class TailExpiredError extends RunfoldError {
  readonly code = 'tail_expired';
  constructor(readonly hours: number) {
    super(
      `Expected a cursor of this database from the last ${hours} hours, got an older one. ` +
        'Begin again without a cursor, and list what came meanwhile.',
    );
    this.name = 'TailExpiredError';
  }
}
