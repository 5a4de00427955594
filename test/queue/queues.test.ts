import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProducer } from '#runfold/ingest/producer.js';
import { readQueueStatus } from '#runfold/operations/status/status.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { openJobQueues } from '#runfold/queue/job-queues.js';
import { openWorker, type RunningWorker } from '#runfold/worker/open-worker.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { createQueueNames, testRedisUrl } from '../../harness/queue-prefix.js';
import { withRedis } from '../../harness/redis-server.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithRedis } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';

const log = pino({ level: 'silent' });

describeWithRedis('several queues', () => {
  let home: TestDatabase;
  let database: Database;
  let prefix: string;
  const workers: RunningWorker[] = [];
  beforeEach(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url);
    prefix = createQueueNames().prefix;
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.close();
    await database.close();
    await withRedis(testRedisUrl(), async (redis) => {
      const keys = await redis.keys(`{${prefix}*`);
      if (keys.length > 0) await redis.del(...keys);
    });
    await home.drop();
  });

  const target = (queues?: number) =>
    ({ kind: 'redis', url: testRedisUrl(), prefix, queues }) as const;
  const emit = async (queues: number | undefined, from: number, count = 60) => {
    const producer = await createProducer({ queue: target(queues), events_per_job: 10 });
    for (const event of sampleEvents(count, 'sample', from)) producer.emit(event);
    await producer.close();
  };
  const start = async (queues?: number) => {
    const worker = await openWorker({ database, queue: target(queues), log });
    workers.push(worker);
    return worker;
  };
  const folded = (count: number) =>
    waitUntil(
      async () => {
        const [row] = await database.query<{ n: number }>(
          'select count(*)::int as n from runfold_internal.event',
        );
        return row?.n;
      },
      (n) => n === count,
      { what: `${count} events` },
    );
  const tagged = (count: number) => Array.from({ length: count }, (_, at) => `{${prefix}:${at}}`);
  const shares = (wanted: readonly (readonly string[])[]) =>
    waitUntil(
      () => workers.map((worker) => [...worker.queues()].sort()).sort(),
      (found) => JSON.stringify(found) === JSON.stringify(wanted),
      { what: JSON.stringify(wanted) },
    );

  test('take turns with jobs, and each shows in the status', async () => {
    await emit(4, 0, 200);
    // Who only looks uses the number that there is, whatever its own setting says.
    const status = await readQueueStatus({ queue: target(7) });
    expect(status.queues?.map(({ name }) => name)).toEqual(tagged(4));
    expect(status.queues?.filter(({ waiting }) => waiting > 0).length).toBeGreaterThan(1);
    expect(status).toMatchObject({ workers: 0, failed: 0 });
    await start(4);
    await folded(200);
    expect(await readQueueStatus({ queue: target(4) })).toMatchObject({ waiting: 0, workers: 1 });
  });

  test('fall to the live workers by rank, and to others when one ends', async () => {
    await Promise.all([start(4), start(4)]);
    await shares([tagged(2), tagged(4).slice(2)]);
    await emit(undefined, 0);
    await folded(60);
    await workers.shift()?.close();
    await shares([tagged(4)]);
    await emit(undefined, 60);
    await folded(120);
  });

  test('may become more or fewer while all runs', async () => {
    await start(1);
    await shares([[prefix]]);
    const old = await createProducer({ queue: target() });
    await emit(3, 0);
    await shares([tagged(3)]);
    await folded(60);
    // A producer that does not know of it.
    for (const event of sampleEvents(60, 'sample', 60)) old.emit(event);
    await old.close();
    await folded(120);
    await emit(2, 120);
    await shares([tagged(2)]);
    await emit(undefined, 180);
    await folded(240);
    const queues = await openJobQueues(target(1), { onError: () => undefined });
    // Left on a queue that no longer exists.
    await (await queues.open(`{${prefix}:2}`)).add('events', {});
    await shares([[prefix]]);
    await waitUntil(
      async () => (await queues.all()).length,
      (count) => count === 4,
    );
    await waitUntil(
      async () => {
        const counts = (await queues.all()).map((queue) =>
          queue.getJobCountByTypes('wait', 'active'),
        );
        return (await Promise.all(counts)).reduce((sum, one) => sum + one, 0);
      },
      (open) => open === 0,
    );
    await queues.close();
  });
});
