import { createServer } from 'node:net';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProducer } from '#runfold/ingest/producer.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { migrateQueue } from '#runfold/queue/open-queue.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { withoutJob } from '#runfold/worker/queue-reader.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { createQueueNames, testRedisUrl } from '../../harness/queue-prefix.js';
import { withRedis } from '../../harness/redis-server.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithRedis } from '../../harness/suite.js';
import { openTcpProxy, type TcpProxy } from '../../harness/tcp-proxy.js';
import { waitUntil } from '../../harness/wait-until.js';

describeWithRedis('a worker that is closed', () => {
  let home: TestDatabase;
  let postgres: TcpProxy;
  let redis: TcpProxy;
  let database: Database;
  let warnings: string[];
  let prefix: string;
  const log = pino(
    { level: 'warn' },
    { write: (line: string) => warnings.push(JSON.parse(line).msg) },
  );

  beforeEach(async () => {
    home = await createTestDatabase();
    postgres = await openTcpProxy(home.url, 5432);
    redis = await openTcpProxy(testRedisUrl(), 6379);
    database = openDatabase(postgres.url);
    warnings = [];
    prefix = createQueueNames().prefix;
  });
  afterEach(async () => {
    await database.close();
    await postgres.close();
    await redis.close();
    await home.drop();
  });

  test('ends although the connection that waits for jobs is between two attempts', async () => {
    const queue = { kind: 'redis', url: redis.url, prefix } as const;
    const worker = await openWorker({ database, queue, log });
    let attempts = 0;
    const refusing = createServer((socket) => {
      attempts += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const { port } = refusing.address() as { port: number };
    redis.retarget(`redis://127.0.0.1:${port}`);
    try {
      const waiting = await waitUntil(
        () => withRedis(testRedisUrl(), (one) => one.client('LIST')),
        (list) => blockedOf(String(list), prefix) !== undefined,
      );
      const id = blockedOf(String(waiting), prefix) ?? 0;
      await withRedis(testRedisUrl(), (one) => one.client('KILL', 'ID', id));
      // Each attempt waits longer than the one before.
      await waitUntil(
        () => attempts,
        (count) => count > 5,
      );
      await worker.close({ timeout_ms: 5_000 });
      expect(warnings).not.toContain('closing without the queue; it redelivers the jobs in flight');
    } finally {
      await new Promise((resolve) => refusing.close(resolve));
    }
  });

  test.each([
    ['one queue', undefined],
    ['two queues', 2],
  ])('ends without a server that froze, which has %s', async (_, queues) => {
    const direct = { kind: 'redis', url: testRedisUrl(), prefix, queues } as const;
    const options = { database, log, lock_ms: 1_000, stalled_interval_ms: 200 };
    const worker = await openWorker({ ...options, queue: { ...direct, url: redis.url } });
    await postgres.cut();
    const producer = await createProducer({ queue: direct, events_per_job: 10 });
    for (const event of sampleEvents(300)) producer.emit(event);
    await producer.flush();
    await waitUntil(
      () => withRedis(testRedisUrl(), (one) => activeJobs(one, prefix)),
      (jobs) => jobs >= 10,
    );
    redis.slow(3_600_000);
    await worker.close({ timeout_ms: 100 });
    expect(warnings).toContain('closing without the queue; it redelivers the jobs in flight');
    await postgres.restore();
    const next = await openWorker({ ...options, queue: direct });
    // A write that had begun may still have got through.
    await waitUntil(
      () => ({ after: next.stats(), before: worker.stats() }),
      ({ after, before }) => after.applied + before.applied === 300,
    );
    // Ten jobs and more, and fewer lines.
    const taken = warnings.filter((text) => text.includes('taken over from a dead worker'));
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.length).toBeLessThan(5);
    await producer.close();
    await next.close();
  });

  test.each(['redis', 'postgres'] as const)(
    'ends without a Postgres that froze while it wrote, with a queue on %s',
    async (kind) => {
      const queue =
        kind === 'redis'
          ? ({ kind, url: testRedisUrl(), prefix } as const)
          : ({ kind, connection: postgres.url } as const);
      const direct = kind === 'redis' ? queue : ({ kind, connection: home.url } as const);
      await migrateQueue(direct);
      const options = { database, log, lock_ms: 1_000, stalled_interval_ms: 200 };
      const worker = await openWorker({ ...options, queue });
      const lock = openDatabase(home.url);
      const locked = await lock.pool.connect();
      await locked.query('begin; lock table runfold_internal.event');
      const producer = await createProducer({ queue: direct, events_per_job: 100 });
      for (const event of sampleEvents(300)) producer.emit(event);
      await producer.flush();
      await waitUntil(() => worker.state().busy_lanes);
      postgres.slow(3_600_000);
      await worker.close({ timeout_ms: 100 });
      // Whoever still has a connection does not keep the store from closing.
      await database.close();
      expect(warnings).toContain('closing without the work in flight, which takes too long');
      await locked.query('rollback');
      locked.release();
      const next = await openWorker({ ...options, queue: direct, database: lock });
      await waitUntil(
        () => ({ after: next.stats(), before: worker.stats() }),
        ({ after, before }) => after.received + before.received >= 300,
      );
      const [row] = await lock.query('select count(*)::integer as events from runfold.events');
      expect(row).toEqual({ events: 300 });
      await producer.close();
      await next.close();
      await lock.close();
    },
  );
});

test('errors for the jobs that lost their locks in an outage are alike', () => {
  const textOf = (text: string) => withoutJob(new Error(text)).message;
  expect(textOf('Missing lock for job 9708c3e6-57bd. moveToFinished')).toBe(
    'Missing lock for a job. moveToFinished',
  );
  expect(textOf('could not renew lock for job trace.7-a')).toBe('could not renew lock for a job');
  expect(textOf('Connection is closed.')).toBe('Connection is closed.');
});

/** How many jobs are in flight, in all queues of a prefix. */
async function activeJobs(redis: Redis, prefix: string): Promise<number> {
  const names = await redis.keys(`*${prefix}*:active`);
  const counts = await Promise.all(names.map((name) => redis.llen(name)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The id of the connection that waits for jobs, in a list of clients. */
function blockedOf(list: string, prefix: string): number | undefined {
  const line = list
    .split('\n')
    .find((text) => text.includes(` name=${prefix}:`) && text.includes(' cmd=bzpopmin '));
  return line === undefined ? undefined : Number(/^id=(\d+)/.exec(line)?.[1]);
}
