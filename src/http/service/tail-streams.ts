import { ProblemError } from '../problems/problem.js';

/** The tail streams that are open; each looks at the log now and then. */
export interface TailStreams {
  /** Counts one more of a key; call the answer when it ends. @throws ProblemError 429 */
  open(key: string): () => void;
  readonly count: number;
}

export function createTailStreams(limits: {
  readonly key_streams: number;
  readonly streams: number;
}): TailStreams {
  const perKey = new Map<string, number>();
  let count = 0;
  return {
    open(key) {
      const ofKey = perKey.get(key) ?? 0;
      if (ofKey >= limits.key_streams || count >= limits.streams) {
        throw new ProblemError(
          'too_many_streams',
          `Expected at most ${limits.key_streams} tail streams of one key and ${limits.streams} of all, got one more. Close one first.`,
          { headers: { 'retry-after': '10' } },
        );
      }
      perKey.set(key, ofKey + 1);
      count += 1;
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        count -= 1;
        const left = (perKey.get(key) ?? 1) - 1;
        if (left === 0) perKey.delete(key);
        else perKey.set(key, left);
      };
    },
    get count() {
      return count;
    },
  };
}
