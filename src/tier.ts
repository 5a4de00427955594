import { setTimeout as pause } from 'node:timers/promises';
import {
  type EmbeddedStoreError,
  EmbeddedStoreInUseError,
  findEmbeddedStore,
} from './embedded/embedded-store.js';
import { becomeHeir, type Heir } from './embedded/heir.js';
import { serveEmbeddedStore, shareEmbeddedStore } from './embedded/share-store.js';
import { checkServers } from './environment/config.js';
import { codeOf } from './environment/error-fields.js';
import { type Database, type DatabaseTarget, openDatabase } from './postgres/database.js';
import { recordFingerprints } from './projections/fold/fingerprint.js';
import { cleanUpRebuild } from './projections/rebuild/rebuild-claim.js';
import type { QueueTarget } from './queue/queue-target.js';
import { checkEncoding, checkMigrated, migrateStore } from './store/migrate.js';
import { explainDatabaseError } from './store/store-errors.js';

/** Which servers a store uses. */
export type TierName = 'embedded' | 'postgres' | 'redis+postgres';

/** The store and the queue of one of the three tiers, which differ only in the connection. */
export interface Tier {
  readonly name: TierName;
  /** The place of the store, without a password. */
  readonly place: string;
  readonly target: DatabaseTarget;
  readonly database: Database;
  readonly queue: QueueTarget;
  /** Whether this process serves the embedded store, and therefore migrates it. */
  readonly is_owner: boolean;
  /**
   * Resolves when this process no longer serves the embedded store: with `undefined` after `close`,
   * or with the error if the store's thread died. It never resolves in other cases.
   */
  readonly exited: Promise<EmbeddedStoreError | undefined>;
  /** Only for an embedded store that another process serves: serves it once nobody else does. */
  readonly inherit?: () => Heir;
  close(): Promise<void>;
}

/** Settings of a tier. */
export interface TierOptions {
  /** Postgres; undefined for the embedded store. */
  readonly database_url?: string | undefined;
  /** Redis; undefined for a queue on the store's Postgres. */
  readonly redis_url?: string | undefined;
  /** The prefix of the queue's keys in Redis. Defaults to `runfold`. */
  readonly redis_prefix?: string | undefined;
  /** How many queues in Redis events are spread over. Defaults to one, and to 16 in a cluster. */
  readonly redis_queues?: number | undefined;
  /** The embedded store's folder. Defaults to `.runfold`. */
  readonly dir?: string | undefined;
  /** A loopback TCP port that also serves an embedded store, for tools like psql. */
  readonly tcp_port?: number | undefined;
  /** Whether to refuse an embedded store that another process serves. Defaults to false. */
  readonly exclusive?: boolean | undefined;
  /** The name of this process, for error messages of others. Defaults to `runfold`. */
  readonly role?: string | undefined;
  /** The maximum number of connections. Defaults to 4. */
  readonly connections?: number | undefined;
}

/**
 * Opens the tier that the settings name. On the embedded tier it serves and migrates the store, or
 * joins a process that already does so; on servers, the operator must call `migrateTier`.
 */
export async function openTier(options: TierOptions): Promise<Tier> {
  checkServers(options);
  return options.database_url === undefined
    ? openEmbeddedTier(options)
    : openServerTier(options.database_url, options);
}

/** Brings the tables of store and queue up to date. Many processes may do so at the same time. */
export async function migrateTier(tier: Tier): Promise<void> {
  // Loaded here, because a program that only reads would spend half of its start on the queue's library.
  const { migrateQueue } = await import('./queue/open-queue.js');
  try {
    await checkEncoding(tier.database);
    // The queue first, so that a store with all migrations is completely usable.
    await migrateQueue(tier.queue);
    await migrateStore(tier.database);
    await cleanUpRebuild(tier.database);
    await recordFingerprints(tier.database);
  } catch (error) {
    throw explainDatabaseError(error);
  }
}

async function openServerTier(url: string, options: TierOptions): Promise<Tier> {
  const database = openDatabase(url, { max: options.connections ?? 4 });
  const queue: QueueTarget =
    options.redis_url === undefined
      ? { kind: 'postgres', connection: url }
      : {
          kind: 'redis',
          url: options.redis_url,
          prefix: options.redis_prefix,
          queues: options.redis_queues,
        };
  const { host, pathname } = new URL(url);
  return {
    name: options.redis_url === undefined ? 'postgres' : 'redis+postgres',
    place: `${host || 'local Postgres'}${pathname}`,
    target: url,
    database,
    queue,
    is_owner: false,
    exited: new Promise(() => undefined),
    close: database.close,
  };
}

async function openEmbeddedTier(options: TierOptions): Promise<Tier> {
  const dir = options.dir ?? '.runfold';
  const settings = {
    dir,
    role: options.role ?? 'runfold',
    ...(options.tcp_port === undefined ? {} : { tcp_port: options.tcp_port }),
  };
  const served = options.exclusive ? await serveEmbeddedStore(settings) : undefined;
  const { connection, served: store } =
    served === undefined
      ? await shareEmbeddedStore(settings)
      : { connection: served.connection, served };
  const database = openDatabase(connection, { max: options.connections ?? 4 });
  const tier: Tier = {
    name: 'embedded',
    place: dir,
    target: connection,
    database,
    queue: { kind: 'postgres', connection },
    is_owner: store !== undefined,
    exited: store?.exited ?? new Promise(() => undefined),
    ...(store === undefined ? { inherit: () => becomeHeir(settings, connection) } : {}),
    async close() {
      await database.close();
      await store?.close();
    },
  };
  try {
    if (tier.is_owner) await migrateTier(tier);
    else if ((await waitUntilMigrated(database, dir)) === 'free') {
      await tier.close();
      return await openEmbeddedTier(options);
    }
  } catch (error) {
    await tier.close();
    throw error;
  }
  return tier;
}

/**
 * The owner of an embedded store first listens, then responds, and migrates last; other processes wait for
 * that. Returns `free` if the owner ended meanwhile.
 */
async function waitUntilMigrated(database: Database, dir: string): Promise<'migrated' | 'free'> {
  for (const deadline = performance.now() + 30_000; ; await pause(100)) {
    try {
      await checkMigrated(database);
      return 'migrated';
    } catch (error) {
      const code = codeOf(error);
      const isAway = code === 'database_unreachable';
      if (!isAway && code !== 'migrations_missing') throw error;
      const owner = await findEmbeddedStore(dir);
      if (owner === undefined) return 'free';
      if (performance.now() < deadline) continue;
      if (!isAway) throw error;
      const { owner_pid: pid, role } = owner;
      throw new EmbeddedStoreInUseError({ pid, role, dir, is_silent: true });
    }
  }
}
