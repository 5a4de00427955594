import { request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verify } from '#runfold/projections/verify.js';
import { arbitraryEvents } from '../support/arbitrary-event.js';
import { waitUntil } from '../support/wait-until.js';
import { openTestService } from './http-service.js';

/** Requests to send: 300 among the tests, 50,000 with `FUZZ_REQUESTS=50000`. */
const requests = Number(process.env.FUZZ_REQUESTS ?? 300);
const atOnce = 16;

/** A request as bytes, and whether what it holds is whole. */
interface Shot {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Bytes after which the client waits a moment, or breaks off. */
  readonly stop?: { readonly at: number; readonly breaks: boolean };
}

const json = { 'content-type': 'application/json' };
let serial = 0;

/** Events of ids that no other request has, so that every acknowledged one counts. */
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

/** An event with one field of another kind, gone, or too many. */
const mutated = fc
  .tuple(batch, junk, fc.nat(), fc.constantFrom('set', 'drop', 'add'))
  .map(([events, value, at, how]) => {
    const copy: Record<string, unknown>[] = events.map((event) => ({ ...event }));
    const one = copy[at % Math.max(1, copy.length)];
    const keys = Object.keys(one ?? {});
    const key = keys[at % Math.max(1, keys.length)] ?? 'x';
    // An id of another event would count once only: an id is dropped, and the service gives one.
    const isSet = how === 'set' && key !== 'id';
    if (one !== undefined && isSet) one[key] = value;
    if (one !== undefined && !isSet && how !== 'add') delete one[key];
    if (one !== undefined && how === 'add') one[`odd${at % 7}`] = value;
    return JSON.stringify(copy);
  });

const post = (body: Buffer, headers: Record<string, string> = {}): Shot => ({
  method: 'POST',
  path: '/v1/events',
  headers: { ...json, ...headers },
  body,
});
const bomb = gzipSync(Buffer.alloc(40 * 2 ** 20, '['));
const depth = (levels: number) => Buffer.from('['.repeat(levels) + ']'.repeat(levels));

const path = fc
  .tuple(
    fc.constantFrom(
      '/v1/runs',
      '/v1/runs/',
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
  readonly accepted: number;
  readonly retry: boolean;
}

/** Status 0 is a connection that ended without an answer. */
function fire(url: string, { method, path: target, headers, body, stop }: Shot): Promise<Outcome> {
  return new Promise((resolve) => {
    const none = { status: 0, accepted: 0, retry: false };
    const length = body.length > 0 ? { 'content-length': String(body.length) } : {};
    const call = request(
      url,
      { method, path: target, headers: { ...headers, ...length } },
      (answer) => {
        let text = '';
        const end = () => {
          const status = answer.statusCode ?? 0;
          const accepted = /"accepted":(\d+)/.exec(text)?.[1] ?? 0;
          resolve({ status, accepted: Number(accepted), retry: 'retry-after' in answer.headers });
        };
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          // A stream has no end of its own.
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

test(`${requests} mutated requests give no 5xx and no crash, and the totals are exact`, async () => {
  const service = await openTestService('postgres', {
    limits: { decoded_bytes: 8 * 2 ** 20, requests_per_second: 1e6, events_per_second: 1e9 },
  });
  const shots = fc.sample(shot, { numRuns: Math.min(requests, 2_000), seed: requests });
  const statuses = new Map<number, number>();
  let accepted = 0;
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
  while (sent < requests) {
    // New samples each time: ids are new, and so is what is wrong with them.
    const round =
      sent === 0
        ? shots
        : fc.sample(shot, { numRuns: Math.min(requests - sent, 2_000), seed: sent });
    const waiting = [...round];
    if (sent % 10_000 === 0) waiting.push(post(bomb, { 'content-encoding': 'gzip' }));
    const drain = async () => {
      for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
        const outcome = await fire(service.http.url, one);
        statuses.set(outcome.status, (statuses.get(outcome.status) ?? 0) + 1);
        accepted += outcome.accepted;
        expect(
          outcome.status,
          JSON.stringify({ ...one, body: one.body.toString().slice(0, 500) }),
        ).toBeLessThan(500);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, drain));
    sent += round.length;
    if (sent >= requests / 4 && settled === 0) settled = memory();
    grown = memory() - settled;
  }
  expect((await service.fetch('/readyz')).status).toBe(200);
  const { database } = service.home.tier;
  // A connection that the client broke off may have had its events taken; no other event is there.
  const audit = await waitUntil(
    () => verify(database),
    ({ events }) => events >= accepted,
    { what: `${accepted} events in the log`, timeoutMs: 60_000 },
  );
  const dropped = statuses.get(0) ?? 0;
  console.log(
    `${sent} requests: ${JSON.stringify(Object.fromEntries(statuses))}, ${accepted} events accepted, ${audit.events} in the log, memory ${Math.round(grown)} MB more than after a quarter`,
  );
  expect(audit.equal).toBe(true);
  if (dropped === 0) expect(audit.events).toBe(accepted);
  const rejected = await database.query('select from runfold_internal.rejected_event');
  expect(rejected).toEqual([]);
  if (requests >= 10_000) expect(grown).toBeLessThan(50);
  await service.close();
}, 1_800_000);
