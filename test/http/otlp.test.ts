import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '#runfold/client.js';
import { getRunTree } from '#runfold/query/totals/run-tree.js';
import { getRun } from '#runfold/query/totals/runs.js';
import { countWaitingSpans } from '#runfold/query/waiting/waiting-spans.js';
import { openSpanInbox } from '#runfold/worker/spans/open-spans.js';
import { encodeOtlp } from '../../harness/otlp/encode.js';
import { runCommand } from '../../harness/run-command.js';
import { waitUntil } from '../../harness/wait-until.js';
import { jsonOf, openTestService, type TestService } from './http-service.js';

const canary = 'CANARY-9d41';
const zstd = (input: Buffer) => execFileSync('zstd', ['--check'], { input });
const now = () => BigInt(Date.now()) * 1_000_000n;
let traces = 0;

interface SpanSettings {
  readonly trace: string;
  readonly span: string;
  readonly parent?: string;
  readonly attributes: Readonly<Record<string, string | number>>;
}

const newTrace = () => `${String(++traces).padStart(4, '0')}${'ab'.repeat(14)}`;
const attribute = ([key, value]: [string, string | number]) => ({
  key,
  value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
});
const spanOf = ({ trace, span, parent, attributes }: SpanSettings) => ({
  traceId: trace,
  spanId: span,
  ...(parent === undefined ? {} : { parentSpanId: parent }),
  name: 'span',
  startTimeUnixNano: String(now() - 1_000_000_000n),
  endTimeUnixNano: String(now()),
  attributes: Object.entries(attributes).map(attribute),
});
const bodyOf = (...spans: unknown[]) => ({
  resourceSpans: [
    { resource: { attributes: [] }, scopeSpans: [{ scope: { name: 'test' }, spans }] },
  ],
});
const chat = (trace: string, parent: string, span = '00000000000000b1') =>
  spanOf({
    trace,
    span,
    parent,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.usage.input_tokens': 70,
      'gen_ai.usage.output_tokens': 8,
      'gen_ai.input.messages': canary,
      'gen_ai.output.messages': canary,
      'unknown.key': canary,
      'input.value': canary,
    },
  });

