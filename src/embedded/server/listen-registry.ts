import { getChannel } from '../protocol/response-scanner.js';
import type { ListenChange } from '../protocol/statement-text.js';
import type { ClientConnection } from './client-connection.js';

/** The channels of each client: the session listens for all clients, and this distributes its notifications. */
export interface ListenRegistry {
  /** Records a client's LISTEN and UNLISTEN statements, before they run. */
  apply(client: ClientConnection, changes: readonly ListenChange[]): void;
  /** Sends notifications to their listeners except `except`, which has got them already. */
  deliver(notifications: readonly Buffer[], except: ClientConnection | undefined): void;
  /** Statements that subscribe the session again to channels that another client's UNLISTEN ended, returned once. */
  takeRelisten(): string | undefined;
}

/** After a LISTEN that fails or is rolled back, the client stays registered: it gets frames that it may ignore. */
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
