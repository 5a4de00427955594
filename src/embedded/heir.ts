import { connect } from 'node:net';
import { join } from 'node:path';
import { sleep } from '../environment/sleep.js';
import type { EmbeddedStore, EmbeddedStoreConnection } from './embedded-store.js';
import { isAskedFor } from './folder/handover.js';
import { socketName } from './folder/owner-record.js';
import { shareEmbeddedStore } from './share-store.js';

/** A guest of an embedded store that serves it itself if nobody else does. */
export interface Heir {
  /** From now on it does not wait for another process to serve the store. */
  hurry(): void;
  /** Stops; closes the store if this process serves it now. */
  close(): Promise<void>;
}

/** How long the store may be without an owner, in milliseconds: a service that is restarted needs a few seconds. */
const patienceMs = 10_000;
/** The pause after a failed attempt, in milliseconds. */
const retryMs = 500;
/** The time between two looks for a process that wants to serve the store, in milliseconds. */
const lookMs = 250;

/**
 * Watches the owner of an embedded store. If it ends, and no other process serves the store within ten seconds, this one
 * does: otherwise the events that a guest has accepted could not be written any more. It hands the store over to a process
 * that asks to serve it, unless it is closing with unwritten events.
 */
export function becomeHeir(
  settings: { readonly dir: string; readonly role: string },
  { host }: EmbeddedStoreConnection,
): Heir {
  const closing = new AbortController();
  const hurried = new AbortController();
  let served: EmbeddedStore | undefined;

  const watch = async () => {
    while (!closing.signal.aborted) {
      await untilGone(join(host, socketName), closing.signal);
      await sleep(patienceMs, AbortSignal.any([closing.signal, hurried.signal]));
      if (closing.signal.aborted) return;
      try {
        served = (await shareEmbeddedStore({ ...settings, yields: true })).served;
        if (served !== undefined) await untilAskedFor(served);
        await served?.close();
      } catch {
        // Whoever needs the store reports that it is away.
        await sleep(retryMs, closing.signal);
      }
    }
  };
  /** Resolves when the store has ended, or when another process wants to serve it. */
  const untilAskedFor = async ({ dir, exited }: EmbeddedStore) => {
    let ended = false;
    const ending = exited.then(() => {
      ended = true;
    });
    while (!ended && !closing.signal.aborted) {
      if (!hurried.signal.aborted && (await isAskedFor(dir))) return;
      await Promise.race([ending, sleep(lookMs, closing.signal)]);
    }
    await ending;
  };
  const watching = watch();

  return {
    hurry: () => hurried.abort(),
    async close() {
      closing.abort();
      await served?.close();
      await watching;
      // It may have begun to serve the store in the meantime.
      await served?.close();
    },
  };
}

/** Resolves when nobody listens on a socket any more. */
function untilGone(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(path).unref().resume();
    const leave = () => socket.destroy();
    socket.once('error', leave).once('end', leave);
    socket.once('close', () => {
      signal.removeEventListener('abort', leave);
      resolve();
    });
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
  });
}
