import { appendFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeWithPostgres } from '../../harness/suite.js';
import { openTestTier } from '../../harness/tiers.js';
import { useWorkplace } from '../cli/command-line.js';
import { fixtures } from './log-cases.js';

const name = 'c8000001-0000-4000-8000-000000000001';
const growth = (state: 'before' | 'after') =>
  join(fixtures, `claude-growth/${state}/projects/-w-shop/${name}.jsonl`);

describeWithPostgres('runfold ingest of logs that were read', () => {
  const work = useWorkplace();

  test('reads nothing, and folds what still waits on the queue', async () => {
    // Without a worker: events stay on the queue until a command folds them.
    const home = await openTestTier('postgres');
    const run = (args: readonly string[], input?: string) =>
      work.run(args, { env: home.env, ...(input === undefined ? {} : { input }) });
    const dir = join(fixtures, 'claude-partials/projects');
    const read = async () => {
      const done = await run(['ingest', dir, '--format', 'claude-code', '--wait', '--json']);
      return { code: done.code, ...JSON.parse(done.stdout) };
    };
    expect(await read()).toMatchObject({ code: 0, files: 2, files_read: 2, messages: 5 });
    const event = { type: 'message', role: 'assistant', run_id: 'r', session_id: 's-waits' };
    const sent = await run(['ingest', '-'], `${JSON.stringify(event)}\n`);
    expect(sent.code).toBe(0);
    const again = { code: 0, formats: ['claude-code'], files: 2, files_read: 0, unpriced: [] };
    expect(await read()).toMatchObject(again);
    expect(
      await home.tier.database.query("select from runfold.sessions where session_id = 's-waits'"),
    ).toHaveLength(1);
    expect(await read()).toMatchObject(again);
    await home.close();
  });
});

describe('runfold watch', () => {
  const work = useWorkplace();

  const session = async (id: string) => {
    const { code, stdout } = await work.run(['sessions', 'show', id, '--json']);
    return code === 0 ? JSON.parse(stdout).session : undefined;
  };

  test('follows files as they grow, also after it was killed, and ends gracefully', async () => {
    const dir = join(work.dir, 'projects');
    // A second attempt starts without files.
    await rm(dir, { recursive: true, force: true });
    await mkdir(dir);
    const file = join(dir, `${name}.jsonl`);
    const start = () => work.start(['watch', dir, '--format', 'claude-code']);
    const before = await readFile(growth('before'));
    const after = await readFile(growth('after'));
    await writeFile(file, before);
    const first = start();
    // The second message is not complete: more lines of it may follow.
    await first.waitForLine(/· 1 new in 1 session/, 90_000);
    first.kill('SIGKILL');
    await first.exit;

    const second = start();
    await appendFile(file, after.subarray(before.length));
    await cp(
      join(fixtures, 'claude-partials/projects/-w-shop/c1000001-0000-4000-8000-000000000001.jsonl'),
      join(dir, 'new', 'c1000001-0000-4000-8000-000000000001.jsonl'),
      { recursive: true },
    );
    await second.waitForLine(/· 5 new in 2 sessions/, 90_000);
    second.kill('SIGTERM');
    expect((await second.exit).code).toBe(0);
    expect(await session(name)).toMatchObject({ total_tokens: 6109, tool_calls: 2 });
    const verified = await work.run(['verify']);
    expect(verified.code).toBe(0);
    await rm(dir, { recursive: true });
  });

  test('runs beside the worker in runfold up, and ends with it', async () => {
    const home = join(work.dir, 'home');
    await mkdir(join(home, '.claude'), { recursive: true });
    await cp(join(fixtures, 'claude-partials/projects'), join(home, '.claude/projects'), {
      recursive: true,
    });
    const up = work.start(['up', '--watch', 'claude-code,codex', '--no-http', '--dir', 'watched'], {
      env: { HOME: home },
    });
    await up.waitForLine(/read logs/, 90_000);
    up.kill('SIGTERM');
    expect((await up.exit).code).toBe(0);
    const { stdout } = await work.run(['sessions', 'list', '--json', '--dir', 'watched']);
    expect(JSON.parse(stdout).items).toHaveLength(2);
    const wrong = await work.run(['up', '--watch', 'nothing']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--watch: expected any of');
  });
});
