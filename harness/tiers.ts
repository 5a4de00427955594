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

/** Where the store and the queue of a test are. */
export interface TestHome {
  /** The options of `openTier`. */
  readonly options: TierOptions;
  /** The same as environment variables. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A fresh, separate tier for a test, and how another process or producer connects to it. */
export interface TestTier extends TestHome {
  readonly tier: Tier;
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

function envOf(options: TierOptions): Record<string, string> {
  const env: Record<string, string> = {};
  if (options.dir !== undefined) env.RUNFOLD_DIR = options.dir;
  if (options.database_url !== undefined) env.DATABASE_URL = options.database_url;
  if (options.redis_url !== undefined) env.REDIS_URL = options.redis_url;
  if (options.redis_prefix !== undefined) env.RUNFOLD_REDIS_PREFIX = options.redis_prefix;
  return env;
}

/** Opens a tier with an empty store and queue. */
export async function openTestTier(name: TierName): Promise<TestTier> {
  const { options, remove } = await openers[name]();
  const tier = await openTier({ ...options, connections: 6 });
  await migrateTier(tier);
  return {
    tier,
    options,
    env: envOf(options),
    async close() {
      await tier.close();
      await remove();
    },
  };
}

/** An empty store and queue for the processes of a test, without a tier of its own. Nothing is in the folder of an embedded one. */
export async function createTestHome(name: TierName): Promise<TestHome> {
  if (name !== 'embedded') return openTestTier(name);
  const { options, remove } = await openers[name]();
  return { options, env: envOf(options), close: remove };
}

/** The same suite on each of the three tiers. */
export function describeOnEachTier(name: string, suite: (tier: TierName) => void): void {
  describe(`${name} on the embedded tier`, () => suite('embedded'));
  describeWithPostgres(`${name} on Postgres`, () => suite('postgres'));
  describeWithRedis(`${name} on Redis and Postgres`, () => suite('redis+postgres'));
}
