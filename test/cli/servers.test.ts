import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createEmptyDatabase,
  createTestDatabase,
  type TestDatabase,
} from '../../harness/database.js';
import { createQueueNames, testRedisUrl } from '../../harness/queue-prefix.js';
import { describeWithPostgres, describeWithRedis } from '../../harness/suite.js';
import { message, useWorkplace } from './command-line.js';

describeWithPostgres('commands on Postgres', () => {
  const work = useWorkplace();
  let empty: TestDatabase;
  beforeAll(async () => {
    empty = await createEmptyDatabase();
  });
  afterAll(() => empty.drop());

  test('say in one line why a server cannot be used, and exit with 1', async () => {
    const missing = new URL(empty.url);
    missing.pathname = '/no_such_database';
    const away = 'postgres://user:secret@127.0.0.1:1/x';
    for (const [url, says] of [
      [away, 'Cannot reach Postgres'],
      [missing.href, 'The database of DATABASE_URL does not exist'],
      [empty.url, 'Run "runfold migrate"'],
    ] as const) {
      for (const args of [['worker'], ['runs', 'list'], ['ingest', '-']]) {
        const { code, stdout, stderr } = await work.run([...args, '--database-url', url], {
          env: { RUNFOLD_LOG_LEVEL: 'silent' },
        });
        expect({ code, stdout }, `${args} ${stderr}`).toEqual({ code: 1, stdout: '' });
        expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(says)]);
      }
    }
  });

  test('migrate, ingest with --wait, and read', async () => {
    const env = { DATABASE_URL: empty.url };
    expect((await work.run(['migrate'], { env })).code).toBe(0);
    expect((await work.run(['migrate'], { env })).code).toBe(0);
    const file = await work.write('one.ndjson', [message('one', { id: 'e-1' })]);
    const sent = await work.run(['ingest', file, '--wait', '--json'], { env });
    expect(sent.code, sent.stderr).toBe(0);
    expect(JSON.parse(sent.stdout)).toMatchObject({ sent: 1, folded: true, applied: 1 });
    const { stdout } = await work.run(['runs', 'list', '--json'], { env });
    expect(JSON.parse(stdout).items).toMatchObject([{ run_id: 'one', total_tokens: 15 }]);
  });
});

describeWithRedis('a database that was not migrated for this queue', () => {
  const work = useWorkplace();
  let empty: TestDatabase;
  let half: TestDatabase;
  let onRedis: Record<string, string>;
  beforeAll(async () => {
    [empty, half] = [await createEmptyDatabase(), await createEmptyDatabase()];
    onRedis = {
      REDIS_URL: testRedisUrl(),
      RUNFOLD_REDIS_PREFIX: createQueueNames().prefix,
      RUNFOLD_LOG_LEVEL: 'silent',
    };
    const env = { ...onRedis, DATABASE_URL: half.url };
    expect((await work.run(['migrate'], { env })).code).toBe(0);
    await work.write('one.ndjson', [message('one', { id: 'e-1' })]);
  });
  afterAll(() => Promise.all([empty.drop(), half.drop()]));

  test('gets no events through Redis either', async () => {
    const missing = new URL(empty.url);
    missing.pathname = '/no_such_database';
    for (const [url, says] of [
      [empty.url, 'Run "runfold migrate"'],
      [missing.href, 'The database of DATABASE_URL does not exist'],
    ] as const) {
      const env = { ...onRedis, DATABASE_URL: url };
      const { code, stdout, stderr } = await work.run(['ingest', 'one.ndjson'], { env });
      expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: '' });
      expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(says)]);
    }
    const { stdout } = await work.run(['status', '--json'], {
      env: { ...onRedis, DATABASE_URL: half.url },
    });
    expect(JSON.parse(stdout).queue.waiting).toBe(0);
  });

  test('says so in our words in each command', async () => {
    const env = { DATABASE_URL: half.url, RUNFOLD_LOG_LEVEL: 'silent' };
    for (const args of [['worker'], ['ingest', 'one.ndjson'], ['status'], ['runs', 'list']]) {
      const { stdout, stderr } = await work.run(args, { env });
      expect(`${stdout}${stderr}`, `${args}`).toContain(
        'This Postgres lacks the tables of the queue. Run "runfold migrate" without REDIS_URL',
      );
      expect(`${stdout}${stderr}`, `${args}`).not.toContain('BullMQ');
    }
  });

  test('leaves no listeners behind, however often it is tried', async () => {
    const { openJobQueues } = await import('#runfold/queue/job-queues.js');
    const target = { kind: 'postgres', connection: half.url } as const;
    const queues = await openJobQueues(target, { onError: () => undefined });
    try {
      const first = queues.connected.connection.listenerCount('error');
      for (let at = 0; at < 12; at++) {
        await expect(queues.next()).rejects.toMatchObject({ code: 'queue_migrations_missing' });
      }
      await expect
        .poll(() => queues.connected.connection.listenerCount('error'))
        .toBeLessThanOrEqual(first);
    } finally {
      await queues.close();
    }
  });
});

