import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openHttpServer } from '#runfold/http/server/open-http-server.js';
import { createProducer } from '#runfold/ingest/producer.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { createTestDatabase } from '../../harness/database.js';
import { withRedis } from '../../harness/redis-server.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { findBinaries, freePort } from '../../harness/server-binary.js';
import { startServer } from '../../harness/server-process.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { openTcpProxy } from '../../harness/tcp-proxy.js';
import { waitUntil } from '../../harness/wait-until.js';

const log = pino({ level: 'silent' });

async function startRedis() {
  const binaries = findBinaries(['redis-server']);
  if (binaries === undefined) return undefined;
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  return startServer({
    name: 'Redis',
    command: `${binaries}/redis-server`,
    prepare: async (folder) => [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
    ],
    stopSignal: 'SIGTERM',
    reach: async (stop) => {
      await withRedis(url, (redis) => redis.ping());
      return { name: 'Redis', url, version: '', origin: 'started for the tests', stop };
    },
  });
}

describeWithPostgres('a failover of Redis that leaves connections open', () => {
  test('producer, worker and service leave the old primary, and readiness tells meanwhile', async (context) => {
    const [old, next] = [await startRedis(), await startRedis()];
    if (
      old === undefined ||
      next === undefined ||
      typeof old === 'string' ||
      typeof next === 'string'
    )
      return context.skip('no redis-server on the PATH');
    const home = await createTestDatabase();
    const database = openDatabase(home.url);
    // The name of the primary. Open connections stay with their server.
    const name = await openTcpProxy(old.url, 6379);
    const queue = { kind: 'redis', url: name.url } as const;
    const port = (url: string) => new URL(url).port;
    await withRedis(next.url, (redis) => redis.replicaof('127.0.0.1', Number(port(old.url))));
    const worker = await openWorker({ database, queue, log, stalled_interval_ms: 500 });
    const producer = await createProducer({ queue });
    const http = await openHttpServer({ target: home.url, queue, log, port: 0 });
    const emit = async (from: number) => {
      for (const event of sampleEvents(20, 'sample', from)) producer.emit(event);
      await producer.flush();
    };
    const received = (count: number) =>
      waitUntil(
        () => worker.stats().received,
        (got) => got >= count,
        { what: `${count} events` },
      );
    const ready = async () => (await fetch(`${http.url}/readyz`)).status;
    try {
      await emit(0);
      await received(20);
      expect(await ready()).toBe(200);
      // The replica has everything: losing unreplicated data is up to the operator.
      await withRedis(old.url, (redis) => redis.wait(1, 5_000));
      await withRedis(next.url, (redis) => redis.replicaof('NO', 'ONE'));
      await withRedis(old.url, (redis) => redis.replicaof('127.0.0.1', Number(port(next.url))));
      expect(await ready()).toBe(503);
      name.retarget(next.url);
      await emit(20);
      await received(40);
      await waitUntil(ready, (status) => status === 200);
      const answer = await fetch(`${http.url}/v1/events?wait=true`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'run', run_id: 'after' }),
      });
      expect(answer.status).toBe(200);
    } finally {
      await http.close({ timeout_ms: 1_000 });
      await producer.close({ timeout_ms: 1_000 });
      await worker.close({ timeout_ms: 1_000 });
      await database.close();
      await name.close();
      await Promise.all([old.stop(), next.stop()]);
      await home.drop();
    }
  });
});
