import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A server's address behind a proxy that a test can cut. */
export interface TcpProxy {
  /** The given URL with host and port replaced by the proxy's. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Lets connections through again. */
  restore(): Promise<void>;
  /** Breaks every connection; new ones are accepted at once. */
  drop(): void;
  /** Sends new connections to another server. Open ones stay. */
  retarget(url: string): void;
  /** Delays each piece of data by the given milliseconds in both directions; 0 for no delay. */
  slow(ms: number): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of the server of a URL. */
export async function openTcpProxy(url: string, defaultPort: number): Promise<TcpProxy> {
  let target = new URL(url);
  const sockets = new Set<Socket>();
  let delay = 0;
  const held = () =>
    new Transform({
      transform(chunk, _encoding, done) {
        if (delay === 0) done(null, chunk);
        else setTimeout(done, delay, null, chunk);
      },
    });
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // These tests cut connections on purpose. Both ends notice it.
    socket.on('error', () => socket.destroy());
  };
  const handle = (inner: Socket) => {
    const outer = connect(Number(target.port || defaultPort), target.hostname);
    track(inner);
    track(outer);
    inner.on('close', () => outer.destroy());
    outer.on('close', () => inner.destroy());
    // A socket that is destroyed during a delay drops the data, as a broken network does.
    inner.pipe(held()).pipe(outer);
    outer.pipe(held()).pipe(inner);
  };
  let server: Server | undefined;
  let port = 0;
  const listen = async () => {
    if (server !== undefined) return;
    const next = createServer(handle);
    await new Promise<void>((resolve, reject) => {
      next.once('error', reject);
      next.listen(port, '127.0.0.1', resolve);
    });
    const address = next.address();
    if (typeof address === 'object' && address !== null) port = address.port;
    server = next;
  };
  const cut = async () => {
    const closing = server;
    server = undefined;
    drop();
    if (closing !== undefined) await new Promise((resolve) => closing.close(resolve));
  };
  await listen();
  const proxied = new URL(url);
  proxied.hostname = '127.0.0.1';
  proxied.port = String(port);
  return {
    url: proxied.href,
    cut,
    restore: listen,
    drop,
    retarget(next) {
      target = new URL(next);
    },
    slow(ms) {
      delay = ms;
    },
    close: cut,
  };
}
