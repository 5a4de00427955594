import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessUser } from './server-binary.js';
import type { TestServer } from './test-server.js';
import { waitUntil } from './wait-until.js';

/** How to start a server. */
export interface ServerOptions {
  readonly name: string;
  readonly command: string;
  readonly user?: ProcessUser;
  /** Creates what the server needs in its new folder and returns its arguments. */
  prepare(folder: string): Promise<readonly string[]>;
  /** The signal that ends it at once. Five seconds later it is killed. */
  readonly stopSignal: NodeJS.Signals;
  /** Connects to the server. @throws while it is not available */
  reach(stop: TestServer['stop']): Promise<TestServer>;
}

interface ServerProcess {
  /** Why it is no longer running; undefined while it runs. */
  exited(): string | undefined;
  stop(): Promise<void>;
}

/** A new temporary folder that belongs to `user` and that no other user can enter. */
function temporaryFolder(user: ProcessUser = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'runfold-test-server-'));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  return folder;
}

function outcome(child: ChildProcess, output: string): string | undefined {
  if (child.exitCode === null && child.signalCode === null) return undefined;
  return `it ended with ${child.exitCode ?? child.signalCode}: ${output.trim().slice(-500)}`;
}

async function spawnServer(
  options: ServerOptions,
  folder: string,
  args: readonly string[],
): Promise<ServerProcess> {
  const { command, user, stopSignal } = options;
  const child = spawn(command, args, { ...user, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-4_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  // If the run is interrupted, nothing can be awaited any more.
  const abandon = (): void => {
    child.kill(stopSignal);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  };
  process.once('exit', abandon);
  const ended = once(child, 'close');
  await once(child, 'spawn');
  return {
    exited: () => outcome(child, output),
    async stop() {
      process.off('exit', abandon);
      if (outcome(child, output) !== undefined) return;
      child.kill(stopSignal);
      const forced = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(forced);
    },
  };
}

/**
 * Starts a server with a separate folder and waits until it is available. The folder is removed
 * when the server stops or cannot be started, and the process ends with ours.
 */
export async function startServer(options: ServerOptions): Promise<TestServer> {
  const folder = temporaryFolder(options.user);
  let server: ServerProcess | undefined;
  const stop = async (): Promise<void> => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const started = await spawnServer(options, folder, await options.prepare(folder));
    server = started;
    const reached = await waitUntil<TestServer | string>(
      () => started.exited() ?? options.reach(stop),
      () => true,
      { what: `${options.name} to start`, intervalMs: 50 },
    );
    if (typeof reached === 'string') throw new Error(reached);
    return reached;
  } catch (error) {
    await stop();
    throw error;
  }
}
