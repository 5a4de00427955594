import { type ChildProcess, spawn } from 'node:child_process';

/**
 * The only variables that a child inherits: it gets no address and no setting unless a test passes
 * it.
 */
const inheritedNames = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TMP', 'TEMP', 'LANG', 'TZ'];

const running = new Set<ChildProcess>();
let guarded = false;

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** No child outlives this process, however it ends, except after `kill -9`. */
function guard(): void {
  if (guarded) return;
  guarded = true;
  process.once('exit', killAll);
  // A test worker whose runner has gone would wait for the child forever.
  process.once('disconnect', killAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // A process that a signal ends emits no `exit`. Without this listener, sending the signal again
    // ends us.
    process.once(signal, () => {
      killAll();
      process.kill(process.pid, signal);
    });
  }
}

/** The outcome of a process. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Node.js process that we started. */
export interface RunningProcess {
  /** Undefined if it could not be started; `exit` then rejects with the error. */
  readonly pid: number | undefined;
  /** Its output so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  /**
   * The first complete line of stdout or stderr, past or future, that matches. Fails if the process
   * ends without it or after `timeoutMs`, by default a minute, and shows the output of the
   * process.
   */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  kill(signal?: NodeJS.Signals): void;
  /**
   * Settles when the process has ended and all its output was read. Never rejects because of its
   * exit code.
   */
  readonly exit: Promise<ProcessExit>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The standard input of the process. Defaults to nothing. */
  readonly input?: string;
  /**
   * Whether it gets a session of its own, as a service has. Linux shares processors between sessions first, so processes in
   * one session wait for each other. Defaults to false.
   */
  readonly own_session?: boolean;
}

/**
 * The environment of a child: the variables that it may inherit, and those that the test passes.
 */
export function cleanEnvironment(given: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = inheritedNames.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // Services of concurrent tests each take a free port.
  return { ...Object.fromEntries(inherited), RUNFOLD_HTTP_PORT: '0', ...given };
}

function findLine(text: string, pattern: RegExp, complete: boolean): RegExpExecArray | undefined {
  const flags = pattern.flags.replace(/[gy]/g, '');
  const lines = text.split(/\r?\n/);
  if (!complete) lines.pop();
  for (const line of lines) {
    const match = new RegExp(pattern.source, flags).exec(line);
    if (match !== null) return match;
  }
  return undefined;
}

/** Starts `node` with `args`, for example `['dist/cli/main.js', 'worker']`. */
export function startNode(args: readonly string[], options: StartOptions = {}): RunningProcess {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: cleanEnvironment(options.env ?? {}),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: options.own_session === true,
  });
  guard();
  running.add(child);
  const written = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  const notify = (): void => {
    for (const watcher of watchers) watcher();
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      written[stream] += chunk;
      notify();
    });
  }
  // A process that ends before it reads its input breaks the pipe. Its exit reports the error.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');

  let ended: ProcessExit | undefined;
  const exit = new Promise<ProcessExit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(child);
      ended = { code, signal, ...written };
      resolve(ended);
      notify();
    });
  });
  exit.catch(notify);

  function waitForLine(pattern: RegExp, timeoutMs = 60_000): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        watchers.delete(look);
        clearTimeout(timer);
        act();
      };
      const fail = (got: string): void => {
        const seen = `${written.stdout}\n${written.stderr}`;
        const text = `Expected a line matching ${pattern}, got ${got}; it wrote:\n${seen}`;
        settle(() => reject(new Error(text)));
      };
      const look = (): void => {
        const match = [written.stdout, written.stderr]
          .map((text) => findLine(text, pattern, ended !== undefined))
          .find((found) => found !== undefined);
        if (match !== undefined) settle(() => resolve(match));
        else if (ended) fail(`the end of the process (${ended.code ?? ended.signal})`);
      };
      const timer = setTimeout(() => fail(`none in ${timeoutMs} ms`), timeoutMs);
      watchers.add(look);
      look();
    });
  }

  return {
    pid: child.pid,
    output: () => ({ ...written }),
    waitForLine,
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    exit,
  };
}
