import { randomBytes } from 'node:crypto';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { migrateTier, openTier } from '#runfold/tier.js';
import { withClient } from '../harness/postgres-server.js';

/** Servers to measure on. */
export interface BenchServers {
  readonly postgres: string;
  readonly redis: string;
}

/** A store of its own, and what a process needs to find it. */
export interface BenchStore {
  readonly database: Database;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs `work` on a fresh store, and drops it afterwards. */
export async function withBenchStore<T>(
  servers: BenchServers,
  work: (store: BenchStore) => Promise<T>,
): Promise<T> {
  const name = `runfold_bench_${randomBytes(4).toString('hex')}`;
  await withClient(servers.postgres, (client) => client.query(`create database ${name}`));
  const url = new URL(servers.postgres);
  url.pathname = `/${name}`;
  const database = openDatabase(url.href);
  try {
    const tier = await openTier({ database_url: url.href, redis_url: servers.redis });
    await migrateTier(tier);
    await tier.close();
    return await work({
      database,
      env: {
        DATABASE_URL: url.href,
        REDIS_URL: servers.redis,
        RUNFOLD_REDIS_PREFIX: name,
        RUNFOLD_LOG_LEVEL: 'info',
      },
    });
  } finally {
    await database.close();
    await withClient(servers.postgres, (client) =>
      client.query(`drop database ${name} with (force)`),
    );
  }
}
