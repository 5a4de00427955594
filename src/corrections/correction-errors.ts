import { RunfoldError } from '../environment/runfold-error.js';

/** No event of this id is in the log. */
export class UnknownEventError extends RunfoldError {
  readonly code = 'unknown_event';
  constructor(
    readonly id: string,
    readonly session_id: string | undefined,
  ) {
    const place = session_id === undefined ? 'this project' : `session ${session_id}`;
    super(`Expected an event ${JSON.stringify(id)} in ${place}, got none.`);
    this.name = 'UnknownEventError';
  }
}

/** Several sessions have an event of this id. */
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

/** A correction cannot be corrected itself: what it corrects can, once more. */
export class CorrectionCorrectedError extends RunfoldError {
  readonly code = 'correction_corrected';
  constructor(
    readonly id: string,
    readonly corrects: string,
  ) {
    super(
      `Expected an event that was measured, got ${id}, a correction. Correct ${corrects} again instead.`,
    );
    this.name = 'CorrectionCorrectedError';
  }
}
