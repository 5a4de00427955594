import { chmodSync, chownSync, mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateTier, openTier } from '#runfold/tier.js';
import { withClient } from '../test/support/postgres-server.js';
import { withRedis } from '../test/support/redis-server.js';
import { unprivilegedUser } from '../test/support/server-binary.js';
import { openTcpProxy, type TcpProxy } from '../test/support/tcp-proxy.js';
import { createOwnPostgres, type OwnPostgres, postgresBinaries } from './own-postgres.js';
import { createOwnRedis, type OwnRedis, redisBinaries } from './own-redis.js';
import type { RoundPlan } from './plan.js';
import { openSmallDisk, type SmallDisk } from './small-disk.js';

/** The servers of the harness, which no one else uses, each also behind a proxy. */
export interface Stack {
  readonly postgres: OwnPostgres;
  readonly redis: OwnRedis;
  readonly postgresProxy: TcpProxy;
  readonly redisProxy: TcpProxy;
  /** Or why there is none. */
  readonly disk: SmallDisk | string;
  /** For the files of rounds. */
  readonly folder: string;
  /** An empty store for a round; its URL is the server's, not the proxy's. */
  createStore(name: string, plan: RoundPlan): Promise<{ url: string; drop(): Promise<void> }>;
  close(): Promise<void>;
}

/** What is missing to start the servers; undefined when nothing is. */
export function missingBinaries(): string | undefined {
  const missing = [
    ...(postgresBinaries() === undefined ? ['initdb and postgres'] : []),
    ...(redisBinaries() === undefined ? ['redis-server'] : []),
  ];
  return missing.length === 0 ? undefined : `no ${missing.join(' and no ')} on this machine`;
}

const template = 'runfold_chaos_template';

/** Starts a Redis and a Postgres in a temporary folder, on free ports. */
export async function openStack(): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'runfold-chaos-'));
  chmodSync(folder, 0o711);
  const ownFolder = (name: string, user: { uid?: number; gid?: number } = {}) => {
    const path = join(folder, name);
    mkdirSync(path, { mode: 0o700 });
    if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
    return path;
  };
  const redis = await createOwnRedis(redisBinaries() ?? '', ownFolder('redis'));
  const postgres = await createOwnPostgres(
    postgresBinaries() ?? '',
    ownFolder('postgres', unprivilegedUser()),
  );
  await Promise.all([redis.start(), postgres.start()]);
  const on = (name: string) => withPath(postgres.url, name);
  await withClient(postgres.url, (client) => client.query(`create database ${template}`));
  const tier = await openTier({ database_url: on(template) });
  await migrateTier(tier);
  await tier.close();
  const disk = openSmallDisk(join(folder, 'disk'));
  if (typeof disk !== 'string') {
    await withClient(postgres.url, (client) =>
      client.query(`create tablespace small_disk location '${disk.folder}'`),
    );
  }
  const postgresProxy = await openTcpProxy(postgres.url, 5432);
  const redisProxy = await openTcpProxy(redis.url, 6379);
  return {
    postgres,
    redis,
    postgresProxy,
    redisProxy,
    disk,
    folder,
    async createStore(name, plan) {
      const place = plan.small_disk ? ' tablespace small_disk' : '';
      redis.setAppendFsync(plan.appendfsync);
      await withRedis(redis.url, async (client) => {
        await client.config('SET', 'appendfsync', plan.appendfsync);
        await client.flushall();
      });
      await withClient(postgres.url, (client) =>
        client.query(`create database ${name} template ${template}${place}`),
      );
      return {
        url: on(name),
        drop: () =>
          withClient(postgres.url, async (client) => {
            await client.query(`drop database ${name} with (force)`);
          }),
      };
    },
    async close() {
      await Promise.all([postgresProxy.close(), redisProxy.close()]);
      await Promise.all([redis.stop(), postgres.stop()]);
      if (typeof disk !== 'string') disk.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The address of another database on the same server. */
export function withPath(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
