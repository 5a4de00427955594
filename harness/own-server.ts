import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessUser } from './server-binary.js';
import { waitUntil } from './wait-until.js';

/** The harness's own server. It can be killed, and restarted on the same data and port. */
export interface OwnServer {
  /** Starts it, repeatedly if needed, and waits until it responds. */
  start(): Promise<void>;
  /** Pauses it: its connections stay open, and it does not respond. */
  freeze(): void;
  /** Resumes it. */
  thaw(): void;
  /** SIGKILL to it and all its children at the same time. */
  kill(): Promise<void>;
  /** Stops it gracefully. */
  stop(): Promise<void>;
}

/** How to start a server. */
export interface OwnServerOptions {
  readonly name: string;
  readonly command: string;
  readonly folder: string;
  args(): readonly string[];
  readonly user?: ProcessUser;
  readonly stopSignal: NodeJS.Signals;
  /** Connects to the server. @throws while it is not available */
  reach(): Promise<unknown>;
}

export function createOwnServer(options: OwnServerOptions): OwnServer {
  const { name, command, folder, user, stopSignal } = options;
  let child: ChildProcess | undefined;
  let output = '';
  // When the harness itself exits, nothing can be awaited any more.
  const abandon = () => killTree(child);

  const spawnOnce = () => {
    const next = spawn(command, options.args(), {
      ...user,
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [next.stdout, next.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-4_000);
      });
    }
    child = next;
    process.once('exit', abandon);
    next.once('exit', () => process.off('exit', abandon));
  };
  const isRunning = () => child?.exitCode === null && child.signalCode === null;
  const end = async (act: () => void) => {
    if (!isRunning() || child === undefined) return;
    const ended = once(child, 'exit');
    act();
    await ended;
  };

  return {
    async start() {
      await waitUntil(
        async () => {
          // A Postgres whose children are still ending refuses to start, and is started again.
          if (!isRunning()) spawnOnce();
          return options.reach();
        },
        () => true,
        { what: `${name} to start`, intervalMs: 50 },
      ).catch((error) => {
        throw new Error(`${String(error)}\n${output}`);
      });
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    kill: () => end(() => killTree(child)),
    stop: () => end(() => child?.kill(stopSignal)),
  };
}

/** Kills a process and its children. The children of Postgres hold its data. */
function killTree(child: ChildProcess | undefined): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const children = childrenOf(child.pid);
  child.kill('SIGKILL');
  for (const pid of children) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** The children of a process, from /proc; none if the system has no such folder. */
function childrenOf(parent: number): number[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry) && parentOf(entry) === parent)
      .map(Number);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch (error) {
    // It has ended in the meantime.
    if (['ENOENT', 'ESRCH'].includes(String((error as NodeJS.ErrnoException).code))) return;
    throw error;
  }
}
