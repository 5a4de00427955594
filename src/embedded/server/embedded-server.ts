import { rename } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { socketName } from '../folder/owner-record.js';
import { createClientConnection } from './client-connection.js';
import type { EmbeddedDatabase } from './embedded-database.js';
import { createMultiplexer, type Multiplexer } from './multiplexer.js';

/** Accepts clients immediately, and serves them as soon as there is a session. */
export interface EmbeddedServer {
  serve(db: EmbeddedDatabase): void;
  /** Refuses new clients, runs complete messages, and ends every client. */
  close(): Promise<void>;
}

/**
 * Listens in `socket_dir`, and on the loopback interface if `tcp_port` is given. The socket is created as `draft_name`
 * and then renamed. When a server, thread or process ends, Node.js deletes the name that the socket was created with.
 * By then that could be the socket of another store. The owner of the folder deletes the socket.
 */
export async function openEmbeddedServer(options: {
  socket_dir: string;
  /** A name that no other server uses; at most as long as the socket's. */
  draft_name: string;
  tcp_port: number | undefined;
  on_death: (error: unknown) => void;
}): Promise<EmbeddedServer> {
  let multiplexer: Multiplexer | undefined;
  let session: EmbeddedDatabase | undefined;
  const waiting = new Set<Socket>();

  function admit(socket: Socket): void {
    socket.setNoDelay(true);
    if (session === undefined || multiplexer === undefined) {
      waiting.add(socket);
      socket.once('error', () => socket.destroy());
      socket.once('close', () => waiting.delete(socket));
      return;
    }
    const { add, wake } = multiplexer;
    add(createClientConnection(socket, session.parameters, wake));
  }

  const draft = join(options.socket_dir, options.draft_name);
  const servers = [await listen(admit, { path: draft })];
  await rename(draft, join(options.socket_dir, socketName));
  if (options.tcp_port !== undefined) {
    servers.push(await listen(admit, { host: '127.0.0.1', port: options.tcp_port }));
  }

  return {
    serve(db) {
      session = db;
      multiplexer = createMultiplexer(db, (error) => {
        multiplexer?.destroy();
        options.on_death(error);
      });
      for (const socket of waiting) admit(socket);
      waiting.clear();
    },
    async close() {
      const closed = servers.map(
        (server) => new Promise<void>((resolve) => server.close(() => resolve())),
      );
      for (const socket of waiting) socket.destroy();
      await multiplexer?.close();
      await Promise.all(closed);
    },
  };
}

function listen(
  admit: (socket: Socket) => void,
  address: { path: string } | { host: string; port: number },
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(admit);
    server.once('error', reject);
    server.listen(address, () => resolve(server));
  });
}
