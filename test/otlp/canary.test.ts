import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openHttpServer } from '#runfold/http/server/open-http-server.js';
import { openQueueGauge } from '#runfold/queue/queue-gauge.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { openSpanInbox } from '#runfold/worker/spans/open-spans.js';
import { keysWith, tablesWith } from '../../harness/find-text.js';
import { canaries, readCaptures } from '../../harness/otlp/captures.js';
import { encodeOtlp } from '../../harness/otlp/encode.js';
import { testRedisUrl } from '../../harness/queue-prefix.js';
import { describeWithRedis } from '../../harness/suite.js';
import { openTestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { requestOf } from './otlp-requests.js';

const canary = 'CANARY-5e7c';
const texts = [...canaries, canary];

/** Keys of content, unknown keys, and keys of figures with a string in them. */
const keys = [
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.tool.definitions',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.prompt',
  'gen_ai.prompt.0.content',
  'gen_ai.completion',
  'gen_ai.completion.0.content',
  'gen_ai.request.stop_sequences',
  'input.value',
  'output.value',
  'llm.prompts',
  'llm.input_messages.0.message.content',
  'llm.output_messages.0.message.content',
  'llm.invocation_parameters',
  'ai.prompt',
  'ai.prompt.messages',
  'ai.response.text',
  'ai.response.toolCalls',
  'ai.response.object',
  'ai.toolCall.args',
  'ai.toolCall.result',
  'traceloop.entity.input',
  'traceloop.entity.output',
  'langfuse.observation.input',
  'langfuse.observation.output',
  'langfuse.trace.input',
  'langsmith.metadata.note',
  'mastra.span.input',
  'exception.message',
  'exception.stacktrace',
  'http.request.header.authorization',
  'url.full',
  'db.query.text',
  'prompt',
  'response',
  'nobody.knows.this',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'llm.token_count.total',
  'gen_ai.usage.cost',
  'gen_ai.response.time_to_first_chunk',
];
const value = { stringValue: `text ${canary} text` };
const nested = { kvlistValue: { values: [{ key: canary, value }] } };
const contents = keys.flatMap((key) => [
  { key, value },
  { key: `${key}.more`, value: { arrayValue: { values: [value, nested] } } },
]);
/** JSON strings of which one part is read. */
const documents = Object.entries({
  metadata: { thread_id: 'thread-1', note: canary },
  'ai.response.providerMetadata': { anthropic: { usage: { input_tokens: 3 }, note: canary } },
  'langfuse.observation.usage_details': { input: 1, note: canary },
  'gen_ai.usage.input_token_details': { cache_read: canary },
}).map(([key, json]) => ({ key, value: { stringValue: JSON.stringify(json) } }));

const spanOf = (more: object) => ({
  traceId: 'cd'.repeat(16),
  spanId: '00000000000000b1',
  parentSpanId: '00000000000000a1',
  name: 'chat',
  startTimeUnixNano: '1795000000000000000',
  endTimeUnixNano: '1795000001000000000',
  traceState: canary,
  status: { code: 2, message: canary },
  events: [
    {
      name: 'exception',
      attributes: [
        { key: 'exception.message', value },
        { key: 'exception.stacktrace', value },
      ],
    },
    { name: canary, attributes: contents },
  ],
  links: [{ traceId: 'cd'.repeat(16), spanId: '00000000000000b1', attributes: contents }],
  attributes: [
    { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
    ...contents,
    ...documents,
  ],
  ...more,
});
const resource = { attributes: contents };
const scope = { name: 'test', version: canary, attributes: contents };
const traces = (...spans: unknown[]) => ({
  resourceSpans: [{ resource, scopeSpans: [{ scope, spans, schemaUrl: canary }] }],
});
const logs = (...logRecords: unknown[]) => ({
  resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }],
});
const tool = spanOf({
  spanId: '00000000000000b2',
  attributes: [
    { key: 'gen_ai.operation.name', value: { stringValue: 'execute_tool' } },
    { key: 'gen_ai.tool.name', value: { stringValue: 'search' } },
    ...contents,
  ],
});
const record = (name: string) => ({
  eventName: name,
  timeUnixNano: '1795000001000000000',
  body: value,
  attributes: [
    { key: 'session.id', value: { stringValue: 's' } },
    { key: 'error', value },
    { key: 'tool_parameters', value },
    ...contents,
  ],
});
/** A value of the wrong kind in each field: the response names the field and no value. */
const faulty = [
  spanOf({ traceId: canary }),
  spanOf({ spanId: canary }),
  spanOf({ parentSpanId: canary }),
  spanOf({ endTimeUnixNano: canary }),
  spanOf({ attributes: canary }),
  spanOf({ attributes: { [canary]: canary } }),
  canary,
];
/** The path, the body, and whether protobuf can express it too. */
const bodies: [string, Readonly<Record<string, unknown>>, boolean][] = [
  ['/v1/traces', traces(spanOf({}), tool), true],
  ['/v1/traces', traces(...faulty), false],
  ['/v1/traces', { resourceSpans: canary }, false],
  ['/v1/logs', logs(record('claude_code.user_prompt'), record('claude_code.api_error')), true],
  ['/v1/logs', logs(record('claude_code.tool_result'), record(canary), canary), false],
  ['/v1/metrics', { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: canary }] }] }] }, true],
];

