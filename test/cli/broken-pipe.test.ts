import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { cleanEnvironment } from '../../harness/processes.js';
import { fastestTier, openTestTier } from '../../harness/tiers.js';
import { useWorkplace } from './command-line.js';

const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;

describe('a command whose reader is gone', () => {
  const work = useWorkplace();
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGKILL'));

  test('a worker goes on without its log, and ends in good order', async () => {
    child = spawn(process.execPath, [main, 'worker'], {
      cwd: work.dir,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    for await (const chunk of child.stderr ?? []) {
      log += chunk;
      // Leaving the loop closes the pipe.
      if (log.includes('worker started')) break;
    }
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    // A process that ends without closing leaves its claim to the folder behind.
    expect((await readdir(join(work.dir, '.runfold'))).sort()).toEqual(['.gitignore', 'data']);
  });

  test('a list ends with 0, without a word', async () => {
    const home = await openTestTier(fastestTier());
    onTestFinished(home.close);
    child = spawn(process.execPath, [main, 'runs', 'list'], {
      cwd: work.dir,
      env: cleanEnvironment(home.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.destroy();
    let errors = '';
    child.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(errors).toBe('');
  });
});
