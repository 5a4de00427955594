import { nameBasedUuid } from '../events/event-id.js';

/** An event that was not taken, as it is stored. */
export interface Reject {
  /** Made from the job and the place in it: a job delivered again rejects into the same row. */
  readonly id: string;
  readonly job_id: string;
  readonly project: number;
  readonly position: number;
  /** `invalid_job`, `invalid_event`, or the SQLSTATE with which Postgres refused it. */
  readonly code: string;
  readonly message: string;
  /** What came, as JSON text. */
  readonly payload: string;
}

export function rejectOf(
  fault: Omit<Reject, 'id' | 'payload'> & { readonly payload: unknown },
): Reject {
  return {
    ...fault,
    id: nameBasedUuid(`${fault.job_id}/${fault.position}`),
    payload: JSON.stringify(fault.payload) ?? 'null',
    // A message may quote what came; Postgres stores no NUL.
    message: fault.message.replaceAll('\0', '\\0').toWellFormed(),
  };
}
