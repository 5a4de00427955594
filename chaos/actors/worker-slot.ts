import { setTimeout as pause } from 'node:timers/promises';
import { type RunningProcess, startNode } from '../../harness/processes.js';
import { commandLineProgram } from '../../harness/programs.js';
import { awakePause } from './awake-clock.js';

/** A worker that is asked to stop has 20 seconds for jobs in flight. */
const endPatienceMs = 45_000;

/** Counts of batches from a worker's log. */
export interface WorkerCounts {
  readonly applied: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** A worker that a supervisor keeps running, like systemd or Kubernetes. */
export interface WorkerSlot {
  start(): Promise<void>;
  /** SIGKILL. It stays down until `start`. */
  kill(): Promise<void>;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
  /** SIGSTOP or SIGCONT. */
  signal(signal: NodeJS.Signals): void;
  /** Batches written by all processes of this slot, including killed ones. */
  counts(): WorkerCounts;
  /** Writes that were retried. */
  retries(): number;
  /** Violations of the promise so far. */
  violations(): readonly string[];
  /** The end of the log of each process of this slot. */
  log(): string;
}

export function createWorkerSlot(name: string, env: Readonly<Record<string, string>>): WorkerSlot {
  const ran: RunningProcess[] = [];
  const violations: string[] = [];
  let current: RunningProcess | undefined;
  let isEnding = true;

  const start = async () => {
    isEnding = false;
    const next = startNode([commandLineProgram, 'worker'], {
      env: { ...env, RUNFOLD_LOG_LEVEL: 'debug' },
    });
    current = next;
    ran.push(next);
    void next.exit.then(async ({ code, signal }) => {
      if (isEnding || current !== next) return;
      const text = next.output().stderr;
      // If Postgres is unavailable, a starting worker logs that and exits with 1. Its supervisor
      // starts it again.
      if (text.includes('worker started') || code !== 1) {
        violations.push(`${name} ended by itself with ${code ?? signal}: ${text.slice(-600)}`);
      }
      await pause(300);
      if (!isEnding && current === next) await start();
    });
  };

  return {
    start,
    async kill() {
      isEnding = true;
      current?.kill('SIGKILL');
      await current?.exit;
    },
    async stop() {
      isEnding = true;
      if (current === undefined) return;
      current.kill('SIGTERM');
      const ended = new AbortController();
      const exit = await Promise.race([current.exit, awakePause(endPatienceMs, ended.signal)]);
      ended.abort();
      if (exit === undefined) {
        const text = current.output().stderr.slice(-600);
        violations.push(`${name} did not end within ${endPatienceMs} ms of SIGTERM: ${text}`);
        current.kill('SIGKILL');
        return;
      }
      const { code, stderr } = exit;
      const hasStarted = stderr.includes('worker started');
      if (code !== 0 && hasStarted) {
        violations.push(`${name} ended with ${code} after SIGTERM: ${stderr.slice(-600)}`);
      }
      if (code === 0 && hasStarted) violations.push(...imbalance(name, stderr));
    },
    signal: (signal) => current?.kill(signal),
    counts: () => sum(ran.map((one) => countsOf(one.output().stderr))),
    retries: () =>
      ran.reduce(
        (count, one) => count + one.output().stderr.split('"write failed; waiting"').length - 1,
        0,
      ),
    violations: () => violations,
    log: () => ran.map((one) => one.output().stderr.slice(-3_000)).join('\n---\n'),
  };
}

type Line = Record<string, unknown>;

function linesOf(text: string, msg: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line.includes(`"${msg}"`))
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Line];
      } catch {
        // A kill may truncate the last line.
        return [];
      }
    });
}

export function countsOf(log: string): WorkerCounts {
  return sum(linesOf(log, 'batch written') as unknown as WorkerCounts[]);
}

export function sum(counts: readonly WorkerCounts[]): WorkerCounts {
  const of = (field: keyof WorkerCounts) => counts.reduce((all, one) => all + one[field], 0);
  return { applied: of('applied'), duplicate: of('duplicate'), rejected: of('rejected') };
}

/**
 * Checks a worker's final counts against its own batches: received = applied + duplicate +
 * rejected.
 */
function imbalance(name: string, log: string): string[] {
  const last = linesOf(log, 'worker stopped').at(-1);
  if (last === undefined) return [`${name} said nothing of its counts at its end`];
  const { applied, duplicate, rejected } = countsOf(log);
  const all = applied + duplicate + rejected;
  const isBalanced =
    last.received === all &&
    last.applied === applied &&
    last.duplicate === duplicate &&
    last.rejected === rejected;
  return isBalanced
    ? []
    : [`${name} does not balance: ${JSON.stringify({ last, applied, duplicate, rejected })}`];
}
