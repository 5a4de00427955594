import { once } from 'node:events';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { openHttpServer } from '#runfold/http/server/open-http-server.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { openTier } from '#runfold/tier.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { testRedisUrl } from '../../harness/queue-prefix.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithRedis } from '../../harness/suite.js';
import { openTcpProxy } from '../../harness/tcp-proxy.js';
import { createTestHome, fastestTier, openTestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { message, useStore, useWorkplace } from '../cli/command-line.js';
import { jsonOf, openTestService, posted } from './http-service.js';

const silent = pino({ level: 'silent' });

describe('runfold up and serve', () => {
  const work = useWorkplace();

  test('answer beside the worker, and alone on the store of another', async () => {
    const up = work.start(['up']);
    const [, url = ''] = await up.waitForLine(/http +(http:\/\/127\.0\.0\.1:\d+)/);
    const sent = await fetch(`${url}/v1/events?wait=true`, posted(message('by-http')));
    expect(await sent.json()).toMatchObject({ accepted: 1, folded: true });

    const serve = work.start(['serve']);
    const [, alone = ''] = await serve.waitForLine(/serves (http:\/\/127\.0\.0\.1:\d+)/);
    expect((await fetch(`${alone}/v1/runs/by-http`)).status).toBe(200);
    const more = await fetch(`${alone}/v1/events?wait=true`, posted(message('by-http')));
    expect(await more.json()).toMatchObject({ folded: true });
    serve.kill('SIGTERM');
    expect((await serve.exit).code).toBe(0);
    up.kill('SIGTERM');
    const { code, stderr } = await up.exit;
    expect(code, stderr).toBe(0);
  });

  test('say that no worker runs, what is wrong with a port, and who has it', async () => {
    const serve = work.start(['serve', '--dir', 'alone']);
    await serve.waitForLine(/^No worker is running/);
    const [, port = ''] = await serve.waitForLine(/serves http:\/\/127\.0\.0\.1:(\d+)/);
    const taken = await work.run(['serve', '--dir', 'alone', '--http-port', port]);
    expect(taken.stderr).toMatch(
      /^error: Cannot listen on 127\.0\.0\.1:\d+: another process uses this port/,
    );
    expect(await work.run(['up', '--http-port', 'x'])).toMatchObject({ code: 2 });
    serve.kill('SIGTERM');
    expect((await serve.exit).code).toBe(0);
  });
});

describe('runfold serve', () => {
  const work = useWorkplace();
  useStore(work);

  test('refuses any but a loopback address until there is a key', async () => {
    const refused = await work.run(['serve', '--http-host', '0.0.0.0']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'while there are no keys: everybody who reaches it could read and write',
    );
    const key = await work.run(['keys', 'create', '--scope', 'read']);
    const serve = work.start(['serve', '--http-host', '0.0.0.0']);
    const [, port] = await serve.waitForLine(/serves http:\/\/0\.0\.0\.0:(\d+)/);
    const url = `http://127.0.0.1:${port}/v1/runs`;
    expect((await fetch(url)).status).toBe(401);
    const headers = { authorization: `Bearer ${key.stdout.trim()}` };
    expect((await fetch(url, { headers })).status).toBe(200);
    serve.kill('SIGTERM');
    expect((await serve.exit).code).toBe(0);
  });
});

describe('the service', () => {
  test('serves a store that is there again, with all that it held', async () => {
    const home = await createTestHome('embedded');
    for (const _start of [1, 2]) {
      const tier = await openTier(home.options);
      const http = await openHttpServer({
        target: tier.target,
        queue: tier.queue,
        log: silent,
        port: 0,
      });
      const worker = await openWorker({
        database: tier.database,
        queue: tier.queue,
        log: silent,
      });
      expect((await fetch(`${http.url}/readyz`)).status).toBe(200);
      const sent = posted(message('kept', { id: 'once' }));
      expect((await fetch(`${http.url}/v1/events?wait=true`, sent)).status).toBe(200);
      expect(await jsonOf(fetch(`${http.url}/v1/runs/kept`))).toMatchObject({ messages: 1 });
      await http.close();
      await worker.close();
      await tier.close();
    }
    await home.close();
  });

  test('responds to what is at work, ends its streams, and hands everything over when it closes', async () => {
    const service = await openTestService(fastestTier());
    const stream = await service.fetch('/v1/tail');
    const sending = Array.from({ length: 8 }, (_, at) =>
      service.fetch('/v1/events', posted(sampleEvents(500, `drain-${at}`))),
    );
    const statuses = await Promise.all([
      ...sending.map(async (one) => (await one).status),
      sending[0]?.then(() => service.http.close()),
    ]);
    const accepted = statuses.filter((status) => status === 202).length;
    expect(accepted).toBeGreaterThanOrEqual(1);
    await stream.text();
    await expect(service.fetch('/livez')).rejects.toThrow();
    await waitUntil(
      async () => (await verify(service.home.tier.database)).events,
      (events) => events >= accepted * 500,
    );
    await service.close();
  });

  test('does not wait for a connection that a browser opened ahead, on which nothing arrived', async () => {
    const service = await openTestService(fastestTier());
    const ahead = connect(Number(new URL(service.http.url).port), '127.0.0.1');
    await once(ahead, 'connect');
    // The service has accepted it before one that was opened later.
    expect((await service.fetch('/livez')).status).toBe(200);
    const gone = once(ahead, 'close');
    // Longer than a test may last.
    await service.http.close({ timeout_ms: 900_000 });
    await gone;
    await service.close();
  });

  test('logs requests without their bodies, queries and keys', async () => {
    let lines = '';
    const stream = new Writable({
      write(chunk, _encoding, done) {
        lines += chunk;
        done();
      },
    });
    const service = await openTestService(fastestTier(), { log: pino({ level: 'trace' }, stream) });
    const { headers } = await service.key(1, ['ingest', 'read']);
    await service.fetch('/v1/events', posted(message('private-run'), headers));
    await service.fetch('/v1/runs?user_id=private-user', { headers });
    await service.fetch('/v1/runs/private-run', {
      headers: { authorization: 'Bearer rf_private' },
    });
    await service.fetch('/v1/events', posted('{"private', headers));
    await service.close();
    const requests = lines.split('\n').filter((line) => line.includes('"msg":"request"'));
    expect(requests).toHaveLength(4);
    expect(JSON.parse(requests[0] ?? '')).toMatchObject({
      route: '/v1/events',
      status: 202,
      project: 1,
    });
    expect(lines).not.toContain('private');
    expect(lines).not.toContain(headers.authorization.slice(-43));
  });
});

describeWithRedis('while the queue is away', () => {
  test('events are answered 503 with Retry-After, nothing acknowledged is lost, and it recovers', async () => {
    const home = await openTestTier('redis+postgres');
    const proxy = await openTcpProxy(testRedisUrl(), 6379);
    const prefix = home.options.redis_prefix;
    const queue = { kind: 'redis', url: proxy.url, prefix } as const;
    const { tier } = home;
    const limits = { queue_timeout_ms: 300 };
    const http = await openHttpServer({ target: tier.target, queue, log: silent, port: 0, limits });
    const worker = await openWorker({ database: tier.database, queue: tier.queue, log: silent });
    const send = (name: string) => fetch(`${http.url}/v1/events`, posted(sampleEvents(50, name)));
    expect((await send('before')).status).toBe(202);
    await proxy.cut();
    for (const name of ['away', 'away', 'away-too']) {
      const answer = await send(name);
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(await answer.json()).toMatchObject({ code: 'queue_unavailable' });
    }
    const ready = await fetch(`${http.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ database: 'ok', queue: 'failing' });
    expect((await fetch(`${http.url}/v1/runs`)).status).toBe(200);
    await proxy.restore();
    await waitUntil(
      async () => (await send('away')).status,
      (status) => status === 202,
      { what: 'events to be taken again' },
    );
    const last = await jsonOf<{ folded: boolean }>(
      fetch(`${http.url}/v1/events?wait=true`, posted(sampleEvents(50, 'away-too'))),
    );
    expect(last.folded).toBe(true);
    const audit = await verify(tier.database);
    // Each batch counts once, however often it was sent.
    expect(audit).toMatchObject({ equal: true, events: 150 });
    await worker.close();
    await http.close({ timeout_ms: 1_000 });
    await proxy.close();
    await home.close();
  });
});
