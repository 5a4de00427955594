import type { CorrectionReport } from '../corrections/fold-correction.js';
import type { Metrics } from '../events/metric-fields.js';
import type { HttpCaller } from './http-caller.js';
import { createJsonRequests } from './json-requests.js';

/** A correction that was sent to the service. */
export interface ClientCorrection extends CorrectionReport {
  /**
   * If the correction is on the queue and not in the totals: `not_in_time` after ten seconds, or
   * `database_unavailable`: then nobody could look. The same call again is the same correction.
   */
  readonly reason?: 'not_in_time' | 'database_unavailable' | undefined;
}

/** Names the event to correct. */
export interface ClientCorrectionOptions {
  /** The id as it was sent. */
  readonly id: string;
  /** Its session. Defaults to the only session with an event of this id. */
  readonly session_id?: string | undefined;
  /** Only says what would change. Defaults to false. */
  readonly dry_run?: boolean | undefined;
}

/** Corrections of events of the key's project. They need a key for `admin`. */
export interface CorrectionsClient {
  /**
   * Sets figures of an event: tokens, seconds and US dollars. Resolves once the totals include the correction.
   * @throws ApiError `not_found`, `ambiguous_event` with `session_ids`, or `correction_corrected`
   */
  correctEvent(
    options: ClientCorrectionOptions & { readonly set: Metrics },
  ): Promise<ClientCorrection>;
  /** Sets all figures of an event to 0; it still counts. @throws ApiError as `correctEvent` does */
  voidEvent(options: ClientCorrectionOptions): Promise<ClientCorrection>;
}

export function createCorrectionsClient(caller: HttpCaller): CorrectionsClient {
  const { post } = createJsonRequests(caller);
  return {
    correctEvent: (options) => post('/v1/corrections', options),
    voidEvent: (options) => post('/v1/corrections', { ...options, void: true }),
  };
}
