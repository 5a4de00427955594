import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createProducer, type Producer } from '#runfold/ingest/producer.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { openQueue } from '#runfold/queue/open-queue.js';
import { openWorker, type RunningWorker } from '#runfold/worker/open-worker.js';
import { onOneServer } from '../../harness/citus-store.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { startNode } from '../../harness/processes.js';
import { createQueueNames, testRedisUrl } from '../../harness/queue-prefix.js';
import { withRedis } from '../../harness/redis-server.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithRedis } from '../../harness/suite.js';
import { openTcpProxy, type TcpProxy } from '../../harness/tcp-proxy.js';
import { waitUntil } from '../../harness/wait-until.js';

const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const lines: string[] = [];
const log = pino({ level: 'error' }, { write: (line: string) => lines.push(line) });

describeWithRedis('when a server is away', () => {
  let home: TestDatabase;
  let postgres: TcpProxy;
  let redis: TcpProxy;
  let database: Database;
  let prefix: string;
  const opened: (RunningWorker | Producer)[] = [];

  beforeEach(async () => {
    home = await createTestDatabase();
    postgres = await openTcpProxy(home.url, 5432);
    redis = await openTcpProxy(testRedisUrl(), 6379);
    database = openDatabase(postgres.url);
    prefix = createQueueNames().prefix;
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close({ timeout_ms: 1_000 })));
    await database.close();
    await postgres.close();
    await redis.close();
    await home.drop();
  });

  const queue = () => ({ kind: 'redis', url: redis.url, prefix }) as const;
  const worker = async () => {
    const one = await openWorker({ database, queue: queue(), log, stalled_interval_ms: 200 });
    opened.push(one);
    return one;
  };
  const producer = async (options = {}) => {
    const one = await createProducer({ queue: queue(), ...options });
    opened.push(one);
    return one;
  };
  const received = (one: RunningWorker, count: number) =>
    waitUntil(
      () => one.stats().received,
      (got) => got >= count,
      { what: `${count} events to be received` },
    );

  const describeHere = onOneServer(
    (name: string, suite: () => void) => describe(name, suite),
    'a store on Citus is written without its coordinator; test/store/shards/citus-moves.test.ts cuts nodes off',
  );

  describeHere('which is Postgres', () => {
    test('jobs wait for Postgres, burn no attempt, and go in when it is back', async () => {
      lines.length = 0;
      const folding = await worker();
      const emitting = await producer({ events_per_job: 100 });
      await postgres.cut();
      for (const event of sampleEvents(1_000)) emitting.emit(event);
      await emitting.flush();
      await waitUntil(
        () => folding.stats().retries,
        (retries) => retries >= 3,
      );
      // Many attempts fail in the same way, and the log says so once.
      const reasons = lines.map((line) => JSON.parse(line).err.message);
      expect(reasons).toEqual([...new Set(reasons)]);
      const inspecting = await openQueue(queue(), { onError: () => undefined });
      const jobs = await inspecting.getJobs(['active', 'waiting', 'failed', 'delayed']);
      expect(jobs.length).toBe(10);
      expect(jobs.every((job) => job.attemptsMade === 0)).toBe(true);
      expect(await inspecting.getFailedCount()).toBe(0);
      await inspecting.close();
      await postgres.restore();
      await received(folding, 1_000);
      expect(folding.stats()).toMatchObject({ applied: 1_000, duplicate: 0, rejected: 0 });
      expect(await verify(database)).toMatchObject({ equal: true, events: 1_000 });
    });

    test('a worker that closes while Postgres is away hands its jobs back for the next', async () => {
      const leaving = await worker();
      const emitting = await producer({ events_per_job: 100 });
      await postgres.cut();
      for (const event of sampleEvents(500)) emitting.emit(event);
      await emitting.flush();
      await waitUntil(
        () => leaving.stats().retries,
        (retries) => retries >= 1,
      );
      await leaving.close({ timeout_ms: 100 });
      expect(leaving.stats().received).toBe(0);
      await postgres.restore();
      const next = await worker();
      await received(next, 500);
      expect(next.stats()).toMatchObject({ applied: 500, duplicate: 0, rejected: 0 });
    });

    test('a worker told to end while both are away ends, and its jobs come again', async () => {
      const env = {
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        RUNFOLD_REDIS_PREFIX: prefix,
      };
      const leaving = startNode([main, 'worker'], { env });
      await leaving.waitForLine(/worker started/);
      await postgres.cut();
      const emitting = await producer({ events_per_job: 100 });
      for (const event of sampleEvents(500)) emitting.emit(event);
      await emitting.flush();
      await leaving.waitForLine(/write failed; waiting/);
      await redis.cut();
      await leaving.waitForLine(/Cannot reach Redis at/);
      leaving.kill('SIGTERM');
      expect((await leaving.exit).code).toBe(0);
      await Promise.all([postgres.restore(), redis.restore()]);
      const next = await worker();
      await received(next, 500);
      expect(next.stats()).toMatchObject({ applied: 500, duplicate: 0, rejected: 0 });
    });
  });

  test('a producer keeps its events while Redis is away, says when it is full, and delivers', async () => {
    const faults: Error[] = [];
    const emitting = await producer({
      events_per_job: 100,
      max_buffered_events: 300,
      on_error: (error: Error) => faults.push(error),
    });
    await emitting.flush();
    await redis.cut();
    const events = sampleEvents(301);
    for (const event of events.slice(0, 300)) emitting.emit(event);
    expect(() => emitting.emit(events[300] as never)).toThrow(
      expect.objectContaining({ code: 'buffer_full', capacity: 300 }),
    );
    await expect(emitting.flush({ timeout_ms: 300 })).rejects.toMatchObject({
      code: 'queue_unavailable',
      waiting_events: 300,
    });
    await waitUntil(() => faults.length);
    await redis.restore();
    await emitting.flush();
    expect(emitting.stats()).toMatchObject({
      emitted_events: 300,
      acknowledged_events: 300,
      refused_events: 1,
      waiting_events: 0,
    });
    const folding = await worker();
    await received(folding, 300);
    expect(folding.stats()).toMatchObject({ applied: 300, rejected: 0 });
  });

  test('a worker takes up its work again when Redis is back', async () => {
    await worker();
    const emitting = await producer({ events_per_job: 50 });
    await redis.cut();
    for (const event of sampleEvents(400)) emitting.emit(event);
    await redis.restore();
    await emitting.flush();
    await waitUntil(
      async () => (await verify(database)).events,
      (count) => count === 400,
      { what: '400 events in the log' },
    );
    expect(await verify(database)).toMatchObject({ equal: true });
  });

  test('a job whose data is not JSON is set aside as it came', async () => {
    const direct = await openQueue(queue(), { onError: () => undefined });
    await direct.add('events', { v: 1 }, { jobId: 'torn' });
    await withRedis(testRedisUrl(), (client) =>
      client.hset(direct.toKey('torn'), 'data', '{"v":1,"project":1,"ev'),
    );
    const folding = await worker();
    await received(folding, 1);
    expect(
      await database.query('select job_id, code, payload from runfold_internal.rejected_event'),
    ).toEqual([
      { job_id: 'torn', code: 'invalid_job', payload: JSON.stringify('{"v":1,"project":1,"ev') },
    ]);
    await direct.close();
  });
});
