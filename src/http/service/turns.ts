import { unavailable } from '../problems/problem.js';

/** Limits how many tasks that need much memory run at the same time; some more may wait. */
export interface Turns {
  /** @throws ProblemError 503 if too many are waiting already */
  take<T>(work: () => Promise<T>): Promise<T>;
}

export function createTurns(options: {
  /** How many run at the same time. */
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
          throw unavailable('busy', 'Too many large bodies are being read. Retry shortly.');
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
