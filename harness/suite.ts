import { describe, inject, test } from 'vitest';

type ServerName = 'Postgres' | 'Redis';

function missingServers(needed: readonly ServerName[]): string | undefined {
  const { postgres, redis } = inject('testRun');
  const missing: string[] = [];
  if (needed.includes('Postgres') && postgres.url === undefined) {
    missing.push(`no Postgres: ${postgres.missing}`);
  }
  if (needed.includes('Redis') && redis.url === undefined) {
    missing.push(`no Redis: ${redis.missing}`);
  }
  return missing.length === 0 ? undefined : missing.join('; ');
}

/**
 * A suite that needs servers. Without them it is skipped under its own name with the reason. In CI
 * it fails instead, because a suite that never runs proves nothing.
 */
function describeWith(needed: readonly ServerName[], name: string, suite: () => void): void {
  const missing = missingServers(needed);
  if (missing === undefined) {
    describe(name, suite);
  } else if (process.env.CI) {
    describe(name, () => {
      test(`finds ${needed.join(' and ')}`, () => {
        throw new Error(`Nothing may be skipped in CI; ${missing}`);
      });
    });
  } else {
    // The reporter only counts skipped suites, so their names and the reason are printed here.
    console.warn(`skipped: ${name} (${missing})`);
    describe.skip(`${name} [skipped: ${missing}]`, suite);
  }
}

/** A suite against a real Postgres. */
export function describeWithPostgres(name: string, suite: () => void): void {
  describeWith(['Postgres'], name, suite);
}

/** A suite against a real Redis and a real Postgres. */
export function describeWithRedis(name: string, suite: () => void): void {
  describeWith(['Postgres', 'Redis'], name, suite);
}
