import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandLineProgram } from '../../harness/programs.js';
import type { Note } from '../note.js';
import { writeLogsTree } from './logs-tree.js';

const run = promisify(execFile);

/** The cost of a command: seconds of CPU of all its processes and threads, and its peak memory. */
interface Taken {
  readonly cpu_seconds: number;
  readonly peak_mb: number;
}

/** Prints the peak memory of the process at its end, as a line on stderr. */
const hook = `data:text/javascript,process.on('exit',()=>process.stderr.write('PEAK '+process.resourceUsage().maxRSS+'\\n'))`;

/** Runs a command under bash, whose `times` counts the CPU of its children. */
async function measure(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Taken> {
  const script = '"$@" > /dev/null; code=$?; times; exit $code';
  const { stdout, stderr } = await run('bash', ['-c', script, 'bash', ...command], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    maxBuffer: 2 ** 26,
  });
  const times = stdout.trim().split('\n').at(-1) ?? '';
  const parts = [...times.matchAll(/(\d+)m([\d.]+)s/g)];
  const cpu_seconds = parts.reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0);
  return { cpu_seconds, peak_mb: Number(/PEAK (\d+)/.exec(stderr)?.[1]) / 1024 };
}

/**
 * Reads an invented tree of logs into embedded stores, and compares with ccusage, which it installs
 * into a separate folder. If no version of it runs, ccusage is reported as left out.
 */
export async function logsTimes(events: number, note: Note): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'runfold-bench-'));
  const runfold = (...args: string[]) =>
    measure([process.execPath, '--import', hook, commandLineProgram, ...args, '--json'], {});
  try {
    const tree = await writeLogsTree(home, events);
    note('tree', 'MB', tree.bytes / 1e6);
    note('tree, messages and tool calls', 'events', tree.messages + tree.tool_calls);
    const logs = join(home, 'projects');
    const store = join(home, 'store');
    const reads = ['ingest', logs, '--format', 'claude-code', '--dir', store];
    const dry = await runfold('ingest', logs, '--format', 'claude-code', '--dry-run');
    note('read and parsed only', 'CPU s', dry.cpu_seconds);
    const first = await runfold(...reads);
    note('first reading', 'CPU s', first.cpu_seconds);
    const opened = await runfold('runs', 'list', '--limit', '1', '--dir', store);
    const second = await runfold(...reads);
    note(
      'second reading, above opening the store',
      'CPU s',
      second.cpu_seconds - opened.cpu_seconds,
    );
    const lines = join(home, 'events.ndjson');
    await run(process.execPath, [commandLineProgram, 'export', lines, '--dir', store]);
    const plain = await runfold('ingest', lines, '--dir', join(home, 'plain'));
    note('the same events as NDJSON', 'CPU s', plain.cpu_seconds);
    note('first reading, peak memory', 'MB', first.peak_mb);
    note('peak memory above that of NDJSON', 'MB', first.peak_mb - plain.peak_mb);
    const peer = await measurePeer(home);
    if (peer === undefined) console.error('skipped: ccusage (no version of it runs here)');
    else note(`${peer.name} daily`, 'CPU s', peer.cpu_seconds);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The last version of ccusage that runs on every supported Node.js. Later ones need a newer one, or a native package. */
const plainPeer = 'ccusage@18.0.11';

/**
 * Installs ccusage and measures the newest version that counts the tokens of the tree here;
 * undefined if none does. A version that only prints why it does not run is named and left out.
 */
async function measurePeer(home: string): Promise<(Taken & { readonly name: string }) | undefined> {
  const folder = join(home, 'peer');
  const command = join(folder, 'node_modules', '.bin', 'ccusage');
  const daily = ['daily', '--json', '--offline'];
  const env = { CLAUDE_CONFIG_DIR: home };
  const npm = async (...args: readonly string[]) => {
    const { stdout } = await run('npm', ['--prefix', folder, ...args]);
    return stdout.trim();
  };
  const versions = [
    async () => 'ccusage',
    // A registry may have a version without its native package yet; the newest of those is complete.
    async () =>
      `ccusage@${await npm('view', `@ccusage/ccusage-${process.platform}-${process.arch}`, 'version')}`,
    async () => plainPeer,
  ];
  for (const version of versions) {
    let name = 'ccusage';
    try {
      name = await version();
      await npm('install', '--no-audit', '--no-fund', '--include=optional', name);
      const { stdout } = await run(command, daily, { env: { ...process.env, ...env } });
      const tokens: unknown = JSON.parse(stdout).totals?.totalTokens;
      if (!(Number(tokens) > 0)) throw new Error('it counted no tokens');
      return { name: name.replace('@', ' '), ...(await measure([command, ...daily], env)) };
    } catch (error) {
      const { message, stderr } = error as Error & { readonly stderr?: string };
      console.error(`${name} does not run: ${stderr?.trim() || message}`);
    }
  }
  return undefined;
}
