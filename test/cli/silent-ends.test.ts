import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { waitingNote } from '#runfold/cli/command/waiting-note.js';
import { createProducer } from '#runfold/ingest/producer.js';
import { openQueue } from '#runfold/queue/open-queue.js';
import { openTier } from '#runfold/tier.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { whileLocked } from '../../harness/lock-tables.js';
import { describeWithPostgres, describeWithRedis } from '../../harness/suite.js';
import { openTestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { message, useWorkplace } from './command-line.js';

const log = pino({ level: 'silent' });
const oneEvent = { v: 1, project: 1, events: [message('waits', { id: 'm-1' })] };

describe('a command that reads', () => {
  const work = useWorkplace();
  const reads = [
    'runs list',
    'runs show r',
    'runs waiting',
    'sessions list',
    'sessions show s',
    'usage',
    'tools',
    'top users',
    'daily',
    'blocks',
    'rejects list',
    'prices list',
    'projects list',
    'keys list',
    'verify',
    'export out.ndjson',
    'reprice',
    'rebuild',
    'void m',
    'status',
    'doctor',
    'mcp',
    'budgets check --user ann --tokens 1',
    'budgets drop b',
    'keys revoke k',
    'prices drop p',
    'alerts test a',
    'channels drop c',
    'projects zone 1 UTC',
  ];

  test.each(reads)('makes no store where there is none: %s', async (words) => {
    const dir = join(work.dir, 'nothing');
    const { code, stderr, stdout } = await work.run([...words.split(' '), '--dir', dir]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`There is no store in ${dir}: the folder does not exist.`);
    expect(existsSync(dir)).toBe(false);
  });

  test('leaves a store out of the repository that it is in', async () => {
    const dir = join(work.dir, 'repository', '.runfold');
    await (await openTier({ dir })).close();
    expect(await readFile(join(dir, '.gitignore'), 'utf8')).toBe('*\n');
  });

  describe('beside a store', () => {
    beforeAll(async () => {
      const tier = await openTier({ dir: join(work.dir, '.runfold') });
      const producer = await createProducer({ queue: tier.queue });
      producer.emit(message('r') as never);
      await producer.close();
      await tier.close();
    });

    test('is told which one was meant', async () => {
      const { stderr } = await work.run(['runs', 'list', '--dir', '.runfodl']);
      expect(stderr).toContain(`There is one in ${join(work.dir, '.runfold')}: see --dir.`);
      const below = await work.run(['runs', 'list', '--dir', 'a/b/.runfold']);
      expect(below.stderr).toContain(`There is one in ${join(work.dir, '.runfold')}`);
      expect(existsSync(join(work.dir, 'a'))).toBe(false);
    });

    test('is told that a file is no folder', async () => {
      const file = await work.write('one.ndjson', [message('r')]);
      const { stderr } = await work.run(['runs', 'list', '--dir', file]);
      expect(stderr).toContain(`There is no store in ${join(work.dir, file)}: it is not a folder.`);
    });

    test('says that events wait while nobody folds, and not once they are folded', async () => {
      const before = await work.run(['runs', 'list', '--json']);
      expect(before.code).toBe(0);
      expect(JSON.parse(before.stdout)).toMatchObject({ items: [] });
      expect(before.stderr).toMatch(/1 job of events waits on the queue and no worker is running/);
      const unknown = await work.run(['runs', 'show', 'r']);
      expect(unknown).toMatchObject({ code: 1, stdout: '' });
      expect(unknown.stderr).toMatch(/1 job of events waits on the queue.*There is no run "r"/s);
      const file = await work.write('one.ndjson', [message('r2')]);
      await work.run(['ingest', file]);
      const after = await work.run(['runs', 'list', '--json']);
      expect(after.stderr).toBe('');
      expect(JSON.parse(after.stdout).items).toHaveLength(2);
      // A command that reads leaves one thing behind: the last audit.
      expect(await work.run(['verify'])).toMatchObject({ code: 0, stderr: '' });
      const { store } = JSON.parse((await work.run(['status', '--json'])).stdout);
      expect(store).toMatchObject({ last_audit: { state: 'equal' } });
    });
  });
});

describe.each([
  ['Postgres', describeWithPostgres, 'postgres'],
  ['Redis', describeWithRedis, 'redis+postgres'],
] as const)('a queue on %s', (_, describeWith, name) => {
  describeWith('from which nobody takes jobs', () => {
    test('is told of at once without a worker, and with one after a long wait', async () => {
      const home = await openTestTier(name);
      const { database, queue: target } = home.tier;
      const queue = await openQueue(target, { onError: () => undefined });
      const add = (timestamp: number) => queue.add('events', oneEvent, { timestamp });
      /** The note while a worker has a job that it cannot write yet. */
      const noteBesideWorker = async (timestamp: number) => {
        const worker = await openWorker({ database, queue: target, log });
        try {
          return await whileLocked(database, ['event'], async () => {
            await add(timestamp);
            await waitUntil(
              () => queue.getActiveCount(),
              (count) => count === 1,
            );
            return waitingNote(home.tier);
          });
        } finally {
          await worker.close();
        }
      };
      try {
        expect(await waitingNote(home.tier)).toBeUndefined();
        await add(Date.now());
        expect(await waitingNote(home.tier)).toMatch(
          /^1 job of events waits on the queue and no worker is running/,
        );
        await queue.drain();
        expect(await noteBesideWorker(Date.now()), 'it is on its way').toBeUndefined();
        expect(await noteBesideWorker(Date.now() - 60_000)).toMatch(
          /^1 job of events waits on the queue, the oldest for 6\d s/,
        );
      } finally {
        await queue.close();
        await home.close();
      }
    });
  });
});
