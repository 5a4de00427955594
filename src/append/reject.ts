import { nameBasedUuid } from '../events/event-id.js';
import { boundedJson } from './bounded-json.js';

/** An event that was not accepted, as it is stored. */
export interface Reject {
  /** Made from the job and the position in it, so a redelivered job writes the same row. */
  readonly id: string;
  readonly job_id: string;
  readonly project: number;
  readonly position: number;
  /**
   * `invalid_job`, `invalid_event`, `other_content`, or the SQLSTATE with which Postgres refused
   * the event.
   */
  readonly code: string;
  readonly message: string;
  /** The input as JSON. If it is too long, a JSON string with its beginning. */
  readonly payload: string;
}

/**
 * The maximum number of characters of a payload: more than any valid event needs, even with
 * escapes.
 */
export const mostPayload = 524_288;
/**
 * The maximum number of characters of a payload once the rejects of a job hold `mostJobPayloads`
 * together.
 */
export const shortPayload = 2_000;
export const mostJobPayloads = 16 * 2 ** 20;
const mostMessage = 8_000;
const mostJobId = 1_000;

/**
 * Makes a reject that can be stored whatever the input is: it is bounded and has no characters that
 * Postgres refuses.
 */
export function toReject(
  fault: Omit<Reject, 'id' | 'payload'> & {
    readonly payload: unknown;
    /** The maximum number of characters of the payload. Defaults to `mostPayload`. */
    readonly most?: number;
    /** The payload as JSON, if it exists already. */
    readonly json?: string | undefined;
  },
): Reject {
  const { payload, json, most = mostPayload, ...place } = fault;
  return {
    ...place,
    id: nameBasedUuid(`${fault.job_id}/${fault.position}`),
    job_id: storable(fault.job_id, mostJobId),
    payload: json === undefined ? boundedJson(payload, most) : storable(json, Infinity),
    message: storable(fault.message, mostMessage),
  };
}

/** A string that Postgres accepts: it stores neither NUL nor half a surrogate pair. */
function storable(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return cut.replaceAll('\0', '\\0').toWellFormed();
}

/** The same reject in ASCII, for a database whose encoding lacks some of its characters. */
export function inAscii(reject: Reject): Reject {
  return {
    ...reject,
    job_id: escaped(reject.job_id),
    message: escaped(reject.message),
    payload: escaped(reject.payload),
  };
}

/** The same reject without its input, for when even that cannot be stored. */
export function withoutContent(reject: Reject, reason: string): Reject {
  const message = `The event could not be kept either: ${reason}`;
  return { ...reject, job_id: '', message: escaped(storable(message, 500)), payload: 'null' };
}

/** Within JSON these escapes mean the same characters. */
function escaped(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
