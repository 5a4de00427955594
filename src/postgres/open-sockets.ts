import { Socket } from 'node:net';
import type pg from 'pg';

/** How long a server may take to notice that a connection has ended, in milliseconds. */
const goodbyeMs = 1_000;

/** The sockets of a pool, so that nobody waits forever for a server that is frozen. */
export interface OpenSockets {
  /** The option of a pool or client of `pg` that creates its socket. */
  readonly stream: () => Socket;
  /** How many are open, including those that end. */
  count(): number;
  /** Breaks every connection: statements that run fail at once. The pool connects again when it is used. */
  interrupt(): void;
  /**
   * Ends a pool. Statements that run have `busy_ms` milliseconds, then their connections are broken. Resolves even if a
   * connection is never given back. `is_last` waits, for at most a second, until the server has ended the connections.
   */
  end(
    pool: pg.Pool,
    options: { readonly busy_ms: number; readonly is_last?: boolean },
  ): Promise<void>;
}

/** Keeps the sockets of one pool. */
export function keepSockets(): OpenSockets {
  const open = new Set<Socket>();
  let onLast: () => void = () => undefined;
  const interrupt = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    stream() {
      const socket = new Socket();
      open.add(socket);
      socket.once('close', () => {
        open.delete(socket);
        if (open.size === 0) onLast();
      });
      return socket;
    },
    count: () => open.size,
    interrupt,
    async end(pool, { busy_ms, is_last = false }) {
      let late: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        late = setTimeout(() => {
          interrupt();
          // Whoever has one of the connections now gets an error, and gives it back.
          setTimeout(resolve, goodbyeMs);
        }, busy_ms);
      });
      await Promise.race([pool.end(), limit]);
      clearTimeout(late);
      // `pool.end` does not wait until the connections that nobody used have ended; a frozen server never ends them.
      const last = new Promise<void>((resolve) => {
        onLast = resolve;
        setTimeout(() => {
          interrupt();
          resolve();
        }, goodbyeMs).unref();
      });
      if (is_last && open.size > 0) await last;
    },
  };
}
