import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Prepares to close idle connections to a server, also those on which nothing has arrived, such as those that a browser
 * opens ahead: Node.js takes them for busy. The result closes the connections that are idle when it is called.
 */
export function watchIdleConnections(server: Server): () => void {
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return () => {
    server.closeIdleConnections();
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  };
}
