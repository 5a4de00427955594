import { getChannel } from '../protocol/response-scanner.js';
import type { ListenChange } from '../protocol/statement-text.js';
import type { ClientConnection } from './client-connection.js';

/** Who listens on what: the session listens for everyone, this sorts its notifications out. */
export interface ListenRegistry {
  /** Notes a client's LISTEN and UNLISTEN statements, about to run. */
  apply(client: ClientConnection, changes: readonly ListenChange[]): void;
  /** Sends notifications to their listeners but `except`, which has had them. */
  deliver(notifications: readonly Buffer[], except: ClientConnection | undefined): void;
  /** Statements that subscribe the session again to what another client's UNLISTEN ended, once. */
  takeRelisten(): string | undefined;
}

/** A LISTEN that fails or is rolled back leaves its client noted: it gets frames it may ignore. */
export function createListenRegistry(clients: ReadonlySet<ClientConnection>): ListenRegistry {
  let ended = false;

  return {
    apply(client, changes) {
      for (const { listen, channel } of changes) {
        if (listen && channel !== undefined) client.channels.add(channel);
        if (listen) continue;
        ended = true;
        if (channel === undefined) client.channels.clear();
        else client.channels.delete(channel);
      }
    },
    deliver(notifications, except) {
      for (const frame of notifications) {
        const channel = getChannel(frame);
        for (const client of clients) {
          if (client !== except && client.channels.has(channel)) client.write([frame]);
        }
      }
    },
    takeRelisten() {
      if (!ended) return undefined;
      ended = false;
      const channels = new Set([...clients].flatMap((client) => [...client.channels]));
      if (channels.size === 0) return undefined;
      return [...channels].map((name) => `LISTEN "${name.replaceAll('"', '""')}"`).join(';');
    },
  };
}
