import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openHttpServer } from '#runfold/http/server/open-http-server.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeOnEachTier, fastestTier } from '../../harness/tiers.js';
import { message } from '../cli/command-line.js';
import { jsonOf, openTestService, posted, type TestService } from './http-service.js';

describeOnEachTier('events sent by HTTP', (tier) => {
  let service: TestService;
  beforeAll(async () => {
    service = await openTestService(tier);
  });
  afterAll(() => service.close());
  const send = (init: RequestInit, query = '') => service.fetch(`/v1/events${query}`, init);

  test('are in the totals when the answer comes, where it was waited for', async () => {
    const answer = await send(posted(message('waited', { id: 'a' })), '?wait=true');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ accepted: 1, refused: 0, folded: true });
    const run = await service.fetch('/v1/runs/waited');
    expect(await run.json()).toMatchObject({ total_tokens: 15, cost: 0.001 });
    expect(run.headers.get('runfold-last-folded-at')).toMatch(/Z$/);
  });

  test('change nothing when they are sent again, as an array or line by line', async () => {
    const events = sampleEvents(400, 'again');
    const lines = events.map((event) => JSON.stringify(event)).join('\r\n');
    const first = await send(posted(events), '?wait=true');
    expect(await first.json()).toEqual({ accepted: 400, refused: 0, folded: true });
    const second = await send(
      posted(`\n${lines}\n\n`, { 'content-type': 'application/x-ndjson; charset=utf-8' }),
      '?wait=true',
    );
    expect(await second.json()).toEqual({ accepted: 400, refused: 0, folded: true });
    const audit = await verify(service.home.tier.database);
    expect(audit).toMatchObject({ equal: true, events: 401 });
  });
});

