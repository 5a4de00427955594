import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import { readRecords, readSpans } from '#runfold/otlp/read-body.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { openQueueGauge } from '#runfold/queue/queue-gauge.js';
import { openSpanInbox } from '#runfold/worker/spans/open-spans.js';
import { createMemoryInbox } from '../../harness/otlp/memory-inbox.js';
import { randomNumbers } from '../../harness/random-numbers.js';
import { describeWithRedis } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';
import { openTestService } from '../http/http-service.js';
import { bombs, type MutatedBody, mutatedBody } from './mutate.js';

/** The number of bodies: 120 in the suite, 50,000 with `FUZZ_REQUESTS=50000`. */
const requests = Number(process.env.FUZZ_REQUESTS ?? 120);
const seed = Number(process.env.FUZZ_SEED ?? 1);
const atOnce = 16;
const options = { nowUs: Date.now() * 1000, mostDays: 29, keepsErrorText: false };

/** The expected events of a body with response 200, from the model in memory. */
function eventsOf({ path, encoding, bytes }: MutatedBody): readonly MetricEvent[] {
  if (path === '/v1/logs') {
    const found = [...readRecords(bytes, encoding, options)];
    return found.flatMap((one) => ('item' in one ? [one.item] : []));
  }
  const inbox = createMemoryInbox();
  const found = [...readSpans(bytes, encoding, options)];
  inbox.add(found.flatMap((one) => ('item' in one ? [one.item] : [])));
  inbox.endWait();
  return inbox.events;
}

/** Sums over events by id, in a few bytes for any number of events. */
function createSums() {
  const seen = new Set<number>();
  const sums = { events: 0, input: 0, output: 0 };
  return {
    sums,
    add(id: string, type: unknown, input: unknown, output: unknown) {
      // 52 bits of the id are enough to distinguish a million.
      const key = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) * 16;
      if (seen.has(key)) return;
      seen.add(key);
      sums.events += 1;
      if (type !== 'message') return;
      sums.input += Number(input ?? 0);
      sums.output += Number(output ?? 0);
    },
  };
}

describeWithRedis('OpenTelemetry bodies that are mutated', () => {
  test(`${requests} of them give no 5xx and no crash, and the totals are exact`, async () => {
    const service = await openTestService('redis+postgres', {
      limits: { requests_per_second: 1e6, events_per_second: 1e9 },
      span_wait_seconds: 600,
    });
    const { database, queue } = service.home.tier;
    const gauge = await openQueueGauge(queue, () => undefined);
    const inbox = openSpanInbox({ database });
    const statuses = new Map<string, number>();
    const expected = createSums();
    setFlagsFromString('--expose_gc');
    const collect: () => void = runInNewContext('gc');
    /** Megabytes in use. One collection is not enough: V8 frees buffers and weak values later. */
    const memory = async () => {
      let least = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 5; round++) {
        collect();
        await setTimeout(20);
        const { heapUsed, external } = process.memoryUsage();
        least = Math.min(least, (heapUsed + external) / 2 ** 20);
      }
      return least;
    };
    const settleAll = async () => {
      await waitUntil(
        () => gauge.read(0),
        ({ jobs }) => (jobs.waiting ?? 0) + (jobs.active ?? 0) + (jobs.delayed ?? 0) === 0,
        { what: 'an empty queue', timeoutMs: 120_000 },
      );
      const traces = await database.query<{ project: number; trace: string }>(
        `select project, replace(trace_id::text, '-', '') as trace
        from runfold_internal.otlp_trace where due_at is not null`,
      );
      for (let at = 0; at < traces.length; at += 200) {
        await inbox.settle({ traces: traces.slice(at, at + 200) });
      }
    };
    const shoot = async (body: MutatedBody) => {
      const { path, encoding, bytes, gzip, how } = body;
      const answer = await service.fetch(path, {
        method: 'POST',
        body: new Uint8Array(gzip ? gzipSync(bytes) : bytes),
        headers: {
          'content-type': encoding === 'json' ? 'application/json' : 'application/x-protobuf',
          ...(gzip || how in isBomb ? { 'content-encoding': 'gzip' } : {}),
        },
      });
      await answer.arrayBuffer();
      const { status } = answer;
      statuses.set(`${how} ${status}`, (statuses.get(`${how} ${status}`) ?? 0) + 1);
      // At most four bodies are decoded at the same time; then the client retries.
      if (status === 503) return void (await shoot(body));
      const shown = `${path} ${how} ${encoding} ${bytes.subarray(0, 3_000).toString('base64')}`;
      expect(status, shown).toBeLessThan(500);
      if (status !== 200) return;
      for (const { id, type, metrics } of eventsOf(body)) {
        expected.add(id, type, metrics?.input_tokens, metrics?.output_tokens);
      }
    };
    const random = randomNumbers(seed);
    let sent = 0;
    let settled = 0;
    let grown = 0;
    while (sent < requests) {
      let left = Math.min(2_000, requests - sent);
      sent += left;
      const drain = async () => {
        while (left-- > 0) await shoot(mutatedBody(random, options.nowUs / 1000));
      };
      await Promise.all(Array.from({ length: atOnce }, drain));
      if (sent % 10_000 === 0 || sent >= requests) {
        for (const [at, bomb] of bombs.entries()) {
          await shoot({ ...bomb, path: at % 2 === 0 ? '/v1/traces' : '/v1/logs' });
        }
      }
      await settleAll();
      if (sent >= requests / 4 && settled === 0) settled = await memory();
      grown = (await memory()) - settled;
    }
    expect((await service.fetch('/readyz')).status).toBe(200);
    const actual = createSums();
    const rows = await database.query<{ id: string; type: string; input: number; output: number }>(
      `select id, type, input_tokens as input, output_tokens as output from runfold.events`,
    );
    for (const { id, type, input, output } of rows) actual.add(id, type, input, output);
    console.log(
      `${sent} bodies: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}, ` +
        `${rows.length} events, memory ${Math.round(grown)} MB more than after a quarter`,
    );
    expect(rows).toHaveLength(actual.sums.events);
    expect(actual.sums).toEqual(expected.sums);
    expect(actual.sums.events).toBeGreaterThan(requests / 4);
    const [sum] = await database.query<{ input: number; output: number }>(
      `select sum(input_tokens)::float8 as input, sum(output_tokens)::float8 as output
      from runfold.sessions`,
    );
    expect(sum).toEqual({ input: expected.sums.input, output: expected.sums.output });
    expect((await verify(database)).equal).toBe(true);
    expect(await database.query('select from runfold_internal.rejected_event')).toEqual([]);
    const [open] = await database.query<{ spans: number }>(
      'select count(*)::integer as spans from runfold_internal.otlp_span where event is not null',
    );
    expect(open?.spans).toBe(0);
    if (requests >= 10_000) expect(grown).toBeLessThan(10);
    await gauge.close();
    await service.close();
  }, 1_800_000);
});

/** Bombs are compressed already. */
const isBomb = Object.fromEntries(bombs.map(({ how }) => [how, true]));
