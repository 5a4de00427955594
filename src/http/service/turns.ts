import { unavailable } from '../problems/problem.js';

/** Lets a few at a time do what takes much memory; some more wait for their turn. */
export interface Turns {
  /** @throws ProblemError 503 when too many wait already. */
  take<T>(work: () => Promise<T>): Promise<T>;
}

export function createTurns(options: {
  /** How many are at it at once. */
  readonly atOnce: number;
  /** How many more may wait. */
  readonly waiting: number;
}): Turns {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return {
    async take(work) {
      if (busy >= options.atOnce) {
        if (waiting.length >= options.waiting) {
          throw unavailable('busy', 'Expected fewer large bodies at once, got more.');
        }
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      busy += 1;
      try {
        return await work();
      } finally {
        busy -= 1;
        waiting.shift()?.();
      }
    },
  };
}
