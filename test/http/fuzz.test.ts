import { request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verify } from '#runfold/projections/audit/verify.js';
import { arbitraryEvents } from '../../harness/arbitrary-event.js';
import { waitUntil } from '../../harness/wait-until.js';
import { openTestService } from './http-service.js';

/** The number of requests: 300 in the suite, 50,000 with `FUZZ_REQUESTS=50000`. */
const requests = Number(process.env.FUZZ_REQUESTS ?? 300);
const atOnce = 16;

/** A request as bytes, and whether its content is complete. */
interface Shot {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The position after which the client pauses, or disconnects. */
  readonly stop?: { readonly at: number; readonly breaks: boolean };
}

const json = { 'content-type': 'application/json' };
let serial = 0;

/** Events with ids that no other request has, so that every acknowledged one counts. */
const batch = arbitraryEvents.map((events) =>
  events
    .filter((event) => event.corrects === undefined)
    .map((event) => ({ ...event, id: `fuzz-${serial++}` })),
);

const junk = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.constantFrom('', '\0', '\ud800', '__proto__', -1, 1e300, 2 ** 53, '2026-02-30T00:00:00Z'),
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
);

/** An event with one field of another kind, removed, or added. */
const mutated = fc
  .tuple(batch, junk, fc.nat(), fc.constantFrom('set', 'drop', 'add'))
  .map(([events, value, at, how]) => {
    const copy: Record<string, unknown>[] = events.map((event) => ({ ...event }));
    const one = copy[at % Math.max(1, copy.length)];
    const keys = Object.keys(one ?? {});
    const key = keys[at % Math.max(1, keys.length)] ?? 'x';
    // The id of another event would count only once, so the id is dropped, and the service creates
    // one.
    const isSet = how === 'set' && key !== 'id';
    if (one !== undefined && isSet) one[key] = value;
    if (one !== undefined && !isSet && how !== 'add') delete one[key];
    if (one !== undefined && how === 'add') one[`odd${at % 7}`] = value;
    return JSON.stringify(copy);
  });

const post = (body: Buffer, headers: Record<string, string> = {}): Shot => ({
  method: 'POST',
  path: '/v1/events?ids=true',
  headers: { ...json, ...headers },
  body,
});

/** A Zstandard frame of raw blocks, or of blocks that repeat one byte. */
function zstdFrame(
  blocks: readonly { readonly bytes: Buffer; readonly repeat?: number }[],
): Buffer {
  const header = Buffer.from('28b52ffd0068', 'hex');
  const written = blocks.map(({ bytes, repeat }, at) => {
    const isLast = at === blocks.length - 1 ? 1 : 0;
    const type = repeat === undefined ? 0 : 1;
    const word = Buffer.alloc(3);
    word.writeUIntLE(((repeat ?? bytes.length) << 3) | (type << 1) | isLast, 0, 3);
    return Buffer.concat([word, bytes]);
  });
  return Buffer.concat([header, ...written]);
}
const inBlocks = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.max(1, Math.ceil(bytes.length / size)) }, (_, at) => ({
    bytes: bytes.subarray(at * size, (at + 1) * size),
  }));
/** Bodies of a few kilobytes that decompress to 40 MiB and a gigabyte. */
const bombs = [
  post(gzipSync(Buffer.alloc(40 * 2 ** 20, '[')), { 'content-encoding': 'gzip' }),
  post(
    zstdFrame(Array.from({ length: 8_192 }, () => ({ bytes: Buffer.from('['), repeat: 131_072 }))),
    { 'content-encoding': 'zstd' },
  ),
];

/** Cursors of a tail that a client might send. */
const snapshot = fc.constantFrom(
  '1:1:',
  '1:9:',
  '9:1:',
  '1:9:5,4',
  '0:0:',
  ':',
  '9'.repeat(20),
  '',
);
const time = fc.constantFrom(0, -1, 1_767_225_600_000_000, 2 ** 53, 0.5);
const place = fc.tuple(time, junk, fc.constantFrom('00000000-0000-0000-0000-000000000000', 'x'));
const cursor = fc
  .record(
    {
      v: fc.constantFrom(1, 2),
      project: fc.constantFrom(1, 1, 2),
      from: snapshot,
      floor: time,
      step: fc.record(
        { to: snapshot, floor: time, at: time, event: place, run: fc.tuple(junk, junk) },
        { requiredKeys: ['to', 'floor', 'at'] },
      ),
      of: fc.string(),
      key: fc.array(junk, { maxLength: 3 }),
    },
    { requiredKeys: ['v', 'project', 'from', 'floor'] },
  )
  .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
