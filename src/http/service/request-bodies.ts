import { createHash } from 'node:crypto';
import { ProblemError } from '../problems/problem.js';

/** Remembers the body of each Idempotency-Key. In memory: each process knows only its own requests. */
export interface RequestBodies {
  /** @throws ProblemError 409 if the key was used for another body */
  check(project: number, key: string, items: readonly unknown[]): void;
}

/** The maximum number of keys that are remembered; the oldest are forgotten first. */
const mostKeys = 50_000;

export function createRequestBodies(): RequestBodies {
  const digests = new Map<string, string>();
  return {
    check(project, key, items) {
      const name = `${project} ${key}`;
      const hash = createHash('sha1');
      for (const item of items) hash.update(JSON.stringify(item)).update('\n');
      const digest = hash.digest('base64');
      const before = digests.get(name);
      if (before !== undefined && before !== digest) {
        throw new ProblemError(
          'idempotency_key_reused',
          'This Idempotency-Key was used for another body, whose events have the ids that these events would get. Use a different key for each request.',
        );
      }
      digests.delete(name);
      digests.set(name, digest);
      const [oldest] = digests.keys();
      if (digests.size > mostKeys && oldest !== undefined) digests.delete(oldest);
    },
  };
}