describeWithRedis('a worker on Redis and Postgres', () => {
  const work = useWorkplace();
  let database: TestDatabase;
  let env: Record<string, string>;
  beforeAll(async () => {
    database = await createTestDatabase();
    env = {
      DATABASE_URL: database.url,
      REDIS_URL: testRedisUrl(),
      RUNFOLD_REDIS_PREFIX: createQueueNames().prefix,
    };
  });
  afterAll(() => database.drop());

  test('folds what another command sends, and ends clean on SIGTERM', async () => {
    const worker = work.start(['worker'], { env });
    await worker.waitForLine(/worker started/);
    const lines = Array.from({ length: 2_000 }, (_, at) => message('many', { id: `e-${at}` }));
    const file = await work.write('many.ndjson', lines);
    const sent = await work.run(['ingest', file, '--wait', '--json'], { env });
    expect(sent.code, sent.stderr).toBe(0);
    expect(JSON.parse(sent.stdout)).toMatchObject({ sent: 2_000, folded: true });
    const { stdout } = await work.run(['runs', 'show', 'many', '--json'], { env });
    expect(JSON.parse(stdout).run).toMatchObject({ assistant_messages: 2_000 });

    worker.kill('SIGTERM');
    const { code, stderr } = await worker.exit;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/"msg":"worker stopped"/);
  });

  test('rejects are listed, retried and dropped', async () => {
    const { openQueue } = await import('#runfold/queue/open-queue.js');
    const { jobName, jobOptions } = await import('#runfold/queue/job.js');
    const queue = await openQueue(
      { kind: 'redis', url: String(env.REDIS_URL), prefix: String(env.RUNFOLD_REDIS_PREFIX) },
      { onError: () => undefined },
    );
    // Events that no producer accepts: one without a time, and one without a type.
    const events = [message('again', { id: 'late' }), { run_id: 'again', id: 'odd' }];
    await queue.add(jobName, { v: 1, project: 1, events }, jobOptions);
    await queue.close();
    const worker = work.start(['worker'], { env });
    await worker.waitForLine(/events rejected/);

    const listed = JSON.parse((await work.run(['rejects', 'list', '--json'], { env })).stdout);
    expect(listed.items).toHaveLength(2);
    const rows = await work.run(['rejects', 'list', '--code', 'invalid_event', '--csv'], { env });
    expect(rows.stdout).toMatch(
      /^id,received_at,code,message,job_id,position,payload\n[0-9a-f-]{36},/,
    );
    const retried = await work.run(['rejects', 'retry', '--all', '--json'], { env });
    expect({ code: retried.code, ...JSON.parse(retried.stdout) }).toEqual({
      code: 1,
      sent: 1,
      kept: 1,
    });
    expect(retried.stderr).toMatch(/^[0-9a-f-]{36}: kept: type: expected one of/);
    const dropped = await work.run(['rejects', 'drop', '--all', '--json'], { env });
    expect(JSON.parse(dropped.stdout)).toEqual({ dropped: 1 });
    expect((await work.run(['rejects', 'list'], { env })).stdout).toBe('No rejects.\n');
    worker.kill('SIGINT');
    expect((await worker.exit).code).toBe(0);
  });
});