const depth = (levels: number) => Buffer.from('['.repeat(levels) + ']'.repeat(levels));

const path = fc
  .tuple(
    fc.constantFrom(
      '/v1/runs',
      '/v1/runs/',
      '/v1/runs/x/steps',
      '/v1/sign-in',
      '/v1/projects',
      '/v1/rebuilds',
      '/v1/reprices',
      '/v1/status',
      '/v1/sessions',
      '/v1/messages',
      '/v1/events',
      '/v1/usage',
      '/v1/tail',
      '/v1/keys',
      '/v1/tool-calls',
      '/metrics',
      '/',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.dictionary(
      fc.constantFrom(
        'limit',
        'cursor',
        'from',
        'to',
        'session_id',
        'run_id',
        'group_by',
        'last_event_id',
        'bucket',
        'status',
        'order_by',
        'id_prefix',
        'failed',
        'min_cost',
        'format',
        'x',
      ),
      fc.string({ unit: 'binary', maxLength: 30 }),
      { maxKeys: 4 },
    ),
  )
  .map(([base, rest, query]) => {
    const tail = base.endsWith('/') ? encodeURIComponent(rest.toWellFormed()) : '';
    const search = Object.entries(query).map(
      ([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`,
    );
    return `${base}${tail}?${search.join('&')}`;
  });

const shot: fc.Arbitrary<Shot> = fc.oneof(
  { weight: 4, arbitrary: batch.map((events) => post(Buffer.from(JSON.stringify(events)))) },
  { weight: 6, arbitrary: mutated.map((text) => post(Buffer.from(text))) },
  {
    weight: 2,
    arbitrary: batch.map((events) =>
      post(Buffer.from(events.map((event) => JSON.stringify(event)).join('\n')), {
        'content-type': 'application/x-ndjson',
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(mutated, fc.nat(200)).map(([text, cut]) => {
      const bytes = gzipSync(text);
      const headers = { 'content-encoding': 'gzip' };
      return post(bytes.subarray(0, Math.max(1, bytes.length - cut)), headers);
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('gzip', 'zstd', 'identity', 'br'))
      .map(([bytes, coding]) => post(Buffer.from(bytes), { 'content-encoding': coding })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(mutated, fc.integer({ min: 1, max: 2_000 }), fc.nat(), fc.nat(255))
      .map(([text, size, at, value]) => {
        const bytes = zstdFrame(inBlocks(Buffer.from(text), size));
        // Every third is unchanged. In the others one byte is changed, in the header or anywhere.
        const place = at % (at % 2 === 0 ? 12 : bytes.length);
        if (at % 3 !== 0) bytes[place] = value;
        return post(bytes, { 'content-encoding': 'zstd' });
      }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        cursor,
        fc.constantFrom('/v1/tail?last_event_id', '/v1/runs?cursor', '/v1/sessions?cursor'),
      )
      .map(([text, target]) => {
        return { method: 'GET', path: `${target}=${text}`, headers: {}, body: Buffer.alloc(0) };
      }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(mutated, fc.string({ unit: 'grapheme-ascii' })).map(([text, type]) => {
      return post(Buffer.from(text), { 'content-type': type.replace(/[^ -~]/g, '') });
    }),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 200_000 }).map((levels) => post(depth(levels))),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(mutated, fc.nat(), fc.boolean()).map(([text, at, breaks]) => {
      const body = Buffer.from(text);
      return { ...post(body), stop: { at: at % Math.max(1, body.length), breaks } };
    }),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('GET', 'GET', 'DELETE', 'PUT', 'HEAD'), path)
      .map(([method, target]) => ({ method, path: target, headers: {}, body: Buffer.alloc(0) })),
  },
);

interface Outcome {
  readonly status: number;
  /** The ids of the events that were accepted. */
  readonly ids: readonly string[];
}

/** Status 0 means that the connection ended without a response. */
function fire(url: string, { method, path: target, headers, body, stop }: Shot): Promise<Outcome> {
  return new Promise((resolve) => {
    const none = { status: 0, ids: [] };
    const length = body.length > 0 ? { 'content-length': String(body.length) } : {};
    const call = request(
      url,
      { method, path: target, headers: { ...headers, ...length } },
      (answer) => {
        let text = '';
        const end = () => {
          const status = answer.statusCode ?? 0;
          // A response that ended in the middle does not count.
          const isTaken = (status === 202 || status === 207) && answer.complete;
          const ids: (string | null)[] = isTaken ? JSON.parse(text).ids : [];
          resolve({
            status: answer.complete || status >= 400 ? status : 0,
            ids: ids.filter((id) => id !== null),
          });
        };
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          // A stream never ends.
          if (text.startsWith('retry:')) call.destroy();
        });
        answer.once('end', end);
        answer.once('close', end);
      },
    );
    call.once('error', () => resolve(none));
    if (stop === undefined) return call.end(body);
    call.write(body.subarray(0, stop.at));
    setTimeout(() => (stop.breaks ? call.destroy() : call.end(body.subarray(stop.at))), 5);
    return undefined;
  });
}

/** Ids of events in the log or accepted, in little memory: most are numbers. */
function createIds() {
  const numbers = new Uint8Array(2 ** 23);
  const others = new Set<string>();
  const numberOf = (id: string) => Number(/^fuzz-(\d+)$/.exec(id)?.[1] ?? Number.NaN);
  return {
    add(id: string) {
      const number = numberOf(id);
      if (Number.isNaN(number)) others.add(id);
      else numbers[number] = 1;
    },
    has: (id: string) => numbers[numberOf(id)] === 1 || others.has(id),
  };
}

test(`${requests} mutated requests give no 5xx and no crash, and the totals are exact`, async () => {
  const service = await openTestService('postgres', {
    limits: {
      ...{ decoded_bytes: 8 * 2 ** 20, requests_per_second: 1e6, events_per_second: 1e9 },
      // A busy machine takes longer than the ten seconds of a service. Only a queue that never responds is a 503 here.
      queue_timeout_ms: 240_000,
    },
  });
  const statuses = new Map<number, number>();
  const accepted = createIds();
  /** The ids in requests without a response: the service may have accepted them or not. */
  const unknown = createIds();
  let acceptedEvents = 0;
  let unanswered = 0;
  let sent = 0;
  let grown = 0;
  let settled = 0;
  setFlagsFromString('--expose_gc');
  const collect: () => void = runInNewContext('gc');
  const memory = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 2 ** 20;
  };
  const shoot = async (one: Shot) => {
    const { status, ids } = await fire(service.http.url, one);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    acceptedEvents += ids.length;
    for (const id of ids) accepted.add(id);
    if (status === 0) {
      unanswered += 1;
      for (const [id] of one.body.toString().matchAll(/fuzz-\d+/g)) unknown.add(id);
    }
    const shown = JSON.stringify({ ...one, body: one.body.toString().slice(0, 500) });
    expect(status, shown).toBeLessThan(500);
  };
  while (sent < requests) {
    // New samples each time: new ids and new faults.
    const round = fc.sample(shot, { numRuns: Math.min(requests - sent, 2_000), seed: sent + 1 });
    const waiting = [...round, ...(sent % 10_000 === 0 ? bombs : [])];
    const drain = async () => {
      for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) await shoot(one);
    };
    await Promise.all(Array.from({ length: atOnce }, drain));
    sent += round.length;
    if (sent >= requests / 4 && settled === 0) settled = memory();
    grown = memory() - settled;
  }
  expect((await service.fetch('/readyz')).status).toBe(200);
  expect(statuses.get(413)).toBeGreaterThanOrEqual(bombs.length);
  const { database } = service.home.tier;
  const audit = await waitUntil(
    () => verify(database),
    ({ events }) => events >= acceptedEvents,
    { what: `${acceptedEvents} events in the log` },
  );
  console.log(
    `${sent} requests: ${JSON.stringify(Object.fromEntries(statuses))}, ${acceptedEvents} events accepted, ${audit.events} in the log, memory ${Math.round(grown)} MB more than after a quarter`,
  );
  expect(audit.equal).toBe(true);
  // Every accepted event is in the log, and every event in the log was accepted or was in a request
  // without a response.
  const logged = await database.query<{ id: string }>('select id from runfold.events');
  const isAccepted = logged.filter(({ id }) => accepted.has(id));
  expect(isAccepted.length).toBe(acceptedEvents);
  const others = logged.filter(({ id }) => !accepted.has(id) && !unknown.has(id));
  // One event of a request may have had no id.
  expect(others.length).toBeLessThanOrEqual(unanswered);
  const rejected = await database.query('select from runfold_internal.rejected_event');
  expect(rejected).toEqual([]);
  if (requests >= 10_000) expect(grown).toBeLessThan(50);
  await service.close();
}, 1_800_000);
