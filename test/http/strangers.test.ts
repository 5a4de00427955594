import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fastestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { jsonOf, openTestService, posted, type TestService } from './http-service.js';

const event = (more: object = {}) => ({ type: 'message', run_id: 'r', role: 'user', ...more });

describe('what a stranger sends', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await openTestService(fastestTier(), { limits: { bodies_bytes: 40 * 2 ** 20 } });
  });
  afterAll(() => service.close());
  const send = (body: unknown, headers = {}, query = '') =>
    service.fetch(`/v1/events${query}`, posted(body, headers));

  test.each([
    ['arrays in arrays', `${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}`, 'application/json'],
    ['numbers', `[${'1,'.repeat(3_000_000)}1]`, 'application/json'],
    ['empty objects', `[${'{},'.repeat(2_000_000)}{}]`, 'application/json'],
    ['lines of arrays', `"\n${`${'['.repeat(500)}\n`.repeat(1_000)}`, 'application/x-ndjson'],
    ['a CloudEvent of arrays', '['.repeat(2_000_000), 'application/cloudevents+json'],
  ])('%s are refused while they come, packed or not', async (_, text, type) => {
    for (const coding of ['gzip', 'identity']) {
      const body = coding === 'gzip' ? gzipSync(text) : text;
      const answer = await service.fetch('/v1/events', {
        method: 'POST',
        body,
        headers: { 'content-type': type, 'content-encoding': coding },
      });
      expect(answer.status).toBe(413);
      expect((await jsonOf(answer)).detail).toMatch(
        /at most (250000 arrays and objects|2000000 values) in one request, got more at byte \d+\. Split/,
      );
    }
  });

  test('events with many invalid names leave others their turn', async () => {
    const names = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`k${at}`, 1]));
    const body = Array.from({ length: 45 }, () => event({ metrics: names }));
    const turns = { last: performance.now(), longest: 0, isOver: false };
    const look = () => {
      const now = performance.now();
      turns.longest = Math.max(turns.longest, now - turns.last);
      turns.last = now;
      if (!turns.isOver) setImmediate(look);
    };
    look();
    const begun = performance.now();
    expect((await send(body)).status).toBe(422);
    const took = performance.now() - begun;
    turns.isOver = true;
    expect(turns.longest).toBeLessThan(took / 2);
  });

  test('brackets within texts are no arrays', async () => {
    const text = '[{'.repeat(30_000);
    const events = Array.from({ length: 10 }, (_, at) =>
      event({
        id: `t${at}`,
        role: 'assistant',
        metrics: { additional_metrics: { text: `"\\${text}` } },
      }),
    );
    expect((await send(events)).status).toBe(202);
  });

  test('tens of thousands of unknown names are answered by the first of them', async () => {
    const names = Object.fromEntries(Array.from({ length: 30_000 }, (_, at) => [`k${at}`, 1]));
    for (const body of [
      event(names),
      event({ metrics: names }),
      event({ ['x'.repeat(100_000)]: 1 }),
    ]) {
      const answer = await send(body);
      expect(answer.status).toBe(422);
      expect((await answer.text()).length).toBeLessThan(100_000);
    }
  });

  test('an Idempotency-Key with another body is refused, and with the same one is not', async () => {
    const headers = { 'idempotency-key': 'job-7' };
    const first = [event({ occurred_at: '2026-01-31T12:00:00Z' })];
    expect((await send(first, headers, '?wait=true')).status).toBe(200);
    expect((await send(first, headers, '?wait=true')).status).toBe(200);
    const other = await send([event({ run_id: 'other' })], headers, '?wait=true');
    expect(other.status).toBe(409);
    expect((await jsonOf(other)).code).toBe('idempotency_key_reused');
  });

  test.each(['a\0b', '\ud800'])('the text %j is refused wherever it stands', async (text) => {
    const json = JSON.stringify(text);
    const admin = { 'x-forwarded-host': 'example.org' };
    expect((await service.fetch('/v1/runs', { headers: admin })).status).toBe(421);
    // In a URL, half a surrogate pair is not valid UTF-8, and becomes the replacement character.
    const encoded = 'a%00b';
    for (const path of [
      `/v1/runs/${encoded}`,
      `/v1/runs?user_id=${encoded}`,
      `/v1/usage?from=${encoded}&to=2026-01-01T00:00:00Z`,
      `/v1/runs?cursor=${encoded}`,
      `/v1/tail?cursor=${encoded}`,
      `/v1/sessions/${encoded}/metrics`,
    ]) {
      expect([400, 404], path).toContain((await service.fetch(path)).status);
    }
    expect((await send(`{"type":"run","run_id":${json}}`)).status).toBe(422);
  });

  test('an id of 200 emoji goes in and comes out', async () => {
    const run_id = '😀'.repeat(200);
    expect((await send(event({ run_id, session_id: 'e' }), {}, '?wait=true')).status).toBe(200);
    for (const path of [
      `/v1/runs/${encodeURIComponent(run_id)}`,
      `/v1/runs/${encodeURIComponent(run_id)}/metrics`,
      `/v1/messages?run_id=${encodeURIComponent(run_id)}`,
    ]) {
      const { status } = await service.fetch(path);
      expect(status, path.slice(-20)).toBe(200);
    }
    const over = encodeURIComponent('😀'.repeat(201));
    expect((await service.fetch(`/v1/runs/${over}`)).status).toBe(400);
  });

  test('the first key is not made by a request', async () => {
    const answer = await service.fetch('/v1/keys', posted({ scopes: ['admin'] }));
    expect(answer.status).toBe(403);
    expect((await service.fetch('/v1/runs')).status).toBe(200);
  });

  test('a name of a key that cannot be stored is told with its field', async () => {
    const { headers } = await service.key(1, ['admin']);
    const answer = await service.fetch(
      '/v1/keys',
      posted('{"scopes":["read"],"name":"a\\u0000"}', headers),
    );
    expect(answer.status).toBe(400);
    expect(await jsonOf(answer)).toMatchObject({ faults: [{ field: 'name' }] });
  });
});

