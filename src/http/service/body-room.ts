import { unavailable } from '../problems/problem.js';

/** The share of one request's body in the memory for all bodies. */
export interface BodyRoom {
  /** @throws ProblemError 503 if the bodies of all requests in flight are too large together */
  take(bytes: number): void;
  /** Releases it, once the body is no longer needed. */
  close(): void;
}

/** Memory for the decompressed bodies of all requests in flight; parsing them needs a multiple of it. */
export interface BodyRooms {
  open(): BodyRoom;
}

export function createBodyRooms(most: number): BodyRooms {
  let taken = 0;
  return {
    open() {
      let own = 0;
      return {
        take(bytes) {
          // A single body always fits: its own limit is smaller.
          if (taken + bytes > most && own < taken) {
            throw unavailable('busy', 'Too many large requests are being read. Retry shortly.');
          }
          taken += bytes;
          own += bytes;
        },
        close() {
          taken -= own;
          own = 0;
        },
      };
    },
  };
}
