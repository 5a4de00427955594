import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { openTier, type Tier } from '#runfold/tier.js';
import { type ProcessExit, type RunningProcess, startNode } from '../../harness/processes.js';
import { type CommandExit, runCommand } from '../../harness/run-command.js';
import { fastestTier, openTestTier, type TestTier } from '../../harness/tiers.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const main = join(root, 'dist/cli/main.js');

/** The folder of the golden files. */
export const goldenFolder = join(root, 'test/golden');

/** A separate folder for a test file, in which commands run. */
export interface Workplace {
  readonly dir: string;
  /** Sets the variables of every command from now on. */
  surround(env: Readonly<Record<string, string>>): void;
  /** Runs a command there to its end, in the process of the test. */
  run(args: readonly string[], options?: CommandOptions): Promise<CommandExit>;
  /** Starts a command there as a process, for signals and anything that only a process has. */
  start(args: readonly string[], options?: CommandOptions): RunningProcess;
  /** Runs a command there to its end, as a process. */
  runProcess(args: readonly string[], options?: CommandOptions): Promise<ProcessExit>;
  /** Writes a file there, one line per value: strings unchanged, everything else as JSON. */
  write(name: string, lines: readonly unknown[]): Promise<string>;
}

interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** A fresh folder for all tests of a file. */
export function useWorkplace(): Workplace {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'runfold-cli-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));
  let surroundings: Readonly<Record<string, string>> = {};
  const start: Workplace['start'] = (args, { env = {}, ...options } = {}) =>
    startNode([main, ...args], { cwd: dir, env: { ...surroundings, ...env }, ...options });
  return {
    get dir() {
      return dir;
    },
    surround(env) {
      surroundings = env;
    },
    run: (args, { env = {}, input = '' } = {}) =>
      runCommand(args, { dir, env: { ...surroundings, ...env }, stdin: input }),
    start,
    runProcess: (args, options) => start(args, options).exit,
    async write(name, lines) {
      const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
      await writeFile(join(dir, name), `${text.join('\n')}\n`);
      return name;
    },
  };
}

/**
 * Serves the store in the folder of a workplace from now on, so that commands are its guests:
 * opening it takes longer than most commands do. Earlier hooks find the folder free.
 */
export function serveStore(work: Workplace): void {
  let tier: Tier | undefined;
  beforeAll(async () => {
    tier = await openTier({ dir: join(work.dir, '.runfold'), exclusive: true });
  });
  afterAll(() => tier?.close());
}

/**
 * Gives the commands of a workplace a separate store, for suites that do not depend on the tier.
 * Returns how to connect to it.
 */
export function useStore(work: Workplace): () => TestTier {
  let home: TestTier;
  beforeAll(async () => {
    home = await openTestTier(fastestTier());
    work.surround(home.env);
  });
  afterAll(() => home?.close());
  return () => home;
}

/** A message of an assistant, as a line of a file. */
export function message(run_id: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    type: 'message',
    role: 'assistant',
    run_id,
    metrics: { input_tokens: 10, output_tokens: 5, time: 1.5, cost: 0.001 },
    ...more,
  };
}
