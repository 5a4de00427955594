import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createClient } from '#runfold/client.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { encodeOtlp } from '../../harness/otlp/encode.js';
import { describeWithRedis } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';
import { jsonOf, openTestService, type TestService } from './http-service.js';

const event = (run: string) => ({ type: 'run', run_id: run });
/** One call of a model, a trace of its own. */
const call = (at: number) => ({
  traceId: String(at).padStart(32, 'a'),
  spanId: '00000000000000b1',
  name: 'chat',
  startTimeUnixNano: `${Date.now() - 1_000}000000`,
  endTimeUnixNano: `${Date.now()}000000`,
  attributes: [
    { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
    { key: 'session.id', value: { stringValue: 'full' } },
    { key: 'gen_ai.usage.input_tokens', value: { intValue: '7' } },
    { key: 'gen_ai.usage.output_tokens', value: { intValue: '1' } },
  ],
});

describeWithRedis('a queue that is full', () => {
  const post = (service: TestService, run: string) =>
    service.fetch('/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event(run)),
    });

  test('is told by 429 and Retry-After, and a client waits until there is room', async () => {
    const service = await openTestService('redis+postgres', {
      worker_runs: false,
      limits: { queue_jobs: 2 },
    });
    const { database, queue } = service.home.tier;
    try {
      for (const run of ['a', 'b', 'c']) expect((await post(service, run)).status).toBe(202);
      const refused = await waitUntil(
        () => post(service, 'd'),
        ({ status }) => status === 429,
        { intervalMs: 200 },
      );
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await refused.json()).toMatchObject({ code: 'queue_full', status: 429 });
      const client = createClient({ url: service.http.url });
      const sending = client.emit(event('e') as never);
      const worker = await openWorker({ database, queue, log: pino({ level: 'silent' }) });
      expect(await sending).toMatchObject({ accepted: 1 });
      await worker.close();
    } finally {
      await service.close();
    }
  });

  test('is told to exporters of OpenTelemetry in their encoding, and nothing of theirs is lost', async () => {
    const service = await openTestService('redis+postgres', {
      worker_runs: false,
      limits: { queue_jobs: 1 },
    });
    const bodyOf = (at: number) => ({ resourceSpans: [{ scopeSpans: [{ spans: [call(at)] }] }] });
    const send = (at: number, isProtobuf: boolean) =>
      service.fetch('/v1/traces', {
        method: 'POST',
        headers: { 'content-type': isProtobuf ? 'application/x-protobuf' : 'application/json' },
        body: isProtobuf ? encodeOtlp(bodyOf(at)) : JSON.stringify(bodyOf(at)),
      });
    const { database, queue } = service.home.tier;
    let taken = 0;
    const sendUntilRefused = (isProtobuf: boolean) =>
      waitUntil(
        async () => {
          const answer = await send(taken, isProtobuf);
          if (answer.status === 200) taken++;
          return answer;
        },
        ({ status }) => status === 429,
        { timeoutMs: 20_000, intervalMs: 200 },
      );
    try {
      const refused = await sendUntilRefused(false);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      // 8 is RESOURCE_EXHAUSTED of gRPC's status codes.
      expect(await refused.json()).toEqual({ code: 8, message: expect.stringContaining('queue') });
      const inProtobuf = await sendUntilRefused(true);
      expect(Number(inProtobuf.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(inProtobuf.headers.get('content-type')).toBe('application/x-protobuf');
      expect(Buffer.from(await inProtobuf.arrayBuffer()).subarray(0, 2)).toEqual(
        Buffer.from([0x08, 8]),
      );
      const worker = await openWorker({ database, queue, log: pino({ level: 'silent' }) });
      // An exporter waits for as long as Retry-After says, and then sends the same again.
      await waitUntil(
        () => send(taken, true),
        ({ status }) => status === 200,
        { timeoutMs: 20_000, intervalMs: 200 },
      );
      const totals = await waitUntil(
        () => jsonOf(service.fetch('/v1/sessions/full')),
        ({ messages }) => messages === taken + 1,
        { timeoutMs: 20_000, intervalMs: 100 },
      );
      expect(totals).toMatchObject({ input_tokens: 7 * (taken + 1) });
      await worker.close();
    } finally {
      await service.close();
    }
  }, 90_000);

  test('is none while nothing is said', async () => {
    const service = await openTestService('redis+postgres', { worker_runs: false });
    try {
      for (let at = 0; at < 5; at++) expect((await post(service, `r${at}`)).status).toBe(202);
    } finally {
      await service.close();
    }
  });
});