describe('the token of /metrics', () => {
  test('is compared by its letters, not by its length', async () => {
    const service = await openTestService(fastestTier(), {
      metrics_token: 'abcdef',
      worker_runs: false,
    });
    try {
      for (const [token, status] of [
        ['abcdef', 200],
        ['abcdeg', 401],
        ['xbcdef', 401],
        ['abcde', 401],
      ] as const) {
        const headers = { authorization: `Bearer ${token}` };
        expect((await service.fetch('/metrics', { headers })).status, token).toBe(status);
      }
    } finally {
      await service.close();
    }
  });
});

describe('what many strangers send', () => {
  const lines: { readonly msg?: string; readonly requests?: number; readonly status?: number }[] =
    [];
  let service: TestService;
  beforeAll(async () => {
    const log = pino(
      { level: 'info' },
      { write: (line: string) => void lines.push(JSON.parse(line)) },
    );
    service = await openTestService(fastestTier(), {
      log,
      worker_runs: false,
      limits: { unknown_keys_per_second: 1 },
    });
  });
  afterAll(() => service.close());

  test('is looked up so often a second, and has so many lines of the log', async () => {
    const good = await service.key(1, ['read', 'ingest']);
    const ask = (authorization: string) =>
      service.fetch('/v1/runs', { headers: { authorization } });
    expect((await ask(good.headers.authorization)).status).toBe(200);
    const began = performance.now();
    const wrong = (at: number) => `Bearer rf_${String(at).padStart(16, '0')}_${'x'.repeat(43)}`;
    const statuses = await Promise.all(
      Array.from({ length: 200 }, (_, at) => ask(wrong(at)).then(({ status }) => status)),
    );
    const looked = statuses.filter((status) => status === 401).length;
    expect(looked).toBeGreaterThan(0);
    // One per second, and those of two seconds at first.
    const begunSeconds = () => Math.floor((performance.now() - began) / 1_000) + 2;
    expect(looked).toBeLessThanOrEqual(2 + begunSeconds());
    expect(statuses.filter((status) => status === 429)).toHaveLength(200 - looked);
    expect((await ask(good.headers.authorization)).status, 'who is known goes on').toBe(200);
    const refused = lines.filter(({ status }) => status === 401 || status === 429);
    expect(refused.length).toBeLessThanOrEqual(20 * begunSeconds());
  });

  test('has an answer of a thousand faults, and a count of the rest', async () => {
    const good = await service.key(1, ['ingest']);
    const names = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`unknown${at}`, 1]));
    const events = Array.from({ length: 500 }, () => event(names));
    // A key that the service does not know yet waits its turn behind the strangers' keys.
    const answer = await waitUntil(
      () => service.fetch('/v1/events', posted(events, good.headers)),
      ({ status }) => status !== 429,
      { what: 'the key to be looked up', intervalMs: 250 },
    );
    expect(answer.status).toBe(422);
    const text = await answer.text();
    expect(text.length).toBeLessThan(500_000);
    const { refused, faults, unlisted } = JSON.parse(text);
    expect(refused).toBe(500);
    expect(faults.length + unlisted).toBe(500);
    expect(faults.length).toBeLessThan(12);
  });
});
