import { randomBytes } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '#runfold/store/migrate.js';
import { dropCitusStores } from './citus-store.js';
import { databaseUrl } from './database-url.js';
import { withClient } from './postgres-server.js';
import { compilePrograms } from './programs.js';
import { withRedis } from './redis-server.js';
import { findServers, type TestServers } from './servers.js';

/** The values that the global setup provides to every test file. */
export interface TestRun {
  /** The prefix of every database of this run. */
  readonly databasePrefix: string;
  /** The prefix of every Redis key of this run. */
  readonly redisPrefix: string;
  readonly postgres:
    | { readonly url: string; readonly template: string }
    | { readonly url?: undefined; readonly missing: string };
  readonly redis: { readonly url: string } | { readonly url?: undefined; readonly missing: string };
}

declare module 'vitest' {
  export interface ProvidedContext {
    testRun: TestRun;
  }
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [prefix],
    );
    for (const { datname } of rows) {
      await client.query(`drop database if exists ${datname} with (force)`);
    }
  });
}

async function unlinkKeys(url: string, prefix: string): Promise<void> {
  await withRedis(url, async (redis) => {
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 })) {
      if (keys.length > 0) await redis.unlink(...keys);
    }
  });
}

async function cleanUp(servers: TestServers, run: TestRun): Promise<void> {
  // If a test stopped a server, that must not hide the results of the tests, so it is only
  // reported.
  const outcomes = await Promise.allSettled([
    run.postgres.url && dropDatabases(run.postgres.url, run.databasePrefix),
    dropCitusStores(run.databasePrefix),
    run.redis.url && unlinkKeys(run.redis.url, run.redisPrefix),
  ]);
  await servers.stop();
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected')
      console.warn('test servers: not cleaned up:', outcome.reason);
  }
}

/**
 * Runs once: finds the servers and migrates a template, from which every test file clones its own
 * database. Everything it creates has a random name, and only that is removed at the end.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const random = randomBytes(4).toString('hex');
  const databasePrefix = `runfold_test_${random}`;
  const template = `${databasePrefix}_template`;
  compilePrograms();
  const servers = await findServers();
  const { postgres, redis } = servers;
  const run: TestRun = {
    databasePrefix,
    redisPrefix: `runfold-test-${random}`,
    postgres: postgres.server
      ? { url: postgres.server.url, template }
      : { missing: postgres.missing },
    redis: redis.server ? { url: redis.server.url } : { missing: redis.missing },
  };
  console.log(`test servers: ${servers.report}`);
  try {
    if (run.postgres.url !== undefined) {
      await withClient(run.postgres.url, (client) => client.query(`create database ${template}`));
      await migrateDatabase(databaseUrl(run.postgres.url, template));
    }
  } catch (error) {
    await cleanUp(servers, run);
    throw error;
  }
  project.provide('testRun', run);
  return () => cleanUp(servers, run);
}
