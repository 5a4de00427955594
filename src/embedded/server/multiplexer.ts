import { setImmediate as nextLoop } from 'node:timers/promises';
import { createResponseScanner, type ResponseScanner } from '../protocol/response-scanner.js';
import type { Unit } from '../protocol/unit-assembler.js';
import { copyFail, copyInResponse, simpleQuery, sync } from '../protocol/wire-message.js';
import type { ClientConnection } from './client-connection.js';
import type { EmbeddedDatabase } from './embedded-database.js';
import { createListenRegistry } from './listen-registry.js';

/** Lets many clients take turns on one session. */
export interface Multiplexer {
  add(client: ClientConnection): void;
  /** Call it when a client may have something to run. */
  wake(client: ClientConnection): void;
  /** Runs complete units, ends every client, and resolves when none is left. */
  close(): Promise<void>;
  /** Drops every client at once. */
  destroy(): void;
}

// How long turns may run before sockets are read again, in milliseconds.
const sliceMs = 4;
/** How long a client may keep the session without a statement while others wait, in milliseconds. */
const idleLimitMs = 30_000;
const copyGuard = copyFail('COPY FROM STDIN must be a simple query that starts with COPY');

/**
 * One unit runs at a time, in the order of arrival. While the session is in a transaction or in
 * the middle of a batch, it belongs to one client, and only that client's units run. A client that keeps it so while
 * others wait, and sends nothing for `idle_ms`, 30,000 by default, is disconnected, and its transaction is rolled back.
 * `on_death` is called when the session has died; nothing runs afterwards.
 */
export function createMultiplexer(
  db: EmbeddedDatabase,
  on_death: (error: unknown) => void,
  idle_ms = idleLimitMs,
): Multiplexer {
  const clients = new Set<ClientConnection>();
  const queue: ClientConnection[] = [];
  const queued = new Set<ClientConnection>();
  const listening = createListenRegistry(clients);
  let holder: ClientConnection | undefined;
  let in_batch = false;
  let in_transaction = false;
  /** A statement that may be a COPY FROM STDIN was prepared: from now on any batch may execute it. */
  let guard_always = false;
  let current: ClientConnection | undefined;
  let running = false;
  let dead = false;
  let on_empty: (() => void) | undefined;
  let idle: NodeJS.Timeout | undefined;

  function isRunnable(client: ClientConnection): boolean {
    const item = client.peek();
    if (item === undefined) return false;
    if (item === 'end') return true;
    if (item.copy_in?.announced && !item.copy_in.complete) return false;
    return client === holder || !client.isCongested();
  }

  function enqueue(client: ClientConnection): void {
    if (queued.has(client) || !isRunnable(client)) return;
    queued.add(client);
    queue.push(client);
  }

  function next(): ClientConnection | undefined {
    if (dead) return undefined;
    if (holder !== undefined) return isRunnable(holder) ? holder : undefined;
    for (let client = queue.shift(); client !== undefined; client = queue.shift()) {
      queued.delete(client);
      if (isRunnable(client)) return client;
    }
    return undefined;
  }

  async function drain(): Promise<void> {
    if (running) return;
    running = true;
    try {
      let since = performance.now();
      for (let client = next(); client !== undefined; client = next()) {
        current = client;
        await turn(client);
        current = undefined;
        if (client !== holder) enqueue(client);
        if (performance.now() - since < sliceMs) continue;
        await nextLoop();
        since = performance.now();
      }
    } catch (error) {
      dead = true;
      on_death(error);
    } finally {
      running = false;
      watchHolder();
    }
  }

  /** A client that is stopped in the middle of a transaction would otherwise stop all others. */
  function watchHolder(): void {
    const client = holder;
    if (dead || client === undefined || queue.length === 0) return;
    idle ??= setTimeout(() => client.endSoon(idleReason(idle_ms)), idle_ms).unref();
  }

  async function turn(client: ClientConnection): Promise<void> {
    clearTimeout(idle);
    idle = undefined;
    const item = client.peek();
    if (item === undefined) return;
    if (item === 'end') return leave(client);
    if (item.copy_in !== undefined && !item.copy_in.complete) {
      item.copy_in.announced = true;
      return client.write([copyInResponse(item.copy_in.binary)]);
    }
    client.take();
    await runUnit(client, item);
  }

  async function runUnit(client: ClientConnection, unit: Unit): Promise<void> {
    listening.apply(client, unit.listen_changes);
    guard_always ||= unit.may_copy_in;
    const guard = guard_always ? [copyGuard] : [];
    const response = createResponseScanner({
      is_listening: (channel) => client.channels.has(channel),
      drop_copy_in: unit.copy_in?.announced ?? false,
    });
    await db.run(Buffer.concat([...unit.parts, ...guard]), response);
    // The guard ended a COPY that had consumed the batch's own Sync.
    if (!unit.partial && response.status === undefined) await db.run(sync(), response);
    track(client, unit.partial, response);
    client.write(response.parts);
    listening.deliver(response.notifications, client);
    if (holder === undefined) await relisten();
  }

  function track(client: ClientConnection, partial: boolean, response: ResponseScanner): void {
    if (response.status !== undefined) in_transaction = response.status !== 'I';
    in_batch = partial;
    holder = in_batch || in_transaction ? client : undefined;
  }

  /** A client ends: its open transaction is rolled back before the next turn. */
  async function leave(client: ClientConnection): Promise<void> {
    client.take();
    if (client === holder) {
      if (in_batch) track(client, false, await runQuietly(sync()));
      if (in_transaction) track(client, false, await runQuietly(simpleQuery('ROLLBACK')));
      holder = undefined;
      await relisten();
    }
    part(client);
  }

  function part(client: ClientConnection): void {
    clients.delete(client);
    client.finish();
    if (clients.size === 0) on_empty?.();
  }

  async function relisten(): Promise<void> {
    const sql = listening.takeRelisten();
    if (sql !== undefined) await runQuietly(simpleQuery(sql));
  }

  async function runQuietly(message: Buffer): Promise<ResponseScanner> {
    const response = createResponseScanner({ is_listening: () => false, drop_copy_in: false });
    await db.run(message, response);
    listening.deliver(response.notifications, undefined);
    return response;
  }

  return {
    add(client) {
      clients.add(client);
    },
    wake(client) {
      const idle = client !== holder && client !== current;
      // Leaving needs no turn, so it does not wait for another client's transaction.
      if (idle && client.peek() === 'end') return part(client);
      if (idle) enqueue(client);
      void drain();
    },
    async close() {
      const empty = new Promise<void>((resolve) => {
        on_empty = resolve;
      });
      if (clients.size === 0) return;
      for (const client of [...clients]) client.endSoon('terminating connection: store is closing');
      await empty;
    },
    destroy() {
      dead = true;
      for (const client of clients) client.destroy();
    },
  };
}

const idleReason = (ms: number) =>
  `terminating connection: it kept a transaction open for ${ms} ms without a statement while others waited`;
