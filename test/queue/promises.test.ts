import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openHttpServer } from '#runfold/http/server/open-http-server.js';
import { createProducer } from '#runfold/ingest/producer.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { migrateQueue, openQueue } from '#runfold/queue/open-queue.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { startNode } from '../../harness/processes.js';
import { createQueueNames, testRedisUrl } from '../../harness/queue-prefix.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithRedis } from '../../harness/suite.js';
import { openTcpProxy } from '../../harness/tcp-proxy.js';
import { waitUntil } from '../../harness/wait-until.js';

const log = pino({ level: 'silent' });
const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;

describeWithRedis('what the queue is given', () => {
  let home: TestDatabase;
  let database: Database;
  let prefix: string;
  beforeEach(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url);
    prefix = createQueueNames().prefix;
  });
  afterEach(async () => {
    await database.close();
    await home.drop();
  });
  const target = (url = testRedisUrl()) => ({ kind: 'redis', url, prefix }) as const;

  test('a job that stalled many times is given up by nobody', async () => {
    const producer = await createProducer({ queue: target() });
    for (const event of sampleEvents(3)) producer.emit(event);
    await producer.close();
    // A worker that takes the job and disappears, for the tenth time.
    const connection = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
    const dead = new Worker('runfold-events', undefined, { connection, prefix, lockDuration: 100 });
    const job = await dead.getNextJob('dead');
    const queue = await openQueue(target(), { onError: () => undefined });
    await connection.hset(queue.toKey(job?.id ?? ''), 'stc', '10');
    await dead.close(true);
    connection.disconnect();
    const worker = await openWorker({ database, queue: target(), log, stalled_interval_ms: 200 });
    await waitUntil(
      () => worker.stats().applied,
      (applied) => applied === 3,
    );
    expect(await queue.getFailedCount()).toBe(0);
    await worker.close();
    await queue.close();
  });

  test('nothing is acknowledged that the queue did not take, by producer or HTTP', async () => {
    const proxy = await openTcpProxy(testRedisUrl(), 6379);
    const producer = await createProducer({ queue: target(proxy.url) });
    const limits = { queue_timeout_ms: 500 };
    const http = await openHttpServer({
      target: home.url,
      queue: target(proxy.url),
      log,
      port: 0,
      limits,
    });
    await proxy.cut();
    for (const event of sampleEvents(3)) producer.emit(event);
    await expect(producer.flush({ timeout_ms: 500 })).rejects.toMatchObject({
      code: 'queue_unavailable',
    });
    expect(producer.stats()).toMatchObject({ acknowledged_events: 0, waiting_events: 3 });
    const answer = await fetch(`${http.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'run', run_id: 'r' }),
    });
    expect(answer.status).toBe(503);
    await http.close({ timeout_ms: 100 }).catch(() => undefined);
    await producer.close({ timeout_ms: 100 }).catch(() => undefined);
    await proxy.close();
  });

  test('`rejects retry` keeps a reject until the queue has its event', async () => {
    await database.query(`insert into runfold_internal.rejected_event
      (id, project, position, job_id, code, message, payload) values
      (gen_random_uuid(), 1, 0, 'j', 'invalid_event', 'm', '{"type":"run","run_id":"r"}')`);
    // A queue that refuses each job, and counts: a sequence keeps its value after a rollback.
    await migrateQueue({ kind: 'postgres', connection: home.url });
    await database.query(`create sequence public.attempts;
      grant all on sequence public.attempts to public;
      create function public.refuse() returns trigger language plpgsql as
      $$ begin perform nextval('public.attempts'); raise exception 'no room'; end $$;
      create trigger refuse before insert on bullmq.job for each row execute function public.refuse()`);
    const env = { DATABASE_URL: home.url };
    const retrying = startNode([main, 'rejects', 'retry', '--all'], { env });
    await waitUntil(
      async () => {
        const [row] = await database.query<{ n: string }>(
          'select last_value as n from public.attempts',
        );
        return Number(row?.n);
      },
      (attempts) => attempts >= 4,
      { what: 'four attempts' },
    );
    const kept = 'select count(*)::int as n from runfold_internal.rejected_event';
    expect(await database.query(kept)).toEqual([{ n: 1 }]);
    await database.query('drop trigger refuse on bullmq.job');
    await retrying.exit;
    expect(await database.query(kept)).toEqual([{ n: 0 }]);
  });

  test('an on_error that throws ends nobody', async () => {
    const proxy = await openTcpProxy(testRedisUrl(), 6379);
    let calls = 0;
    const warnings: Error[] = [];
    const collect = (warning: Error) => warnings.push(warning);
    process.on('warning', collect);
    const producer = await createProducer({
      queue: target(proxy.url),
      on_error() {
        calls += 1;
        throw new Error('of the caller');
      },
    });
    await proxy.cut();
    for (const event of sampleEvents(3)) producer.emit(event);
    await waitUntil(() => calls >= 1, Boolean);
    await proxy.restore();
    await producer.flush();
    await producer.close();
    await proxy.close();
    process.off('warning', collect);
    expect(warnings.map(({ message }) => message).join()).toContain('of the caller');
  });
});
