import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createClient, type TailMessage } from '#runfold/client.js';
import { openTcpProxy, type TcpProxy } from '../../harness/tcp-proxy.js';
import { fastestTier } from '../../harness/tiers.js';
import { message } from '../cli/command-line.js';
import { openTestService, type TestService } from './http-service.js';

describe('a client whose connection is not to be relied on', () => {
  let service: TestService;
  let proxy: TcpProxy;
  beforeAll(async () => {
    service = await openTestService(fastestTier(), { limits: { tail_poll_ms: 20 } });
    proxy = await openTcpProxy(service.http.url, 80);
  });
  afterAll(async () => {
    await proxy.close();
    await service.close();
  });

  const event = (id: string) => message('outage', { id }) as never;
  const totals = async () => {
    const run = await createClient({ url: service.http.url }).getRun({ run_id: 'outage' });
    return run?.messages;
  };

  test('follows a tail over cuts, without gaps or repeats', async () => {
    const direct = createClient({ url: service.http.url });
    const client = createClient({ url: proxy.url, retries: 0 });
    const ended = new AbortController();
    const seen: string[] = [];
    let told: (value: TailMessage) => void = () => undefined;
    const next = () =>
      new Promise<TailMessage>((resolve) => {
        told = resolve;
      });
    const following = (async () => {
      for await (const one of client.tail({ only: 'events', signal: ended.signal })) {
        if (one.type === 'event') seen.push(one.event.id);
        told(one);
      }
    })();
    // The stream begins at the current time, so its first event is the first that counts.
    let first = next();
    let begun = false;
    void first.then(() => {
      begun = true;
    });
    for (let at = 0; !begun; at++) await direct.emit(event(`before-${at}`), { wait: true });
    await first;
    for (let turn = 0; turn < 3; turn++) {
      await proxy.cut();
      await direct.emit([event(`cut-${turn}-a`), event(`cut-${turn}-b`)], { wait: true });
      first = next();
      await proxy.restore();
      await first;
      first = next();
      await direct.emit(event(`after-${turn}`), { wait: true });
      while (!seen.includes(`after-${turn}`)) {
        await first;
        first = next();
      }
    }
    ended.abort();
    await following;
    const expected = [0, 1, 2].flatMap((n) => [`cut-${n}-a`, `cut-${n}-b`, `after-${n}`]);
    // Events that were folded together arrive in the order of their keys.
    expect(seen.filter((id) => !id.startsWith('before')).sort()).toEqual(expected.sort());
  });

  test('sends again what a proxy could not hand on, and what was taken though no answer came', async () => {
    const before = (await totals()) ?? 0;
    let requests = 0;
    // The first request does not reach the service; the response to the second is lost.
    const flaky = createServer(async (request, response) => {
      const turn = requests++;
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      if (turn === 0) return response.writeHead(502).end('Bad Gateway');
      const answer = await fetch(`${service.http.url}${request.url}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.concat(chunks),
      });
      const text = await answer.text();
      if (turn === 1) return response.destroy();
      return response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
    });
    await new Promise<void>((resolve) => flaky.listen(0, '127.0.0.1', resolve));
    const { port } = flaky.address() as AddressInfo;
    const client = createClient({ url: `http://127.0.0.1:${port}` });
    // Without ids: the client adds them, and keeps them for retries.
    const events = [message('outage'), message('outage')] as never[];
    expect(await client.emit(events, { wait: true })).toMatchObject({ accepted: 2, folded: true });
    expect(requests).toBe(3);
    expect(await totals()).toBe(before + 2);
    flaky.closeAllConnections();
    await new Promise((resolve) => flaky.close(resolve));
  });

  test('opens a refused tail again when the service asks for it', async () => {
    vi.useFakeTimers();
    let requests = 0;
    const refuse = async () => {
      requests += 1;
      return new Response('{}', { status: 503, headers: { 'retry-after': '7' } });
    };
    const client = createClient({ url: 'http://service', retries: 0, fetch: refuse });
    const ended = new AbortController();
    try {
      const following = client.tail({ signal: ended.signal }).next();
      await vi.advanceTimersByTimeAsync(6_999);
      expect(requests).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(requests).toBe(2);
      ended.abort();
      expect(await following).toMatchObject({ done: true });
    } finally {
      vi.useRealTimers();
    }
  });

  test('waits no longer once its signal aborts', async () => {
    await proxy.cut();
    const ended = new AbortController();
    const client = createClient({ url: proxy.url, retries: 1_000 });
    const following = client.tail({ signal: ended.signal }).next();
    ended.abort();
    expect(await following).toMatchObject({ done: true });
    await proxy.restore();
  });
});
