import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type EmbeddedStore,
  type EmbeddedStoreConnection,
  EmbeddedStoreInUseError,
  findEmbeddedStore,
  openEmbeddedStore,
} from './embedded-store.js';
import { askForFolder, takeBackRequest } from './folder/handover.js';

/** A connection to the store of a folder, whichever process serves it. */
export interface SharedStore {
  readonly connection: EmbeddedStoreConnection;
  /** The store, if this process serves it. */
  readonly served: EmbeddedStore | undefined;
}

/** How long another owner may take to start or to end, in milliseconds. */
const patience = 30_000;
const interval = 100;

/**
 * Joins the process that serves a folder, or serves it. If several start at once, one serves and
 * the others wait for it; if an owner ends meanwhile, the next one serves.
 * @throws EmbeddedStoreInUseError if a live owner does not respond within `patience_ms`, 30,000 by default
 */
export async function shareEmbeddedStore(options: {
  dir: string;
  tcp_port?: number;
  role?: string;
  yields?: boolean;
  patience_ms?: number;
}): Promise<SharedStore> {
  const { patience_ms = patience, ...settings } = options;
  const deadline = performance.now() + patience_ms;
  for (;;) {
    try {
      const found = await findEmbeddedStore(options.dir);
      if (found === undefined) {
        const served = await openEmbeddedStore(settings);
        return { connection: served.connection, served };
      }
      if (await answers(found.connection))
        return { connection: found.connection, served: undefined };
      if (performance.now() > deadline) {
        const { owner_pid: pid, role } = found;
        throw new EmbeddedStoreInUseError({ pid, role, dir: options.dir, is_silent: true });
      }
    } catch (error) {
      if (!(error instanceof EmbeddedStoreInUseError) || performance.now() > deadline) throw error;
    }
    await pause(interval);
  }
}

/**
 * Serves a folder. A guest that serves it only because its owner had ended hands it over.
 * @throws EmbeddedStoreInUseError if another process serves it, or if a guest has not handed it over within 30 seconds
 */
export async function serveEmbeddedStore(
  settings: Parameters<typeof openEmbeddedStore>[0],
): Promise<EmbeddedStore> {
  const { dir } = settings;
  const deadline = performance.now() + patience;
  for (let isAsked = false; ; await pause(interval)) {
    try {
      const store = await openEmbeddedStore(settings);
      if (isAsked) await takeBackRequest(dir);
      return store;
    } catch (error) {
      if (!(error instanceof EmbeddedStoreInUseError) || performance.now() > deadline) throw error;
      const found = await findEmbeddedStore(dir);
      isAsked ||= found?.yields === true;
      if (!isAsked) throw error;
      await askForFolder(dir);
    }
  }
}

/** An owner's record is in the folder before it listens, and for a moment after it has stopped. */
function answers({ host, port }: EmbeddedStoreConnection): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(join(host, `.s.PGSQL.${port}`));
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
