import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeTailParts, encodeTailPoint } from '#runfold/query/tail/tail-cursor.js';
import { takeSnapshot } from '#runfold/query/tail/tail-snapshot.js';
import { revokeKey } from '#runfold/store/api-keys.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { fastestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { type KeyHeaders, openTestService, posted, type TestService } from './http-service.js';

interface Message {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

describe('GET /v1/tail', () => {
  let service: TestService;
  let key: KeyHeaders;
  beforeAll(async () => {
    service = await openTestService(fastestTier(), {
      limits: { tail_poll_ms: 10, key_streams: 3 },
    });
    key = await service.key(1, ['ingest', 'read']);
  });
  afterAll(() => service.close());

  const send = async (count: number, name: string) => {
    const init = posted(sampleEvents(count, name), key.headers);
    expect((await service.fetch('/v1/events?wait=true', init)).status).toBe(200);
  };
  const open = (last = '', signal?: AbortSignal, headers: object = key.headers, query = '') =>
    service.fetch(`/v1/tail${query}`, {
      headers: { ...headers, ...(last === '' ? {} : { 'last-event-id': last }) },
      ...(signal === undefined ? {} : { signal }),
    });

  /** Reads messages until `isEnough`, and then disconnects. */
  async function read(last: string, isEnough: (messages: readonly Message[]) => boolean) {
    const ended = new AbortController();
    const answer = await open(last, ended.signal);
    expect(answer.status).toBe(200);
    const messages: Message[] = [];
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += new TextDecoder().decode(chunk);
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
        if (field('event') === '' || isEnough(messages)) continue;
        const data = JSON.parse(field('data'));
        messages.push({ id: field('id'), event: field('event'), data });
      }
      if (isEnough(messages)) break;
    }
    ended.abort();
    return messages;
  }

  test('goes on after the last id over as many connections as it takes, without gaps or repeats', async () => {
    const [ready] = await read('', ({ length }) => length === 1);
    expect(ready?.event).toBe('ready');
    const sending = (async () => {
      for (let batch = 0; batch < 6; batch++) await send(8, `batch-${batch}`);
    })();
    let last = ready?.id ?? '';
    const seen: unknown[] = [];
    for (let turn = 1; seen.length < 48; turn++) {
      // The message `ready` is the first of each connection. The client disconnects after some
      // more.
      const isDone = (messages: readonly Message[]) =>
        seen.length + messages.filter(({ event }) => event === 'event').length === 48;
      const messages = await read(last, (all) => all.length === 2 + (turn % 7) || isDone(all));
      last = messages.at(-1)?.id ?? '';
      for (const { event, data } of messages) if (event === 'event') seen.push(data.id);
    }
    await sending;
    const sent = Array.from({ length: 6 }, (_, batch) => sampleEvents(8, `batch-${batch}`));
    expect([...seen].sort()).toEqual(
      sent
        .flat()
        .map(({ id }) => id)
        .sort(),
    );
  });

