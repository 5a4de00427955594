import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A message of a fixture process. */
export interface Said {
  event: string;
  code?: string;
  pid?: number;
  text?: string;
  payload?: string;
  connection?: { host: string; port: number; user: string; database: string };
}

/** Starts a fixture script of this folder. */
export function startChild(script: string, argument: string): ChildProcess {
  return fork(new URL(script, import.meta.url), [argument], { execArgv: [] });
}

/** The next message of a fixture process. */
export async function getSaid(child: ChildProcess): Promise<Said> {
  const [said] = await once(child, 'message');
  return said as Said;
}

/** Kills a process with SIGKILL and waits until it has ended. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
