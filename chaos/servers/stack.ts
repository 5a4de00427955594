import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateTier, openTier } from '#runfold/tier.js';
import {
  createOwnPostgres,
  type OwnPostgres,
  postgresBinaries,
} from '../../harness/own-postgres.js';
import { withClient } from '../../harness/postgres-server.js';
import { withRedis } from '../../harness/redis-server.js';
import { unprivilegedUser } from '../../harness/server-binary.js';
import { openSmallDisk, type SmallDisk } from '../../harness/small-disk.js';
import { openTcpProxy, type TcpProxy } from '../../harness/tcp-proxy.js';
import type { RoundPlan } from '../round/plan.js';
import { createOwnRedis, type OwnRedis, redisBinaries } from './own-redis.js';

/** The harness's own servers. Each is also reachable through a proxy. */
export interface Stack {
  readonly postgres: OwnPostgres;
  readonly redis: OwnRedis;
  readonly postgresProxy: TcpProxy;
  readonly redisProxy: TcpProxy;
  /** A string says why there is none. */
  readonly disk: SmallDisk | string;
  /** The folder for the files of rounds. */
  readonly folder: string;
  /** The versions of the servers, for the report. */
  readonly versions: string;
  /**
   * Creates an empty store for a round, on running servers. Its URL is the server's, not the
   * proxy's.
   */
  createStore(name: string, plan: RoundPlan): Promise<{ url: string; drop(): Promise<void> }>;
  close(): Promise<void>;
}

/** What is missing to start the servers; undefined if nothing is. */
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
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  // Run in reverse, also if opening fails.
  const undo: (() => unknown)[] = [remove];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const disk = openSmallDisk(join(folder, 'disk'));
    if (typeof disk !== 'string') undo.push(disk.close);
    const redis = await createOwnRedis(redisBinaries() ?? '', ownFolder(folder, 'redis'));
    const postgres = await createOwnPostgres(
      postgresBinaries() ?? '',
      ownFolder(folder, 'postgres', unprivilegedUser()),
    );
    // If the harness exits, this runs after the exit handlers of the servers and the disk.
    process.once('exit', remove);
    undo.push(() => process.off('exit', remove), redis.stop, postgres.stop);
    await Promise.all([redis.start(), postgres.start()]);
    await migrate(postgres.url, disk);
    const postgresProxy = await openTcpProxy(postgres.url, 5432);
    undo.push(postgresProxy.close);
    const redisProxy = await openTcpProxy(redis.url, 6379);
    undo.push(redisProxy.close);
    return {
      postgres,
      redis,
      postgresProxy,
      redisProxy,
      disk,
      folder,
      versions: `Postgres ${await postgres.version()}, Redis ${await redis.version()}`,
      async createStore(name, plan) {
        // A cancelled round may have left one of them stopped.
        await Promise.all([redis.start(), postgres.start()]);
        await Promise.all([redisProxy.restore(), postgresProxy.restore()]);
        redis.setAppendFsync(plan.appendfsync);
        await withRedis(redis.url, async (client) => {
          await client.config('SET', 'appendfsync', plan.appendfsync);
          await client.flushall();
        });
        return createDatabase(postgres.url, name, plan.small_disk);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function ownFolder(parent: string, name: string, user: { uid?: number; gid?: number } = {}) {
  const path = join(parent, name);
  mkdirSync(path, { mode: 0o700 });
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
  return path;
}

/**
 * Creates the template from which the stores of rounds are cloned, and the tablespace of the small
 * disk.
 */
async function migrate(url: string, disk: SmallDisk | string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`create database ${template}`);
    if (typeof disk === 'string') return;
    await client.query(`create tablespace small_disk location '${disk.folder}'`);
  });
  const tier = await openTier({ database_url: withPath(url, template) });
  await migrateTier(tier);
  await tier.close();
}

async function createDatabase(url: string, name: string, isOnSmallDisk: boolean) {
  const place = isOnSmallDisk ? ' tablespace small_disk' : '';
  const run = (sql: string) => withClient(url, async (client) => void (await client.query(sql)));
  await run(`create database ${name} template ${template}${place}`);
  return {
    url: withPath(url, name),
    drop: () => run(`drop database ${name} with (force)`),
  };
}

/** The address of another database on the same server. */
export function withPath(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
