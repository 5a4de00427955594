import { RunfoldError } from '../environment/runfold-error.js';

/** The log has no event with this id. */
export class UnknownEventError extends RunfoldError {
  readonly code = 'unknown_event';
  constructor(
    readonly id: string,
    readonly session_id: string | undefined,
  ) {
    const place = session_id === undefined ? 'this project' : `session ${session_id}`;
    super(`There is no event ${JSON.stringify(id)} in ${place}.`);
    this.name = 'UnknownEventError';
  }
}

/** Several sessions have an event with this id. */
export class AmbiguousEventError extends RunfoldError {
  readonly code = 'ambiguous_event';
  constructor(
    readonly id: string,
    /** The first of them in byte order, at most eleven. */
    readonly session_ids: readonly string[],
  ) {
    const named = session_ids.slice(0, 10).join(', ');
    super(
      `Expected one event ${id}, got one in each of the sessions ${named}${
        session_ids.length > 10 ? ' and more' : ''
      }. Name its session too: session_id, or --session.`,
    );
    this.name = 'AmbiguousEventError';
  }
}

/** A correction cannot be corrected; correct its original event again instead. */
export class CorrectionCorrectedError extends RunfoldError {
  readonly code = 'correction_corrected';
  constructor(
    readonly id: string,
    readonly corrects: string,
  ) {
    super(
      `Event ${id} is a correction and cannot be corrected. Correct ${corrects} again instead.`,
    );
    this.name = 'CorrectionCorrectedError';
  }
}

/** Other processes kept correcting the same event; this correction changed nothing. */
export class CorrectionContendedError extends RunfoldError {
  readonly code = 'correction_contended';
  constructor() {
    super('Other processes corrected the same event at the same time. Correct it again.');
    this.name = 'CorrectionContendedError';
  }
}
