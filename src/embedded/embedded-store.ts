import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { getProcessStart } from '../environment/process-start.js';
import { type EmbeddedStoreError, isDiskFull, notWritable } from './folder/embedded-errors.js';
import { acquireOwnerLock, getOwner, ownsFolder } from './folder/owner-lock.js';
import {
  folderIdentity,
  isOwnerAlive,
  type OwnerRecord,
  socketDraft,
  wasWrittenFor,
} from './folder/owner-record.js';
import {
  prepareDataFolder,
  prepareSocketFolder,
  prepareStoreFolder,
  removeSocket,
} from './folder/store-folder.js';
import { type StoreThread, startStoreThread } from './store-thread.js';

export { EmbeddedStoreError, EmbeddedStoreInUseError } from './folder/embedded-errors.js';

/** Connection settings of an embedded store for pg and psql. */
export interface EmbeddedStoreConnection {
  /** The folder of the socket. */
  host: string;
  port: number;
  user: string;
  database: string;
  /** All connections share one session. */
  shares_session: true;
}

/** An embedded Postgres served by this process. */
export interface EmbeddedStore {
  /** The folder holding the store, absolute. */
  readonly dir: string;
  /** Connection settings for pg, valid in this and any other process of the same user. */
  readonly connection: EmbeddedStoreConnection;
  /** The process that serves the store. */
  readonly owner_pid: number;
  /**
   * Resolves when the store no longer serves: with `undefined` after `close()`, or with the error if
   * its thread died. The folder is then free and may be opened again.
   */
  readonly exited: Promise<EmbeddedStoreError | undefined>;
  /**
   * Stops serving: refuses new clients, runs statements that have completely arrived, rolls back open transactions,
   * ends the clients, shuts Postgres down cleanly, and frees the folder. May be called repeatedly.
   */
  close(): Promise<void>;
}

/**
 * Opens the embedded Postgres in a folder (created with mode 0700 if it does not exist) and serves it on a
 * Unix socket in that folder, from a thread of this process. Access to the folder is the only
 * authentication.
 *
 * For clients: all of them share one session. They take turns per statement batch or
 * transaction, so an open transaction blocks all others. `SET`, temporary tables, session
 * advisory locks and named prepared statements are shared by all clients; transaction-level
 * advisory locks work. A COPY FROM STDIN must be a simple query beginning with COPY. Cancel
 * requests and startup options (such as `options=-c …` or `statement_timeout`) are ignored.
 *
 * Guarantee: everything that was acknowledged survives if the process is killed at any instant.
 * It may not survive if the machine loses power, because PGlite does not fsync.
 *
 * `tcp_port` also serves the store on that port of 127.0.0.1, open to every local user; off by default.
 * `role` is shown to others that find the folder in use; defaults to "runfold". `yields` promises to close
 * the store when another process asks for the folder; see `serveEmbeddedStore`.
 *
 * @throws EmbeddedStoreInUseError if a live process, including this one, owns the folder
 * @throws EmbeddedStoreError if the folder cannot be used; see its `code`
 */
export async function openEmbeddedStore(options: {
  dir: string;
  tcp_port?: number;
  role?: string;
  yields?: boolean;
}): Promise<EmbeddedStore> {
  const dir = resolve(options.dir);
  await prepareStoreFolder(dir);
  const record: OwnerRecord = {
    pid: process.pid,
    role: options.role ?? 'runfold',
    started: (await getProcessStart(process.pid)) ?? 'unknown',
    socket_dir: await prepareSocketFolder(dir),
    nonce: randomUUID(),
    folder: await folderIdentity(dir),
    ...(options.yields === true ? { yields: true } : {}),
  };
  const named = (error: unknown) => (isDiskFull(error) ? notWritable(dir, error) : error);
  const lock = await acquireOwnerLock(dir, record).catch(async (error: unknown) => {
    if (record.socket_dir !== dir) await removeSocket(dir, record);
    throw named(error);
  });
  const free = async () => {
    // There may be another store with the old name now; do not remove its socket.
    if (record.socket_dir !== dir || (await ownsFolder(dir, record))) {
      await removeSocket(dir, record);
    }
    await lock.release();
  };
  try {
    const { data_dir, fresh } = await prepareDataFolder(dir, lock.predecessors);
    const thread = await startStoreThread(dir, {
      data_dir,
      fresh,
      socket_dir: record.socket_dir,
      draft_name: socketDraft(record),
      tcp_port: options.tcp_port,
    });
    return toStore(dir, record, thread, free);
  } catch (error) {
    await free();
    throw named(error);
  }
}

/** A store that a live process serves. */
export interface FoundStore {
  readonly connection: EmbeddedStoreConnection;
  readonly owner_pid: number;
  readonly role: string;
  /** Whether the process hands the folder over to one that asks for it. */
  readonly yields: boolean;
}

/** The store that another process (or this one) serves from a folder, if any. Changes nothing. */
export async function findEmbeddedStore(dir: string): Promise<FoundStore | undefined> {
  const owner = await getOwner(resolve(dir));
  if (owner === undefined || !(await wasWrittenFor(resolve(dir), owner))) return undefined;
  if (!(await isOwnerAlive(owner))) return undefined;
  const { pid: owner_pid, role, yields = false } = owner;
  return { connection: toConnection(owner), owner_pid, role, yields };
}

function toConnection(owner: OwnerRecord): EmbeddedStoreConnection {
  return {
    host: owner.socket_dir,
    port: 5432,
    user: 'postgres',
    database: 'postgres',
    shares_session: true,
  };
}

/** Milliseconds between two checks that the folder is still the same. */
const watchMs = 250;

function toStore(
  dir: string,
  record: OwnerRecord,
  thread: StoreThread,
  free: () => Promise<void>,
): EmbeddedStore {
  const watch = setInterval(async () => {
    const isOurs = await ownsFolder(dir, record).catch(() => true);
    if (!isOurs) thread.abandon('another folder, or none, is under its name now');
  }, watchMs).unref();
  const exited = thread.ended.then(async (error) => {
    clearInterval(watch);
    await free();
    return error;
  });
  let closing = false;
  return {
    dir,
    connection: toConnection(record),
    owner_pid: record.pid,
    exited,
    async close() {
      if (!closing) thread.stop();
      closing = true;
      await exited;
    },
  };
}
