import { type RunningProcess, startNode } from '../../harness/processes.js';
import { commandLineProgram } from '../../harness/programs.js';

/** The HTTP service as a process that can be killed and restarted. */
export interface ServiceSlot {
  start(): Promise<void>;
  /** SIGKILL. It stays down until `start`. */
  kill(): Promise<void>;
  /** The address of the latest process; it may be dead. */
  url(): string;
  /** The end of the log of the latest process. */
  log(): string;
}

export function createServiceSlot(env: Readonly<Record<string, string>>): ServiceSlot {
  let current: RunningProcess | undefined;
  let url = '';
  return {
    async start() {
      current = startNode([commandLineProgram, 'serve', '--http-port', '0'], { env });
      const [, found = ''] = await current.waitForLine(/Runfold serves (http:\S+)/, 60_000);
      url = found;
    },
    async kill() {
      current?.kill('SIGKILL');
      await current?.exit;
    },
    url: () => url,
    log: () => current?.output().stderr.slice(-3_000) ?? '',
  };
}
