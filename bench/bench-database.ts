import { randomBytes } from 'node:crypto';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { migrateTier, openTier } from '#runfold/tier.js';
import { withClient } from '../harness/postgres-server.js';

/** The servers to measure on. */
export interface BenchServers {
  readonly postgres: string;
  readonly redis: string;
}

/** A separate store, and the environment that a process needs to find it. */
export interface BenchStore {
  readonly database: Database;
  readonly env: Readonly<Record<string, string>>;
}

/** The prefix of every database of this run. */
const runName = `runfold_bench_${randomBytes(4).toString('hex')}`;
const template = `${runName}_template`;
let templateMade: Promise<void> | undefined;
let stores = 0;

const urlOf = (servers: BenchServers, name: string) => {
  const url = new URL(servers.postgres);
  url.pathname = `/${name}`;
  return url.href;
};

const dropDatabase = (servers: BenchServers, name: string) =>
  withClient(servers.postgres, (client) =>
    client.query(`drop database if exists ${name} with (force)`),
  );

/** Migrates one database. Every store of this run is a copy of it. */
async function makeTemplate(servers: BenchServers): Promise<void> {
  await withClient(servers.postgres, (client) => client.query(`create database ${template}`));
  const database_url = urlOf(servers, template);
  const tier = await openTier({ database_url, redis_url: servers.redis });
  try {
    await migrateTier(tier);
  } finally {
    await tier.close();
  }
}

/** Drops the database that the stores of this run were copied from. */
export async function dropTemplate(servers: BenchServers): Promise<void> {
  if (templateMade !== undefined) await dropDatabase(servers, template);
  templateMade = undefined;
}

/** Runs `work` on a fresh store, and drops it afterwards. */
export async function withBenchStore<T>(
  servers: BenchServers,
  work: (store: BenchStore) => Promise<T>,
): Promise<T> {
  templateMade ??= makeTemplate(servers);
  await templateMade;
  const name = `${runName}_${stores++}`;
  await withClient(servers.postgres, (client) =>
    client.query(`create database ${name} template ${template}`),
  );
  const url = urlOf(servers, name);
  const database = openDatabase(url);
  try {
    return await work({
      database,
      env: {
        DATABASE_URL: url,
        REDIS_URL: servers.redis,
        RUNFOLD_REDIS_PREFIX: name,
        RUNFOLD_LOG_LEVEL: 'info',
      },
    });
  } finally {
    await database.close();
    await dropDatabase(servers, name);
  }
}