describeWithRedis('the content of OpenTelemetry data', () => {
  test('is in no table, on no queue, in no log and in no answer', async () => {
    const home = await openTestTier('redis+postgres');
    const { tier, options } = home;
    const lines: string[] = [];
    const log = pino(
      { level: 'trace' },
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          lines.push(chunk.toString());
          done();
        },
      }),
    );
    const http = await openHttpServer({
      target: tier.target,
      queue: tier.queue,
      log,
      port: 0,
      otlp: { keep_days: 0 },
    });
    const answers: string[] = [];
    const ask = async (path: string, init: RequestInit = {}) => {
      const answer = await fetch(`${http.url}${path}`, init);
      const text = Buffer.from(await answer.arrayBuffer()).toString('latin1');
      answers.push(`${path} ${JSON.stringify([...answer.headers])} ${text}`);
      return answer.status;
    };
    const post = (path: string, body: Buffer | string, type: string, more = {}) =>
      ask(path, {
        method: 'POST',
        body: new Uint8Array(Buffer.from(body)),
        headers: { 'content-type': type, ...more },
      });
    const json = 'application/json';
    const protobuf = 'application/x-protobuf';
    for (const [path, body, isBoth] of bodies) {
      await post(path, JSON.stringify(body), json);
      if (isBoth) await post(path, encodeOtlp(body), protobuf);
    }
    // Protobuf cannot express the faults of the faulty ones.
    const encodings = { json: () => true, protobuf: (name: string) => name !== 'faulty-spans' };
    for (const { name, requests } of readCaptures()) {
      for (const request of requests) {
        for (const encoding of ['json', 'protobuf'] as const) {
          if (encodings[encoding](name)) await ask(request.path, requestOf(request, encoding));
        }
      }
    }
    const whole = encodeOtlp(traces(spanOf({})));
    expect(await post('/v1/traces', whole.subarray(0, whole.length - 9), protobuf)).toBe(400);
    expect(await post('/v1/traces', `${canary} no JSON`, json)).toBe(400);
    const gzip = { 'content-encoding': 'gzip' };
    expect(await post('/v1/logs', canary, json, gzip)).toBe(400);
    expect(await post('/v1/logs', gzipSync(`{"${canary}`), json, gzip)).toBe(400);
    expect(await post('/v1/logs', '{}', `text/${canary}`)).toBe(415);

    const prefix = options.redis_prefix ?? '';
    const queued = await keysWith(testRedisUrl(), prefix, texts);
    expect(queued.keys).toBeGreaterThan(10);
    expect(queued.found).toEqual([]);
    const gauge = await openQueueGauge(tier.queue, () => undefined);
    const worker = await openWorker({ database: tier.database, queue: tier.queue, log });
    await waitUntil(
      () => gauge.read(0),
      ({ jobs }) => (jobs.waiting ?? 0) + (jobs.active ?? 0) + (jobs.delayed ?? 0) === 0,
      { what: 'an empty queue' },
    );
    expect(await tablesWith(tier.database, texts)).toEqual([]);
    for (const path of ['/v1/waiting', '/v1/runs', '/v1/sessions', '/v1/rejects', '/metrics']) {
      expect([path, await ask(path)]).toEqual([path, 200]);
    }
    const open = await tier.database.query<{ project: number; trace: string }>(
      `select project, replace(trace_id::text, '-', '') as trace
      from runfold_internal.otlp_trace where due_at is not null`,
    );
    expect(open.length).toBeGreaterThan(0);
    await openSpanInbox({ database: tier.database }).settle({ traces: open });
    expect(await tablesWith(tier.database, texts)).toEqual([]);
    expect((await keysWith(testRedisUrl(), prefix, texts)).found).toEqual([]);
    for (const { trace } of open) {
      expect(await ask(`/v1/messages?run_id=${trace}&session_id=${trace}`)).toBe(200);
    }
    await worker.close();
    await http.close();
    await gauge.close();
    const holds = (list: readonly string[]) =>
      list.filter((line) => texts.some((text) => line.includes(text)));
    expect(lines.length).toBeGreaterThan(5);
    expect(holds(lines)).toEqual([]);
    expect(holds(answers)).toEqual([]);
    // Proves that the search finds the canary if it is there.
    await tier.database.query(`create table found as select '${canary}'::text as text`);
    expect(await tablesWith(tier.database, texts)).toEqual(['public.found']);
    await home.close();
  });
});
