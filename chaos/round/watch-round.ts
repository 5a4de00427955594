import { cpSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { startNode } from '../../harness/processes.js';
import { commandLineProgram, packageFolder } from '../../harness/programs.js';
import type { Findings } from './check.js';
import type { WatchShape } from './plan.js';
import type { Random } from './random.js';

const fixtures = join(packageFolder, 'test/logs/fixtures');

/** Independent sessions, by format. */
const cases = {
  'claude-code': [
    'claude-partials/projects',
    'claude-fork/projects',
    'claude-subagents/projects',
    'claude-midnight/projects',
    'claude-growth/after/projects',
  ],
  codex: ['codex-repeats/sessions', 'codex-fork-base/sessions', 'codex-fork-replay/sessions'],
} as const;
type Format = keyof typeof cases;
const formats = Object.keys(cases) as Format[];

interface LogFile {
  readonly format: Format;
  readonly path: string;
  readonly bytes: Buffer;
}

/** What a round of logs needs. */
export interface WatchStage {
  /** The folder for the files of the round. */
  readonly folder: string;
  /** The environment with which processes of the round find the servers. */
  readonly env: Readonly<Record<string, string>>;
  /** A store that reads the same files once, when they are complete. */
  readonly quiet: { readonly url: string; readonly env: Readonly<Record<string, string>> };
  readonly database: Database;
  readonly signal: AbortSignal;
}

/**
 * Log files grow, shrink and are copied while `runfold watch` follows them and is killed
 * repeatedly. In the end the store must have the same contents as one that read the complete files
 * once.
 */
export async function playWatch(
  { folder, env, quiet, database, signal }: WatchStage,
  shape: WatchShape,
  random: Random,
): Promise<Findings> {
  const violations: string[] = [];
  const root = join(folder, 'logs');
  const files = filesOf(root);
  for (const format of formats) mkdirSync(join(root, format), { recursive: true });
  const pause = (ms: number) => wait(ms, undefined, { signal });
  let isOver = false;
  const kills = Array.from({ length: shape.kills }, () => random.whole(200, 9_000));
  const watching = async () => {
    for (const ms of kills) {
      if (isOver) return;
      const watch = startNode(watchCommand(root), { env });
      const ended = await Promise.race([watch.exit, pause(ms)]);
      if (ended !== undefined)
        violations.push(`watch ended by itself: ${ended.stderr.slice(-600)}`);
      watch.kill('SIGKILL');
      await watch.exit;
    }
  };
  const killing = watching();
  try {
    for (const file of files) await grow(file, random, pause, shape.pause_ms);
    await copies(root, files, random, pause);
  } finally {
    isOver = true;
    await killing.catch((error: unknown) => {
      if (!signal.aborted) violations.push(`watch could not be played: ${error}`);
    });
  }
  // The last process follows until the files are quiet, and ends gracefully.
  const last = startNode(watchCommand(root), { env });
  await last.waitForLine(/today/);
  await pause(2_500);
  last.kill('SIGTERM');
  const { code, stderr } = await last.exit;
  if (code !== 0) violations.push(`watch ended with ${code} after SIGTERM: ${stderr.slice(-600)}`);
  for (const to of [env, quiet.env]) {
    for (const format of formats) {
      const args = ['ingest', join(root, format), '--format', format, '--wait', '--json'];
      const done = await startNode([commandLineProgram, ...args], { env: to }).exit;
      if (done.code !== 0)
        violations.push(`ingest ended with ${done.code}: ${done.stderr.slice(-600)}`);
    }
  }
  const reference = openDatabase(quiet.url, { max: 1 });
  try {
    const [is, should] = [await contentsOf(database), await contentsOf(reference)];
    for (const [key, row] of should) {
      if (is.get(key) !== row) violations.push(`is ${is.get(key)}, should be ${row}`);
    }
    for (const key of is.keys()) if (!should.has(key)) violations.push(`too much: ${is.get(key)}`);
    const audit = await verify(database);
    if (!audit.equal) violations.push(`verify: ${JSON.stringify(audit.differences.slice(0, 3))}`);
    return { violations, acknowledged: should.size, logged: audit.events, lost: 0, unsaid: 0 };
  } finally {
    await reference.close();
  }
}

const watchCommand = (root: string) => [
  commandLineProgram,
  'watch',
  root,
  '--format',
  ...formats,
  '--settle',
  '1s',
];

/** The files of all cases. Files that others copied from come first. */
function filesOf(root: string): LogFile[] {
  return formats.flatMap((format) =>
    cases[format].flatMap((name) => {
      const from = join(fixtures, name);
      const to = join(root, format, dirname(name).replaceAll('/', '-'));
      const paths = readdirSync(from, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
      const made = paths.map((path) => ({
        format,
        path: join(to, path.slice(from.length)),
        bytes: readFileSync(path),
      }));
      const order = (file: LogFile) => (file.path.includes('/subagents/') ? 1 : 0);
      // The companion of a log exists before the log.
      const beside = (file: LogFile) => (file.path.endsWith('.meta.json') ? -1 : 0);
      return made.sort((a, b) => beside(a) - beside(b) || order(a) - order(b));
    }),
  );
}

/** Writes a file piece by piece. Sometimes it shrinks and is rewritten. */
async function grow(
  { path, bytes }: LogFile,
  random: Random,
  pause: (ms: number) => Promise<unknown>,
  pauseMs: number,
): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const cuts = Array.from({ length: random.whole(0, 3) }, () => random.whole(1, bytes.length));
  for (const cut of cuts.sort((a, b) => a - b)) {
    writeFileSync(path, bytes.subarray(0, cut));
    await pause(random.whole(0, pauseMs));
    if (!random.chance(0.2)) continue;
    truncateSync(path, random.whole(0, cut));
    await pause(random.whole(0, pauseMs));
  }
  writeFileSync(path, bytes);
}

/**
 * Copies whole sessions of Claude Code as forks do: another session id, with the provider's ids
 * unchanged.
 */
async function copies(
  root: string,
  files: readonly LogFile[],
  random: Random,
  pause: (ms: number) => Promise<unknown>,
): Promise<void> {
  const sessions = files.filter(
    ({ format, path }) => format === 'claude-code' && /\/-w-shop\/[\w-]+\.jsonl$/.test(path),
  );
  for (const [at, { path, bytes }] of random.shuffled(sessions).slice(0, 3).entries()) {
    const session = `c9${String(at).padStart(6, '0')}-0000-4000-8000-000000000009`;
    const lines = bytes.toString().split('\n').slice(0, -1);
    const copied = lines.map((line) => {
      try {
        return JSON.stringify({ ...JSON.parse(line), sessionId: session });
      } catch {
        return line;
      }
    });
    writeFileSync(join(dirname(path), `${session}.jsonl`), `${copied.join('\n')}\n`);
    await pause(random.whole(0, 1_500));
  }
  // A moved folder is read again.
  if (random.chance(0.5)) {
    cpSync(join(root, 'codex', 'codex-repeats'), join(root, 'codex', 'moved'), { recursive: true });
  }
}

/** The contents of a store by key: messages with their corrections added, and tool calls. */
async function contentsOf(database: Database): Promise<ReadonlyMap<string, string>> {
  const sums = [
    'input_tokens',
    'cached_tokens',
    'cache_write_tokens',
    'cache_write_1h_tokens',
    'output_tokens',
    'reasoning_tokens',
    'cost_nanos',
  ];
  const rows = await database.query<{ key: string; row: unknown }>(
    `select session_id || ' ' || type || ' ' || coalesce(corrects, id)::text as key,
      json_build_array(session_id, type, min(run_id), min(model), min(agent_id), min(tool_name),
        min(occurred_at_us), max(occurred_at_us),
        ${sums.map((name) => `coalesce(sum(${name}), 0)`).join(', ')}) as row
    from runfold_internal.event group by session_id, type, coalesce(corrects, id)`,
  );
  return new Map(rows.map(({ key, row }) => [key, JSON.stringify(row)]));
}
