import { ProblemError } from '../problems/problem.js';

/** Counts what each key asks for, so that none takes all. In memory: each process counts its own. */
export interface RateLimit {
  /**
   * Takes `amount` of a key's allowance.
   * @throws ProblemError 429 with Retry-After when it has none left.
   */
  take(key: string, amount?: number): void;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Buckets that are full again say nothing, and are thrown away past this number; others are kept. */
const fewBuckets = 10_000;

/**
 * A token bucket a key: it fills with `perSecond`, and holds two seconds' worth. An amount larger
 * than what it holds is let through when it is full, and leaves a debt.
 */
export function createRateLimit(what: string, perSecond: number, of = 'one key'): RateLimit {
  const buckets = new Map<string, Bucket>();
  const capacity = perSecond * 2;
  // When so many are there again they are looked through again.
  let mostBuckets = fewBuckets;
  const forgetFull = (now: number) => {
    for (const [key, { tokens, at }] of buckets) {
      if (tokens + ((now - at) / 1000) * perSecond >= capacity) buckets.delete(key);
    }
    mostBuckets = Math.max(fewBuckets, buckets.size * 2);
  };
  return {
    take(key, amount = 1) {
      const now = performance.now();
      const before = buckets.get(key) ?? { tokens: capacity, at: now };
      const tokens = Math.min(capacity, before.tokens + ((now - before.at) / 1000) * perSecond);
      const needed = Math.min(amount, capacity);
      if (tokens < needed) {
        const seconds = Math.max(1, Math.ceil((needed - tokens) / perSecond));
        throw new ProblemError(
          'rate_limited',
          `Expected at most ${perSecond} ${what} a second of ${of}, got more. Try again in ${seconds} s.`,
          { headers: { 'retry-after': String(seconds) } },
        );
      }
      if (buckets.size >= mostBuckets) forgetFull(now);
      buckets.set(key, { tokens: tokens - amount, at: now });
    },
  };
}
