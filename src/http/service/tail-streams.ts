import { ProblemError } from '../problems/problem.js';

/** The open tail streams; each polls the log. */
export interface TailStreams {
  /** Counts one more stream of a key; call the returned function when it ends. @throws ProblemError 429 */
  open(key: string, project: number): () => void;
  readonly count: number;
}

export function createTailStreams(limits: {
  readonly key_streams: number;
  readonly project_streams: number;
  readonly streams: number;
}): TailStreams {
  const perKey = new Map<string | number, number>();
  const add = (of: string | number, by: number) => {
    const left = (perKey.get(of) ?? 0) + by;
    if (left === 0) perKey.delete(of);
    else perKey.set(of, left);
  };
  let count = 0;
  return {
    open(key, project) {
      // Keys are strings and projects are numbers. No project may use up the streams of all.
      const isFull =
        (perKey.get(key) ?? 0) >= limits.key_streams ||
        (perKey.get(project) ?? 0) >= limits.project_streams;
      if (isFull || count >= limits.streams) {
        throw new ProblemError(
          'too_many_streams',
          `Too many tail streams are open: at most ${limits.key_streams} per key, ${limits.project_streams} per project and ${limits.streams} in total. Close one first.`,
          { headers: { 'retry-after': '10' } },
        );
      }
      add(key, 1);
      add(project, 1);
      count += 1;
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        count -= 1;
        add(key, -1);
        add(project, -1);
      };
    },
    get count() {
      return count;
    },
  };
}
