import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, inject } from 'vitest';
import {
  migrateTier,
  openTier,
  type Tier,
  type TierName,
  type TierOptions,
} from '#runfold/tier.js';
import { createTestDatabase } from './database.js';
import { createQueueNames, testRedisUrl } from './queue-prefix.js';
import { describeWithPostgres, describeWithRedis } from './suite.js';

/** A fresh, separate tier for a test, and how another process or producer connects to it. */
export interface TestTier {
  readonly tier: Tier;
  /** The options of `openTier`. */
  readonly options: TierOptions;
  /** The same as environment variables. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const openers: Record<TierName, () => Promise<{ options: TierOptions; remove(): Promise<void> }>> =
  {
    async embedded() {
      const dir = await mkdtemp(join(tmpdir(), 'runfold-test-'));
      return {
        options: { dir: join(dir, 'store') },
        remove: () => rm(dir, { recursive: true, force: true }),
      };
    },
    async postgres() {
      const home = await createTestDatabase();
      return { options: { database_url: home.url }, remove: home.drop };
    },
    async 'redis+postgres'() {
      const home = await createTestDatabase();
      return {
        options: {
          database_url: home.url,
          redis_url: testRedisUrl(),
          redis_prefix: createQueueNames().prefix,
        },
        remove: home.drop,
      };
    },
  };

/**
 * The tier that opens fastest, for suites that do not depend on the tier. Cloning a database takes
 * a tenth of the time of an embedded store, which is used without a Postgres.
 */
export function fastestTier(): TierName {
  return inject('testRun').postgres.url === undefined ? 'embedded' : 'postgres';
}

/** Opens a tier with an empty store and queue. */
export async function openTestTier(name: TierName): Promise<TestTier> {
  const { options, remove } = await openers[name]();
  const tier = await openTier({ ...options, connections: 6 });
  await migrateTier(tier);
  const env: Record<string, string> = {};
  if (options.dir !== undefined) env.RUNFOLD_DIR = options.dir;
  if (options.database_url !== undefined) env.DATABASE_URL = options.database_url;
  if (options.redis_url !== undefined) env.REDIS_URL = options.redis_url;
  if (options.redis_prefix !== undefined) env.RUNFOLD_REDIS_PREFIX = options.redis_prefix;
  return {
    tier,
    options,
    env,
    async close() {
      await tier.close();
      await remove();
    },
  };
}

/** The same suite on each of the three tiers. */
export function describeOnEachTier(name: string, suite: (tier: TierName) => void): void {
  describe(`${name} on the embedded tier`, () => suite('embedded'));
  describeWithPostgres(`${name} on Postgres`, () => suite('postgres'));
  describeWithRedis(`${name} on Redis and Postgres`, () => suite('redis+postgres'));
}
