import { appendFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useWorkplace } from '../cli/command-line.js';
import { fixtures } from './log-cases.js';

const name = 'c8000001-0000-4000-8000-000000000001';
const growth = (state: 'before' | 'after') =>
  join(fixtures, `claude-growth/${state}/projects/-w-shop/${name}.jsonl`);

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
