import { afterAll, beforeAll, expect, test } from 'vitest';
import { flushEvents } from '#runfold/cli/actions/flush-events.js';
import { describeError } from '#runfold/cli/command/command-error.js';
import { catchSignals } from '#runfold/cli/command/signals.js';
import { createProducer } from '#runfold/ingest/producer.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { createQueueNames, testRedisUrl } from '../../harness/queue-prefix.js';
import { describeWithRedis } from '../../harness/suite.js';
import { openTcpProxy, type TcpProxy } from '../../harness/tcp-proxy.js';
import { waitUntil } from '../../harness/wait-until.js';
import { message, useWorkplace } from './command-line.js';

/** The lines of a log that report an outage. */
const reports = (log: string) =>
  log.split('\n').filter((line) => line.includes('Cannot reach Redis at'));

describeWithRedis('commands while Redis is away', () => {
  const work = useWorkplace();
  let database: TestDatabase;
  let redis: TcpProxy;
  let env: Record<string, string>;
  beforeAll(async () => {
    database = await createTestDatabase();
    redis = await openTcpProxy(testRedisUrl(), 6379);
    env = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      RUNFOLD_REDIS_PREFIX: createQueueNames().prefix,
    };
    await redis.cut();
  });
  afterAll(async () => {
    await redis.close();
    await database.drop();
  });

  test.each([
    ['ingest', '-'],
    ['ingest', '-', '--wait'],
    ['rejects', 'retry', '--all'],
  ])('%s %s %s says so and exits with 1', async (...args) => {
    const { code, stdout, stderr } = await work.run(args.filter(Boolean), { env });
    expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: '' });
    const host = new URL(redis.url).host;
    expect(stderr).toMatch(
      new RegExp(`^error: Cannot reach Redis at ${host}: .*REDIS_URL names it\\.\n$`),
    );
  });

  test('a worker says so once, folds when it is back, and ends clean when it goes again', async () => {
    const worker = work.start(['worker'], { env });
    await worker.waitForLine(/Cannot reach Redis at /);
    await redis.restore();
    await worker.waitForLine(/worker started/);
    const file = await work.write('events.ndjson', [message('patient')]);
    const sent = await work.run(['ingest', file, '--wait', '--json'], { env });
    expect(sent.code, sent.stderr).toBe(0);
    const { stdout } = await work.run(['runs', 'list', '--json'], { env });
    expect(JSON.parse(stdout).items).toMatchObject([{ run_id: 'patient' }]);

    await redis.cut();
    await waitUntil(
      () => reports(worker.output().stderr).length,
      (count) => count === 2,
    );
    worker.kill('SIGTERM');
    const { code, stderr } = await worker.exit;
    expect(code, stderr).toBe(0);
    await redis.restore();
  });

  test('a signal limits how long events may take to reach it, and the last words say what to do', async () => {
    await redis.restore();
    const queue = { kind: 'redis', url: redis.url, prefix: createQueueNames().prefix } as const;
    const producer = await createProducer({ queue });
    redis.slow(3_600_000);
    producer.emit(message('late') as never);
    const signal = new AbortController();
    const flushed = flushEvents(producer, signal.signal, 100);
    signal.abort();
    const error = await flushed.catch((thrown: unknown) => thrown);
    expect(describeError(error, false)).toEqual({
      exit: 1,
      text: 'error: The queue did not accept 1 event within 100 ms: no response. Send them again: an event that is stored already does not change.',
    });
    await producer.close({ timeout_ms: 100 }).catch(() => undefined);
    redis.slow(0);
  });

  test('a command that does not end after a signal is ended', async () => {
    const notes: string[] = [];
    const exits: number[] = [];
    let send: (name: NodeJS.Signals) => void = () => undefined;
    const io = {
      onSignal(listener: typeof send) {
        send = listener;
        return () => undefined;
      },
      exit: (code: number) => exits.push(code),
    };
    const terminal = { note: (text: string) => notes.push(text) };
    const signals = catchSignals({ io, terminal } as never, undefined, 10);
    send('SIGTERM');
    await waitUntil(
      () => exits,
      ([code]) => code === 1,
    );
    expect(notes[1]).toBe(
      '0.01 s after SIGTERM, a server still does not respond: ended at once; unfinished work will be delivered again.',
    );
    signals.release();
  });

  test('a worker that waits for it ends on SIGTERM', async () => {
    await redis.cut();
    const worker = work.start(['worker'], { env });
    await worker.waitForLine(/Cannot reach Redis at /);
    worker.kill('SIGTERM');
    const { code, stderr } = await worker.exit;
    expect(code, stderr).toBe(0);
    expect(reports(stderr)).toHaveLength(1);
    await redis.restore();
  });
});
