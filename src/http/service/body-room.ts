import { unavailable } from '../problems/problem.js';

/** The room that the body of one request takes, of the room for all. */
export interface BodyRoom {
  /** @throws ProblemError 503 when the bodies of all requests at work take too much together. */
  take(bytes: number): void;
  /** Gives it back, once nothing of the body is needed any more. */
  close(): void;
}

/** Room for the decompressed bodies of all requests at work: what is made of them is a multiple of it. */
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
          // One body alone always has room: its own limit is a smaller one.
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