  test('refuses an id that is too old with 410, and one that was tampered with with 400', async () => {
    const { snapshot, at } = await takeSnapshot(service.home.tier.database);
    const point = { v: 1, project: 1, from: snapshot, floor: at } as const;
    const [ready] = await read('', ({ length }) => length === 1);
    const text = Buffer.from(ready?.id ?? '', 'base64url').toString();
    const old = text.replaceAll(/"(floor|at)":(\d+)/g, (_, name: string, us: string) =>
      JSON.stringify({ [name]: Number(us) - 25 * 3_600_000_000 }).slice(1, -1),
    );
    // Those of a store on one server, and on several: one of the two is another store.
    const parts = [{ place: 'a:1', stripes: [0], point }];
    const isOne = JSON.parse(text).v === 1;
    const ofAnother = isOne ? encodeTailParts(1, parts) : encodeTailPoint(point);
    for (const id of [Buffer.from(old).toString('base64url'), ofAnother]) {
      const expired = await open(id);
      expect(expired.status).toBe(410);
      expect(await expired.json()).toMatchObject({ code: 'tail_expired', status: 410 });
    }

    const step = { to: snapshot, floor: at, at };
    const forged: object[] = [
      { ...point, from: '9:1:' },
      { ...point, from: '1:9:9' },
      { ...point, from: '3:9:5,4' },
      { ...point, from: '0:0:' },
      { ...point, from: '99999999999999999999:99999999999999999999:' },
      { ...point, floor: -1 },
      { ...point, project: 2 },
      { ...point, step: { ...step, event: [at, '\0', '00000000-0000-0000-0000-000000000000'] } },
      { ...point, step: { ...step, run: ['\ud800', 'x'] } },
      { ...point, step: { ...step, to: ':' } },
    ];
    for (const one of forged) {
      const answer = await open(encodeTailPoint(one as never));
      expect({ one, status: answer.status }).toEqual({ one, status: 400 });
      expect(await answer.json()).toMatchObject({
        code: 'invalid_cursor',
        detail: expect.stringMatching(/^Last-Event-ID: Expected the id of a message/),
      });
    }
    const inQuery = await open('', undefined, key.headers, '?last_event_id=x');
    expect(await inQuery.json()).toMatchObject({
      code: 'invalid_cursor',
      detail: expect.stringMatching(
        /^last_event_id: Expected .*, got "x"\. Start again without it/,
      ),
    });
    // A snapshot that is not from this database, before or after the step.
    const later = `${BigInt(snapshot.split(':')[1] ?? 0) + 1_000_000n}`;
    const foreign = { ...point, from: `${later}:${later}:`, step };
    expect((await open(encodeTailPoint(foreign))).status).toBe(410);
  });

  test('carries the heads of every answer', async () => {
    const ended = new AbortController();
    const { headers } = await open('', ended.signal);
    ended.abort();
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('runfold-last-folded-at')).toMatch(/Z$/);
    expect(Number(headers.get('runfold-lag-seconds'))).toBeGreaterThanOrEqual(0);
  });

  test('ends when its key is revoked, though it is open', async () => {
    const { database } = service.home.tier;
    const other = await service.key(1, ['read']);
    const stream = await open('', undefined, other.headers);
    expect(stream.status).toBe(200);
    await revokeKey(database, { id: other.id, project: 1 });
    // Ends on its own: nothing here disconnects it.
    expect(await stream.text()).toContain('event: ready');
    expect((await open('', undefined, other.headers)).status).toBe(401);
  });

  test('counts the streams of a key, and forgets those that are gone', async () => {
    const count = () => service.fetch('/v1/tail', { headers: key.headers });
    const open3 = await Promise.all([count(), count(), count()]);
    expect(open3.map(({ status }) => status)).toEqual([200, 200, 200]);
    const more = await count();
    expect(more.status).toBe(429);
    expect(more.headers.get('retry-after')).toBe('10');
    expect(await more.json()).toMatchObject({ code: 'too_many_streams' });
    for (const { body } of open3) await body?.cancel();

    // Clients that disconnect before the response do not occupy a stream either.
    const { hostname, port } = new URL(service.http.url);
    for (let at = 0; at < 10; at++) {
      const socket = connect(Number(port), hostname);
      const head = `GET /v1/tail HTTP/1.1\r\nhost: localhost\r\nauthorization: ${key.headers.authorization}\r\n\r\n`;
      await new Promise<void>((resolve) => socket.write(head, () => resolve()));
      socket.destroy();
    }
    const opened = await waitUntil(
      async () => {
        const answers = await Promise.all([count(), count(), count()]);
        for (const { body } of answers) await body?.cancel();
        return answers.map(({ status }) => status);
      },
      (statuses) => statuses.every((status) => status === 200),
    );
    expect(opened).toEqual([200, 200, 200]);
  });
});
