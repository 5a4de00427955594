import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createProducer, type Producer } from '#runfold/ingest/producer.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { openQueue } from '#runfold/queue/open-queue.js';
import { openWorker, type RunningWorker } from '#runfold/worker/open-worker.js';
import { citusNodes, createCitusStore, servers } from '../../../harness/citus-cluster.js';
import { describeWithCitus } from '../../../harness/citus-store.js';
import { databaseUrl } from '../../../harness/database-url.js';
import { createQueueNames, testRedisUrl } from '../../../harness/queue-prefix.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { describeWithRedis } from '../../../harness/suite.js';
import { openTcpProxy, type TcpProxy } from '../../../harness/tcp-proxy.js';
import { waitUntil } from '../../../harness/wait-until.js';

describeWithCitus('ingest into a store on Citus', () => {
  describeWithRedis('while a server is cut off', () => {
    const [first = ''] = servers();
    const [node = ''] = citusNodes;
    let store: Awaited<ReturnType<typeof createCitusStore>>;
    let coordinator: TcpProxy;
    let oneNode: TcpProxy;
    let database: Database;
    let worker: RunningWorker;
    let producer: Producer;
    let queue: { kind: 'redis'; url: string; prefix: string };

    beforeEach(async () => {
      coordinator = await openTcpProxy(first, 5432);
      oneNode = await openTcpProxy(node, 5432);
      store = await createCitusStore({
        stripes: 4,
        reachedAt: (one) => (one === node ? oneNode.url : one),
      });
      const name = new URL(store.url).pathname.slice(1);
      database = openDatabase(databaseUrl(coordinator.url, name));
      queue = { kind: 'redis', url: testRedisUrl(), prefix: createQueueNames().prefix };
      const log = pino({ level: 'silent' });
      worker = await openWorker({ database, queue, log, stalled_interval_ms: 200 });
      producer = await createProducer({ queue, events_per_job: 50 });
    });
    afterEach(async () => {
      await producer?.close({ timeout_ms: 1_000 });
      await worker?.close({ timeout_ms: 1_000 });
      await database?.close();
      await store?.drop();
      await Promise.all([coordinator?.close(), oneNode?.close()]);
    });

    const send = async (count: number, from: number) => {
      for (const event of sampleEvents(count, 'outage', from)) producer.emit(event);
      await producer.flush();
    };
    const received = (count: number) =>
      waitUntil(
        () => worker.stats().received,
        (got) => got >= count,
        { what: `${count} events to be received` },
      );
    /** Bypasses the proxies. */
    const countLog = async () => {
      const [row] = await store.database.query<{ events: number }>(
        'select count(*)::integer as events from runfold_internal.event',
      );
      return row?.events;
    };

    describe('which is the coordinator', () => {
      test('goes on, keeps what must be rejected until it is back, and loses nothing', async () => {
        await send(400, 0);
        await received(400);
        await coordinator.cut();
        await send(400, 400);
        await received(800);
        expect(await countLog()).toBe(800);
        const inspecting = await openQueue(queue, { onError: () => undefined });
        await inspecting.add('events', { v: 1, project: 1, events: [{ type: 'nothing' }] });
        await waitUntil(
          () => worker.stats().retries,
          (retries) => retries >= 2,
        );
        await coordinator.restore();
        await received(801);
        expect(await inspecting.getFailedCount()).toBe(0);
        await inspecting.close();
        expect(worker.stats()).toMatchObject({ applied: 800, duplicate: 0, rejected: 1 });
        expect(await verify(database)).toMatchObject({ equal: true, events: 800 });
      });
    });

    describe('which is a node', () => {
      test('keeps the events of its stripes, and counts each once after its return', async () => {
        await send(200, 0);
        await received(200);
        // Some of these are written before the cut, or at that moment, and those after it are not.
        const sending = send(400, 200);
        await oneNode.cut();
        await sending;
        await send(400, 600);
        await waitUntil(
          () => worker.stats().retries,
          (retries) => retries >= 2,
        );
        expect(await verify(database).catch(() => 'away')).toBe('away');
        await oneNode.restore();
        await received(1_000);
        expect(await verify(database)).toMatchObject({ equal: true, events: 1_000 });
        const { applied, duplicate, rejected } = worker.stats();
        expect([applied + duplicate, rejected]).toEqual([1_000, 0]);
      });
    });
  });
});