describe('OpenTelemetry by HTTP', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await openTestService('postgres');
  });
  afterAll(() => service?.close());

  const post = (
    path: string,
    body: NonNullable<RequestInit['body']>,
    headers: Record<string, string> = {},
  ) =>
    service.fetch(path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  test.each(['/v1/traces', '/v1/logs', '/v1/metrics'])(
    'takes an empty request to %s',
    async (path) => {
      const json = await post(path, '{}');
      expect([json.status, await json.text()]).toEqual([200, '{}']);
      expect(json.headers.get('content-type')).toBe('application/json');
      const protobuf = await post(path, '', { 'content-type': 'application/x-protobuf' });
      expect([protobuf.status, await protobuf.text()]).toEqual([200, '']);
      expect(protobuf.headers.get('content-type')).toBe('application/x-protobuf');
    },
  );

  test.each([
    ['no JSON', 'x', {}, 400, 3],
    ['no list of spans', '{"resourceSpans":7}', {}, 400, 3],
    ['another media type', '{}', { 'content-type': 'text/plain' }, 415, 3],
    ['another coding', '{}', { 'content-encoding': 'br' }, 415, 3],
    [
      'deflate, which no exporter of OpenTelemetry sends',
      '{}',
      { 'content-encoding': 'deflate' },
      415,
      3,
    ],
    ['JSON in UTF-16', Buffer.from('{}', 'utf16le'), {}, 400, 3],
    ['what is no gzip', 'abc', { 'content-encoding': 'gzip' }, 400, 3],
  ])('responds to %s with a status', async (_what, body, headers, status, code) => {
    const answer = await post('/v1/traces', body as string, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({
      code,
      message: expect.stringMatching(/xpected|is not supported/),
    });
  });

  test('takes each media type with its parameters, and each coding', async () => {
    const trace = newTrace();
    let spans = 0;
    const next = () => bodyOf(chat(trace, '', `00000000000000c${spans++}`));
    const json = () => Buffer.from(JSON.stringify(next()));
    const protobuf = () => encodeOtlp(next());
    const inHalves = (bytes: Buffer) =>
      Buffer.concat([gzipSync(bytes.subarray(0, 99)), gzipSync(bytes.subarray(99))]);
    const requests: readonly (readonly [string, string, Buffer])[] = [
      ['application/json; charset=utf-8', 'identity', json()],
      ['Application/JSON;charset=UTF-8', ' GZIP ', gzipSync(json())],
      ['application/json', 'x-gzip', gzipSync(Buffer.concat([Buffer.from('\ufeff'), json()]))],
      ['application/json', 'gzip', inHalves(json())],
      ['application/x-protobuf; messageType="x"', 'identity', protobuf()],
      ['application/protobuf', 'gzip', gzipSync(protobuf())],
      ['application/x-protobuf', 'zstd', zstd(protobuf())],
      ['application/json', 'zstd', zstd(json())],
    ];
    for (const [type, coding, body] of requests) {
      const answer = await post('/v1/traces', new Uint8Array(body), {
        'content-type': type,
        'content-encoding': coding,
      });
      expect([type, coding, answer.status]).toEqual([type, coding, 200]);
      expect(await answer.text()).toBe(type.toLowerCase().includes('json') ? '{}' : '');
    }
    const run = await waitUntil(
      () => jsonOf(service.fetch(`/v1/runs/${trace}`)),
      ({ messages }) => messages === spans,
    );
    expect(run).toMatchObject({ input_tokens: 70 * spans });
  });

  test('responds to truncated protobuf with a status in protobuf', async () => {
    const whole = encodeOtlp(bodyOf(chat(newTrace(), '00000000000000a1')));
    const answer = await post('/v1/traces', new Uint8Array(whole.subarray(0, whole.length - 3)), {
      'content-type': 'application/x-protobuf',
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/x-protobuf');
    expect(Buffer.from(await answer.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.from([8, 3]));
  });

  test.each(['traces', 'logs', 'metrics'])(
    'refuses %s of a million empty messages',
    async (what) => {
      const empty = gzipSync(Buffer.alloc(2_000_000, Buffer.from([10, 0])));
      const answer = await post(`/v1/${what}`, empty, {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'gzip',
      });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain(
        'Expected at most 500000 messages in a body, got more.',
      );
    },
  );

  test('responds to other methods and sizes with a status', async () => {
    const other = await service.fetch('/v1/traces');
    expect([other.status, other.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await other.json()).toMatchObject({ code: 12 });
    const bomb = await post('/v1/logs', gzipSync(Buffer.alloc(40 * 2 ** 20, 32)), {
      'content-encoding': 'gzip',
    });
    expect(bomb.status).toBe(413);
    expect(await bomb.json()).toMatchObject({ code: 8 });
    expect((await service.fetch('/v1development/profiles', { method: 'POST' })).status).toBe(404);
  });

  test.each([
    '/v1/traces/v1/traces',
    '/v1/logs/',
    '/collector/v1/metrics',
    '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  ])('says where OTLP is instead of %s', async (path) => {
    const answer = await post(path, '{}');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'),
    });
  });

  test('says where OTLP is to an address without a path, by its protobuf', async () => {
    const hint = async (type: string) => {
      const answer = await post('/', '', { 'content-type': type });
      return [answer.status, (await answer.text()).includes('OTEL_EXPORTER_OTLP_ENDPOINT')];
    };
    expect(await hint('application/x-protobuf')).toEqual([404, true]);
    expect(await hint('application/json')).toEqual([405, false]);
  });

  test('says to a client of gRPC which protocol to set', async () => {
    const { port } = new URL(service.http.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toContain('400 Bad Request');
    expect(answer).toContain('OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf');
  });

  test.each(['json', 'protobuf'] as const)(
    'refuses a signal that is sent to the path of another: %s',
    async (encoding) => {
      const record = { timeUnixNano: String(now()), body: { stringValue: 'hello' } };
      const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] };
      const spans = bodyOf(chat(newTrace(), '00000000000000a1'));
      const metrics = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm' }] }] }] };
      const say = async (path: string, body: Readonly<Record<string, unknown>>) => {
        const isJson = encoding === 'json';
        const answer = await post(path, isJson ? JSON.stringify(body) : encodeOtlp(body), {
          'content-type': isJson ? 'application/json' : 'application/x-protobuf',
        });
        return [answer.status, await answer.text()];
      };
      const refusal = (text: string) => [400, expect.stringContaining(text)];
      expect(await say('/v1/logs', spans)).toEqual(
        refusal('Expected logs, got traces. Send them to /v1/traces.'),
      );
      expect(await say('/v1/traces', logs)).toEqual(
        refusal('Expected traces, got logs. Send them to /v1/logs.'),
      );
      expect(await say('/v1/metrics', spans)).toEqual(refusal('Expected metrics, got traces.'));
      // Records that become no event are no error.
      expect((await say('/v1/logs', logs))[0]).toBe(200);
      expect((await say('/v1/metrics', metrics))[0]).toBe(200);
    },
  );

  test('names the header that does not fit the body', async () => {
    const body = bodyOf(chat(newTrace(), '00000000000000a1'));
    const json = JSON.stringify(body);
    const say = async (content: NonNullable<RequestInit['body']>, type: string) => {
      const answer = await post('/v1/traces', content, { 'content-type': type });
      return [answer.status, await answer.text()];
    };
    const refusal = (text: string) => [400, expect.stringContaining(text)];
    const protobuf = 'application/x-protobuf';
    expect(await say(json, protobuf)).toEqual(refusal('Set Content-Type: application/json.'));
    expect(await say(encodeOtlp(body), 'application/json')).toEqual(
      refusal('Expected JSON, got protobuf. Set Content-Type: application/x-protobuf.'),
    );
    for (const type of [protobuf, 'application/json']) {
      expect(await say(gzipSync(json), type)).toEqual(refusal('Set Content-Encoding: gzip.'));
    }
    expect(await say('{"resourceSpans":', 'application/json')).toEqual(refusal('line 1'));
  });

  test.each([
    ['resource_spans', { resource_spans: [] }],
    ['scope_spans', { resourceSpans: [{ scope_spans: [] }] }],
    ['instrumentationLibrarySpans', { resourceSpans: [{ instrumentationLibrarySpans: [] }] }],
  ])('refuses %s instead of losing what is in it', async (name, body) => {
    const answer = await post('/v1/traces', JSON.stringify(body));
    expect([answer.status, await answer.json()]).toEqual([
      400,
      {
        code: 3,
        message: expect.stringMatching(`^${name}: expected the name (resource|scope)Spans`),
      },
    ]);
  });

  test('says that an id is in base64 or under the name of protobuf', async () => {
    const { traceId, ...good } = chat(newTrace(), '');
    const answer = await post(
      '/v1/traces',
      JSON.stringify(
        bodyOf(
          { ...good, traceId: Buffer.from(traceId, 'hex').toString('base64') },
          { ...good, trace_id: traceId },
        ),
      ),
    );
    expect(await answer.json()).toMatchObject({
      partialSuccess: {
        errorMessage:
          'span 0: traceId: expected 32 hex digits, got base64; ' +
          'span 1: traceId: expected 32 hex digits, got trace_id',
      },
    });
  });

  test('names the first faults of items and takes the others', async () => {
    const trace = newTrace();
    const good = chat(trace, '');
    const old = { ...chat(trace, '', '00000000000000b2'), endTimeUnixNano: '1600000000000000000' };
    const answer = await post(
      '/v1/traces',
      JSON.stringify(bodyOf(good, { ...good, traceId: 'ab' }, null, old)),
    );
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      partialSuccess: {
        rejectedSpans: '3',
        errorMessage:
          'span 1: traceId: expected 32 hex digits, got 2 characters; span 2: expected an object, got nothing; ' +
          'span 3: endTimeUnixNano: expected a time within the last 29 days, got an earlier one',
      },
    });
  });

  test('shows what waits, and settles it when its root comes', async () => {
    const trace = newTrace();
    const root = '00000000000000a1';
    await post('/v1/traces', JSON.stringify(bodyOf(chat(trace, root))));
    const waiting = await waitUntil(
      () =>
        jsonOf<{ items: { trace_id: string; input_tokens: number }[]; waiting: number }>(
          service.fetch('/v1/waiting'),
        ),
      ({ items }) => items.some(({ trace_id }) => trace_id === trace),
    );
    expect(waiting.items.find(({ trace_id }) => trace_id === trace)).toMatchObject({
      type: 'message',
      model: 'gpt-5-mini',
      input_tokens: 70,
      output_tokens: 8,
    });
    const missing = await service.fetch(`/v1/runs/${trace}`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({
      detail: expect.stringContaining('1 of its spans wait: see /v1/waiting'),
    });
    const agent = spanOf({
      trace,
      span: root,
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'a',
        'session.id': 's-7',
      },
    });
    await post('/v1/traces', JSON.stringify(bodyOf(agent)));
    const run = await waitUntil(
      () => jsonOf(service.fetch(`/v1/runs/${trace}`)),
      ({ run_id }) => run_id === trace,
    );
    expect(run).toMatchObject({
      session_id: 's-7',
      input_tokens: 70,
      agent_name: 'a',
      status: 'completed',
    });
  });

  test('says of a run how many spans of its trace wait', async () => {
    const trace = newTrace();
    const { database } = service.home.tier;
    const root = spanOf({
      trace,
      span: '00000000000000a1',
      attributes: { 'gen_ai.operation.name': 'invoke_agent' },
    });
    await post('/v1/traces', JSON.stringify(bodyOf(root, chat(trace, '00000000000000a2'))));
    await waitUntil(
      () => service.fetch(`/v1/runs/${trace}`),
      (answer) => answer.headers.get('runfold-waiting-spans') === '1',
    );
    const client = createClient({ url: service.http.url });
    const read = { run_id: trace };
    expect(await client.getRun(read)).toMatchObject({ waiting_spans: 1, messages: 0 });
    expect(await client.getRunTree(read)).toMatchObject({ waiting_spans: 1, children: [] });
    expect(await getRun(database, read)).toMatchObject({ waiting_spans: 1 });
    expect(await getRunTree(database, read)).toMatchObject({ waiting_spans: 1 });
    for (const path of [`/v1/runs/${trace}/tree`, `/v1/runs/${trace}/metrics`]) {
      const { headers } = await service.fetch(path);
      expect([path, headers.get('runfold-waiting-spans')]).toEqual([path, '1']);
    }
    const waiting = await client.listWaitingSpans({ limit: 1000 });
    for (const path of ['/v1/runs', '/v1/sessions']) {
      const { headers } = await service.fetch(path);
      expect(headers.get('runfold-waiting-spans')).toBe(String(waiting.waiting));
    }
    expect(await countWaitingSpans(database)).toBe(waiting.waiting);
    expect(waiting.items.some(({ trace_id }) => trace_id === trace)).toBe(true);
    const env = { DATABASE_URL: service.home.env.DATABASE_URL ?? '' };
    const shown = await runCommand(['runs', 'show', trace], { dir: tmpdir(), env });
    expect(shown.stderr).toContain('1 span of this trace waits: see "runfold runs waiting".');
    const listed = await runCommand(['runs', 'list', '--json'], { dir: tmpdir(), env });
    expect(listed.stderr).toMatch(
      /of OpenTelemetry (is|are) in no total yet: see "runfold runs waiting"/,
    );
    await openSpanInbox({ database }).settle({ traces: [{ project: 1, trace }] });
    const after = await service.fetch(`/v1/runs/${trace}`);
    expect(after.headers.get('runfold-waiting-spans')).toBeNull();
    expect(await after.json()).toMatchObject({ input_tokens: 70 });
    expect(await getRun(database, read)).not.toHaveProperty('waiting_spans');
  });

  test('keeps nothing of the content', async () => {
    const { database } = service.home.tier;
    const tables = await database.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('runfold_internal', 'public', 'bullmq')`,
    );
    expect(tables.length).toBeGreaterThan(5);
    for (const { name } of tables) {
      const rows = await database.query(
        `select 1 from ${name} t where t::text like '%${canary}%' limit 1`,
      );
      expect({ name, rows }).toEqual({ name, rows: [] });
    }
  });

  test('takes a key as x-api-key and a bearer that is still encoded, and refuses others', async () => {
    const { headers } = await service.key(1, ['ingest']);
    const key = headers.authorization.replace('Bearer ', '');
    for (const header of [
      { 'x-api-key': key },
      { authorization: `Bearer%20${key}` },
      { authorization: `Bearer ${key}` },
    ]) {
      const answer = await post('/v1/traces', '{}', header as unknown as Record<string, string>);
      expect(answer.status).toBe(200);
    }
    const none = await post('/v1/traces', '{}', { 'x-api-key': 'rf_none' });
    expect(none.status).toBe(401);
    expect(await none.json()).toMatchObject({ code: 16 });
    // Other routes only accept the documented header.
    await waitUntil(
      () => post('/v1/events', '[]', { 'x-api-key': key }),
      ({ status }) => status === 401,
    );
  });
});
