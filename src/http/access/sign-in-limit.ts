import { ProblemError } from '../problems/problem.js';

/** Counts failed sign-ins, so that nobody can guess keys. */
export interface SignInLimit {
  /** @throws ProblemError 429 if too many sign-ins from an address have failed */
  check(address: string): void;
  noteFailure(address: string): void;
}

const mostFailures = 10;
const windowMs = 60_000;
const mostAddresses = 10_000;

export function createSignInLimit(now: () => number = () => performance.now()): SignInLimit {
  const failures = new Map<string, { readonly since: number; readonly count: number }>();
  const recent = (address: string) => {
    const found = failures.get(address);
    return found !== undefined && now() - found.since < windowMs ? found : undefined;
  };
  return {
    check(address) {
      const found = recent(address);
      if (found === undefined || found.count < mostFailures) return;
      const seconds = Math.max(1, Math.ceil((found.since + windowMs - now()) / 1000));
      throw new ProblemError(
        'rate_limited',
        `More than ${mostFailures} sign-ins failed within a minute. Retry in ${seconds} s.`,
        { headers: { 'retry-after': String(seconds) } },
      );
    },
    noteFailure(address) {
      const { since, count } = recent(address) ?? { since: now(), count: 0 };
      if (failures.size >= mostAddresses) failures.clear();
      failures.set(address, { since, count: count + 1 });
    },
  };
}