describe('the answer to events', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await openTestService(fastestTier(), {
      limits: {
        body_bytes: 200_000,
        decoded_bytes: 1_000_000,
        request_events: 100,
        body_idle_ms: 300,
      },
    });
  });
  afterAll(() => service.close());
  const send = (init: RequestInit, query = '') => service.fetch(`/v1/events${query}`, init);
  const raw = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
    send({ method: 'POST', body, headers });

  test('takes the good ones and names the fault of each other by its place', async () => {
    const answer = await send(
      posted([message('mixed', { id: 'x' }), { type: 'run' }, 7, message('mixed', { id: 'z' })]),
    );
    expect(answer.status).toBe(207);
    expect(await answer.json()).toMatchObject({
      accepted: 2,
      refused: 2,
      ids: ['x', null, null, 'z'],
      faults: [
        { index: 1, faults: [{ field: 'run_id', got: 'nothing' }] },
        { index: 2, faults: [{ field: '', expected: 'an object', got: '7' }] },
      ],
    });
    const none = await send(posted([{ type: 'run' }]));
    expect(none.status).toBe(422);
    expect(await none.json()).toMatchObject({ code: 'invalid_event', accepted: 0, refused: 1 });
    const lines = await raw(`${JSON.stringify(message('lines', { id: '1' }))}\n{"type":\n`, {
      'content-type': 'application/x-ndjson',
    });
    expect(await lines.json()).toMatchObject({
      accepted: 1,
      faults: [{ index: 1, faults: [{ expected: 'a line of JSON' }] }],
    });
    expect(await (await send(posted([]))).json()).toEqual({ accepted: 0, refused: 0 });
  });

  test('makes missing ids of the Idempotency-Key, and tells them', async () => {
    const twice = [message('idem'), message('idem', { id: 'own' })];
    const headers = { 'idempotency-key': 'batch-7' };
    const one = await jsonOf<{ ids: string[] }>(send(posted(twice, headers), '?wait=true'));
    const two = await jsonOf<{ ids: string[] }>(send(posted(twice, headers), '?wait=true'));
    expect(one).toEqual(two);
    expect(one.ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), 'own']);
    const run = await jsonOf(service.fetch('/v1/runs/idem'));
    expect(run.assistant_messages).toBe(2);
    const other = await jsonOf<{ ids: string[] }>(send(posted(twice)));
    expect(other.ids[0]).not.toBe(one.ids[0]);
  });

  test('refuses an Idempotency-Key that another process saw with another body', async () => {
    const { target, queue } = service.home.tier;
    const other = await openHttpServer({ target, queue, log: pino({ level: 'silent' }), port: 0 });
    onTestFinished(() => other.close());
    const headers = { 'idempotency-key': 'job-7' };
    const body = (tokens: number) => [
      message('job', { metrics: { output_tokens: tokens } }),
      message('job', { metrics: { output_tokens: 2 * tokens } }),
    ];
    const path = '/v1/events?wait=true';
    expect((await send(posted(body(100), headers), '?wait=true')).status).toBe(200);
    const again = await fetch(`${other.url}${path}`, posted(body(100), headers));
    expect(again.status, 'the same body').toBe(200);
    const third = await openHttpServer({ target, queue, log: pino({ level: 'silent' }), port: 0 });
    onTestFinished(() => third.close());
    const mixed = [...body(5_000), message('job', { id: 'good', metrics: { output_tokens: 1 } })];
    const refused = await fetch(`${third.url}${path}`, posted(mixed, headers));
    expect(refused.status).toBe(207);
    expect(await refused.json()).toMatchObject({
      accepted: 1,
      refused: 2,
      folded: true,
      faults: [0, 1].map((index) => ({
        index,
        faults: [{ field: 'id', got: expect.stringContaining('(output_tokens') }],
      })),
    });
    expect(await jsonOf(service.fetch('/v1/runs/job'))).toMatchObject({ output_tokens: 301 });
    await expect
      .poll(async () => (await jsonOf(service.fetch('/v1/rejects?code=other_content'))).items)
      .toHaveLength(2);
    const { items } = await jsonOf<{ items: { id: string }[] }>(
      service.fetch('/v1/rejects?code=other_content'),
    );
    const retried = await service.fetch(`/v1/rejects/${items[0]?.id}/retry`, { method: 'POST' });
    expect(retried.status, 'it would only be refused again').toBe(422);
  });

  test('reads gzip and Zstandard, in several frames too', async () => {
    const text = (id: string) => JSON.stringify(message('coded', { id }));
    const zstd = (input: string) => execFileSync('zstd', ['-19', '--check'], { input });
    const bodies = {
      gzip: gzipSync(text('g')),
      zstd: Buffer.concat([zstd(text('z').slice(0, 40)), zstd(text('z').slice(40))]),
    };
    for (const [coding, body] of Object.entries(bodies)) {
      const answer = await raw(new Uint8Array(body), {
        'content-type': 'application/json',
        'content-encoding': coding,
      });
      expect({ coding, status: answer.status }).toEqual({ coding, status: 202 });
    }
  });

  test.each([
    ['a body that is too large', 413, 'x'.repeat(200_001), {}],
    ['more events than a request may have', 413, JSON.stringify(Array(101).fill({})), {}],
    ['a gzip bomb', 413, gzipSync('['.repeat(50_000_000)), { 'content-encoding': 'gzip' }],
    [
      'a gzip body cut off',
      400,
      gzipSync('{"a":1}').subarray(0, 15),
      { 'content-encoding': 'gzip' },
    ],
    ['a body that is no gzip', 400, 'hello', { 'content-encoding': 'gzip' }],
    ['a body that is no Zstandard', 400, 'hello', { 'content-encoding': 'zstd' }],
    ['a coding that is not read', 415, '{}', { 'content-encoding': 'br' }],
    ['a type that is not read', 415, '{}', { 'content-type': 'text/plain' }],
    ['no JSON', 400, '{"a"', {}],
    ['JSON that is not UTF-8', 400, Buffer.from([0x22, 0xff, 0x22]), {}],
    ['JSON of a hundred thousand levels', 422, '['.repeat(99_999) + ']'.repeat(99_999), {}],
    ['an Idempotency-Key that is none', 400, '{}', { 'idempotency-key': 'a b' }],
  ])('refuses %s with %i', async (_what, status, body, headers) => {
    const bytes = typeof body === 'string' ? body : new Uint8Array(body);
    const answer = await raw(bytes, { 'content-type': 'application/json', ...headers });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ status, code: expect.any(String) });
  });

  test('refuses a Zstandard bomb, by what it says and by what it does', async () => {
    const bomb = execFileSync('zstd', ['-19'], { input: '['.repeat(50_000_000) });
    // A frame header that requests a window of 1.9 GB, and an empty block.
    const window = Buffer.from('28b52ffd00a9010000', 'hex');
    for (const body of [bomb, window]) {
      const answer = await raw(new Uint8Array(body), {
        'content-type': 'application/json',
        'content-encoding': 'zstd',
      });
      expect(answer.status).toBe(413);
    }
  });

  test('refuses a body that stops half-way', async () => {
    const { hostname, port } = new URL(service.http.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      'POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"type"',
    );
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += chunk;
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain('"code":"slow_body"');
  });

  test('takes Agno runs, and names the run of a fault', async () => {
    const run = (run_id: string, more: object = {}) => ({
      run_id,
      session_id: 'agno-http',
      messages: [
        { role: 'user', created_at: 1_750_000_000, content: 'never stored' },
        {
          role: 'assistant',
          created_at: 1_750_000_001,
          metrics: { input_tokens: 10, output_tokens: 2, total_tokens: 12, duration: 0.5 },
        },
      ],
      status: 'COMPLETED',
      ...more,
    });
    const type = { 'content-type': 'application/vnd.agno.run+json' };
    const bodies = [run('agno-1'), [run('agno-1'), { session_id: 'x' }, run('agno-2')]];
    const answers = await Promise.all(bodies.map((body) => send(posted(body, type), '?wait=true')));
    expect(answers.map(({ status }) => status)).toEqual([200, 207]);
    expect(await answers[0]?.json()).toMatchObject({ accepted: 3, refused: 0 });
    expect(await answers[1]?.json()).toMatchObject({
      accepted: 6,
      refused: 1,
      faults: [{ index: 1, faults: [{ field: 'run_id' }] }],
    });
    const session = await (await service.fetch('/v1/sessions/agno-http')).json();
    expect(session).toMatchObject({ runs: 2, total_tokens: 24, time: 1 });
  });

  test('takes CloudEvents, alone and in batches', async () => {
    const envelope = (id: string, data: object, more: object = {}) => ({
      specversion: '1.0',
      id,
      source: '/agents/1',
      type: 'com.example.message',
      time: '2026-03-04T05:06:07Z',
      data,
      ...more,
    });
    const data = { role: 'assistant', run_id: 'cloud', metrics: { output_tokens: 3 } };
    const one = () =>
      send(
        posted(envelope('1', data), { 'content-type': 'application/cloudevents+json' }),
        '?wait=true',
      );
    expect((await one()).status).toBe(200);
    expect((await one()).status).toBe(200);
    const batch = [envelope('2', data), envelope('3', data, { specversion: '0.3' })];
    const answer = await send(
      posted(batch, { 'content-type': 'application/cloudevents-batch+json' }),
      '?wait=true',
    );
    expect(answer.status).toBe(207);
    expect(await answer.json()).toMatchObject({
      accepted: 1,
      faults: [{ index: 1, faults: [{ field: 'specversion', expected: '"1.0"' }] }],
    });
    const run = await (await service.fetch('/v1/runs/cloud')).json();
    expect(run).toMatchObject({
      output_tokens: 6,
      started_at: '2026-03-04T05:06:07Z'.replace('Z', '.000Z'),
    });
  });
});

describe('a key that asks for too much', () => {
  test('is told when to come again', async () => {
    const service = await openTestService(fastestTier(), {
      limits: { events_per_second: 10, requests_per_second: 2 },
    });
    // All at once, so that the bucket does not refill in between, however slow the machine is.
    const many = Array.from({ length: 15 }, (_, at) => message('many', { id: `${at}` }));
    const sent = await Promise.all(
      Array.from({ length: 3 }, () => service.fetch('/v1/events', posted(many))),
    );
    expect(sent.map(({ status }) => status)).toContain(202);
    const refused = sent.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async () => (await service.fetch('/v1/runs')).status),
    );
    expect(statuses).toContain(429);
    await service.close();
  });
});
