import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verify } from '#runfold/projections/audit/verify.js';
import { readCaptures } from '../../harness/otlp/captures.js';
import { encodeOtlp } from '../../harness/otlp/encode.js';
import { readRows } from '../../harness/otlp/read-rows.js';
import { comparable } from '../../harness/otlp/totals.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { openTestTier, type TestTier } from '../../harness/tiers.js';
import { useWorkplace } from './command-line.js';

const names = ['agno-openinference', 'ai-sdk-v7-nested', 'claude-code', 'codex-exec'];
const captures = readCaptures().filter(({ name }) => names.includes(name));
const bodies = captures.flatMap(({ requests }) =>
  requests.flatMap(({ body, path }) => (path === '/v1/metrics' ? [] : [body])),
);
const metrics = {
  resourceMetrics: [
    { scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: [{ asInt: 1 }, {}] } }] }] },
  ],
};

/** The format of the Collector's file exporter for protobuf: each request after its length. */
const framed = (list: readonly Readonly<Record<string, unknown>>[]) =>
  Buffer.concat(
    list.flatMap((body) => {
      const bytes = encodeOtlp(body);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );

/** A model span whose parent is missing from all requests. */
const orphan = (trace: string, more: object = {}) => ({
  resourceSpans: [
    {
      scopeSpans: [
        {
          scope: { name: 'test' },
          spans: [
            {
              traceId: trace,
              spanId: '00000000000000b1',
              parentSpanId: '00000000000000a1',
              name: 'chat',
              startTimeUnixNano: '1795000000000000000',
              endTimeUnixNano: '1795000001000000000',
              attributes: [
                { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
                { key: 'gen_ai.usage.input_tokens', value: { intValue: 7 } },
              ],
              ...more,
            },
          ],
        },
      ],
    },
  ],
});

describeWithPostgres('runfold ingest --format otlp', () => {
  const work = useWorkplace();
  let home: TestTier;
  beforeAll(async () => {
    home = await openTestTier('postgres');
    // The captures keep their times, so without this they would one day be refused as too old.
    work.surround({ ...home.env, RUNFOLD_OTLP_KEEP_DAYS: '0' });
  });
  afterAll(() => home?.close());

  const ingest = async (file: string, input?: string) => {
    const args = ['ingest', file, '--format', 'otlp', '--wait', '--json'];
    const { code, stdout, stderr } = await work.run(args, input === undefined ? {} : { input });
    return { code, stderr, summary: stdout === '' ? undefined : JSON.parse(stdout) };
  };
  const totals = async () => (await readRows(home.tier.database, [1]))[0]?.runs ?? [];

  test('gives the totals of what emitters sent, from lines of JSON and from protobuf', async () => {
    const lines = [...bodies, metrics].map((body) => JSON.stringify(body));
    await writeFile(join(work.dir, 'requests.jsonl'), `${lines.join('\n')}\n`);
    const first = await ingest('requests.jsonl');
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
    expect(first.summary).toMatchObject({
      requests: bodies.length + 1,
      invalid_requests: 0,
      invalid_items: 0,
      metric_points: 2,
      folded: true,
    });
    const expected = captures.flatMap(({ expected: { runs } }) => runs);
    const known = comparable(await totals(), expected);
    expect(known).toEqual(comparable(expected, expected));

    await writeFile(join(work.dir, 'requests.binpb'), framed([...bodies, metrics]));
    const second = await ingest('requests.binpb');
    expect(second.code).toBe(0);
    expect(second.summary).toEqual({ ...first.summary, seconds: expect.any(Number) });
    expect(comparable(await totals(), expected)).toEqual(known);
    expect((await verify(home.tier.database)).equal).toBe(true);
  });

  test('takes one request over many lines, one in protobuf alone, and settles what waits', async () => {
    const traces = ['d1', 'd2'].map((end) => `${'0'.repeat(30)}${end}`);
    const [pretty = '', plain = ''] = traces;
    const text = `\n${JSON.stringify(orphan(pretty), null, 2)}\n`;
    expect(await ingest('-', text)).toMatchObject({
      code: 0,
      summary: { requests: 1, spans: 1, folded: true },
    });
    await writeFile(join(work.dir, 'one.binpb'), encodeOtlp(orphan(plain)));
    expect((await ingest('one.binpb')).summary).toMatchObject({ requests: 1, spans: 1 });
    const rows = await totals();
    for (const trace of traces) {
      expect(rows.find(({ run_id }) => run_id === trace)).toMatchObject({ input_tokens: 7 });
    }
    expect((await work.run(['runs', 'waiting'])).stdout).toBe('No spans are waiting.\n');
    expect((await ingest('-', '')).summary).toMatchObject({ requests: 0, spans: 0 });
  });

  test('leaves on the queue what it is told not to wait for', async () => {
    const trace = `${'0'.repeat(30)}d9`;
    const args = ['ingest', '-', '--format', 'otlp', '--no-wait'];
    const { code, stdout } = await work.run(args, { input: JSON.stringify(orphan(trace)) });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✓ 1 span and 0 log records in 1 request: on the queue/);
    expect(await ingest('-', '{}')).toMatchObject({ code: 0, summary: { folded: true } });
    const waiting = JSON.parse((await work.run(['runs', 'waiting', '--json'])).stdout);
    expect(waiting.items).toMatchObject([{ trace_id: trace }]);
  });

  test('names what is wrong, and takes the rest', async () => {
    const good = orphan(`${'0'.repeat(30)}d3`);
    const lines = [
      good,
      'no JSON CANARY',
      { other: 'CANARY' },
      orphan('CANARY'),
      { resourceSpans: 7 },
    ].map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    const mixed = await ingest('-', lines.join('\n'));
    expect(mixed.code).toBe(1);
    expect(mixed.summary).toMatchObject({ requests: 5, invalid_requests: 3, invalid_items: 1 });
    expect(mixed.stderr.split('\n')).toEqual([
      'stdin:2: Expected a body of JSON in UTF-8, got something else at line 1, column 1.',
      'stdin:3: expected resourceSpans, resourceLogs or resourceMetrics, got other JSON',
      'stdin:4: span 0: traceId: expected 32 hex digits, got 6 characters',
      'stdin:5: resourceSpans: expected an array, got a number.',
      '',
    ]);
    const cut = framed([good, good]);
    await writeFile(join(work.dir, 'cut.binpb'), cut.subarray(0, cut.length - 3));
    const short = await ingest('cut.binpb');
    expect(short.summary).toMatchObject({ requests: 2, invalid_requests: 1, spans: 1 });
    expect(short.stderr).toBe(
      'cut.binpb:2: request: expected as many bytes as its length says, got fewer\n',
    );
    const user = await work.run(['ingest', '-', '--format', 'otlp', '--user', 'u']);
    expect({ code: user.code, stderr: user.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--user: not allowed with --format otlp'),
    });
  });
});
