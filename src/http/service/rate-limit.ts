import { ProblemError } from '../problems/problem.js';

/** Limits the usage of each key. In memory: each process counts separately. */
export interface RateLimit {
  /**
   * Uses `amount` of a key's limit.
   * @throws ProblemError 429 with Retry-After if the limit is exceeded
   */
  take(key: string, amount?: number): void;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Above this number of buckets, full ones are removed, as they hold no information; others are kept. */
const fewBuckets = 10_000;

/**
 * One token bucket per key: it fills with `perSecond`, up to the amount of two seconds. An amount larger
 * than its capacity is allowed when it is full, and leaves a debt.
 */
export function createRateLimit(what: string, perSecond: number, of = 'one key'): RateLimit {
  const buckets = new Map<string, Bucket>();
  const capacity = perSecond * 2;
  // The number of buckets at which full ones are removed next.
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
          `More than ${perSecond} ${what} per second came from ${of}. Retry in ${seconds} s.`,
          { headers: { 'retry-after': String(seconds) } },
        );
      }
      if (buckets.size >= mostBuckets) forgetFull(now);
      buckets.set(key, { tokens: tokens - amount, at: now });
    },
  };
}
