import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findEmbeddedStore } from '#runfold/embedded/embedded-store.js';
import { waitUntil } from '../../harness/wait-until.js';
import { message, useWorkplace } from './command-line.js';

describe('runfold up on a folder', () => {
  const work = useWorkplace();

  test('shares its store with other commands, refuses a second owner, and ends clean', async () => {
    const up = work.start(['up']);
    await up.waitForLine(/^Runfold is up\.$/);

    const file = await work.write('events.ndjson', [message('shared'), message('shared')]);
    const ingest = await work.run(['ingest', file, '--json']);
    expect(ingest.code, ingest.stderr).toBe(0);
    expect(JSON.parse(ingest.stdout)).toMatchObject({ sent: 2, folded: true });
    const shown = await work.run(['runs', 'show', 'shared', '--json']);
    expect(JSON.parse(shown.stdout).run).toMatchObject({ assistant_messages: 2 });

    const second = await work.run(['up']);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(`^error: .* is in use: process ${up.pid} \\(runfold up\\) serves this store`),
    );

    up.kill('SIGTERM');
    const { code, stderr } = await up.exit;
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('SIGTERM: finishing');

    // The remaining store can be opened by the next command.
    const after = await work.run(['runs', 'list', '--json']);
    expect(JSON.parse(after.stdout).items).toHaveLength(1);
  });
});

describe('runfold demo', () => {
  const work = useWorkplace();

  test('plays, checks the totals, and ends by itself', async () => {
    const { code, stdout, stderr } = await work.runProcess(['demo', '--events', '1500']);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/✓ [\d,]+ received = [\d,]+ applied \+ [\d,]+ duplicate \+ 0 rejected/);
    expect(stdout).toContain('✓ The totals equal the fold of the log: ');
    expect(stdout).toMatch(
      /^ {2}(?:(?:npx )?runfold|node \S+main\.js) up --dir demo-store +see all of it in a browser$/m,
    );
  });
});

describe('runfold up --demo', () => {
  const work = useWorkplace();

  test('ends clean on a signal while it fills its store, and leaves nothing behind', async () => {
    const temporary = join(work.dir, 'tmp');
    await mkdir(temporary);
    const up = work.start(['up', '--demo', '--http-port', '0', '--log-level', 'info'], {
      env: { TMPDIR: temporary },
    });
    await up.waitForLine(/"msg":"listening"/);
    up.kill('SIGTERM');
    const { code, stdout, stderr } = await up.exit;
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('SIGTERM: finishing');
    // It never started completely.
    expect(stdout).not.toContain('Runfold is up.');
    expect(await readdir(temporary)).toEqual([]);
  });
});

describe('runfold up whose store dies', () => {
  const work = useWorkplace();

  test('says so and exits with 1', async () => {
    // Ends the store's thread from outside, like a crash of it.
    const killer = `
      import threads from 'node:worker_threads';
      import { syncBuiltinESMExports } from 'node:module';
      const { Worker } = threads;
      threads.Worker = class extends Worker {
        constructor(...args) {
          super(...args);
          if (args[1]?.name === 'runfold-store') process.once('SIGUSR2', () => this.terminate());
        }
      };
      syncBuiltinESMExports();`;
    const up = work.start(['up'], {
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(killer)}` },
    });
    await up.waitForLine(/^Runfold is up\.$/);
    up.kill('SIGUSR2');
    const { code, stderr } = await up.exit;
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/^error: The store in .* stopped: .*Open it again/m);
  });
});

describe('a command beside a `runfold up` that is only starting', () => {
  const work = useWorkplace();

  test('waits for its store', async () => {
    const up = work.start(['up']);
    await waitUntil(() => findEmbeddedStore(join(work.dir, '.runfold')), Boolean, {
      what: 'an owner of the folder',
    });
    const file = await work.write('events.ndjson', [message('early')]);
    const { code, stdout, stderr } = await work.run(['ingest', file, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ sent: 1, folded: true });
    up.kill('SIGTERM');
    expect((await up.exit).code).toBe(0);
  });
});
