import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenApiDocument, Operation } from '#runfold/http/openapi/openapi-document.js';
import { setPriceOverride } from '#runfold/pricing/price-overrides.js';
import { revokeKey } from '#runfold/store/api-keys.js';
import { createProject } from '#runfold/store/projects.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { fastestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import {
  jsonOf,
  type KeyHeaders,
  openTestService,
  posted,
  type TestService,
} from './http-service.js';

/** Data of project B that a key of project A must never see or change. */
const secrets = { session: 'secret-session-0', run: 'secret-run-0', event: 'secret-1' };
const secretPrice = { model: 'secret-model', input: 1, output: 2 };

/** A reject, or an audit, that does not exist. */
const idOfB = '00000000-0000-4000-8000-000000000000';

/** Values of parameters that name data in project B. */
const values: Readonly<Record<string, string>> = {
  run_id: secrets.run,
  session_id: secrets.session,
  from: '2026-01-01T00:00:00Z',
  to: '2027-01-01T00:00:00Z',
  corrects: secrets.event,
  parent_run_id: secrets.run,
  limit: '1000',
  q: 'secret',
};

describe('a key of one project', () => {
  let service: TestService;
  let document: OpenApiDocument;
  let ofA: KeyHeaders;
  let ofB: KeyHeaders;
  let keyOfB: KeyHeaders;
  let cursorOfB: string;
  let tailOfB: string;

  beforeAll(async () => {
    // Every route is tried with wrong keys, more of them per second than an address may otherwise
    // use.
    const limits = { tail_poll_ms: 20, unknown_keys_per_second: 1_000 };
    service = await openTestService(fastestTier(), { limits });
    const { database } = service.home.tier;
    const b = await createProject(database, { name: 'b' });
    await setPriceOverride(database, { project: b.id, ...secretPrice });
    ofA = await service.key(1, ['ingest', 'read', 'admin']);
    ofB = await service.key(b.id, ['ingest', 'read', 'admin']);
    keyOfB = await service.key(b.id, ['read']);
    document = JSON.parse(await (await service.fetch('/openapi.json')).text());
    const sent = await service.fetch(
      '/v1/events?wait=true',
      posted(sampleEvents(64, 'secret'), ofB.headers),
    );
    expect(await sent.json()).toMatchObject({ accepted: 64, folded: true });
    const mine = posted(sampleEvents(8, 'mine'), ofA.headers);
    expect((await service.fetch('/v1/events?wait=true', mine)).status).toBe(200);
    cursorOfB = (
      await jsonOf<{ next_cursor: string }>(
        service.fetch('/v1/runs?limit=1', { headers: ofB.headers }),
      )
    ).next_cursor;
    tailOfB = (await firstOfTail(ofB)).id;
  });
  afterAll(() => service.close());

  /** The operations of the API that need a key. */
  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { security }]) => security.length > 0)
        .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    );
  const urlOf = (path: string, { parameters = [] }: Operation, withQuery: boolean) => {
    const search = new URLSearchParams();
    for (const { name, in: place, required } of parameters) {
      const value = values[name];
      if (place === 'query' && value !== undefined && (withQuery || required)) {
        search.set(name, value);
      }
    }
    const place = path.replace('{run_id}', secrets.run).replace('{session_id}', secrets.session);
    return `${place
      .replace('{key_id}', keyOfB.id)
      .replace('{model}', secretPrice.model)
      .replace(/\{(reject|audit|rebuild|reprice)_id\}/, idOfB)
      .replace('{project_id}', '2')}?${search}`;
  };
  const bodyOf = (path: string) =>
    path === '/v1/keys' ? { scopes: ['read'] } : [{ ...sampleEvents(2, 'secret')[1] }];
  const ask = (method: string, url: string, headers: Record<string, string>, body: unknown) =>
    service.fetch(url, method === 'POST' ? posted(body, headers) : { method, headers });

  async function firstOfTail({ headers }: KeyHeaders, last = '') {
    const ended = new AbortController();
    const more = last === '' ? {} : { 'last-event-id': last };
    const answer = await service.fetch('/v1/tail', {
      headers: { ...headers, ...more },
      signal: ended.signal,
    });
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += new TextDecoder().decode(chunk);
      if (!answer.ok || text.includes('event: ready\ndata: {}\n\n')) break;
    }
    ended.abort();
    return { status: answer.status, text, id: /^id: (.*)$/m.exec(text)?.[1] ?? '' };
  }

  test('is needed on every route of /v1, and a wrong, missing, revoked one opens none', async () => {
    const revoked = await service.key(1, ['ingest', 'read', 'admin']);
    const { database } = service.home.tier;
    expect((await service.fetch('/v1/runs', { headers: revoked.headers })).status).toBe(200);
    await revokeKey(database, { id: revoked.id, project: 1 });
    await waitUntil(
      async () => (await service.fetch('/v1/runs', { headers: revoked.headers })).status,
      (status) => status === 401,
    );
    const wrong = ofA.headers.authorization.replace(/.{4}$/, 'AAAA');
    const authorizations: Record<string, Record<string, string>> = {
      missing: {},
      revoked: revoked.headers,
      wrong: { authorization: wrong },
      'another scheme': { authorization: ofA.headers.authorization.replace('Bearer', 'Basic') },
      nonsense: { authorization: 'Bearer rf_x_y' },
    };
    const ways = operations();
    expect(ways.length).toBeGreaterThanOrEqual(16);
    expect(ways.every(({ path }) => path.startsWith('/v1/'))).toBe(true);
    for (const { path, method, operation } of ways) {
      for (const [name, headers] of Object.entries(authorizations)) {
        const answer = await ask(method, urlOf(path, operation, false), headers, bodyOf(path));
        expect({ method, path, name, status: answer.status }).toMatchObject({ status: 401 });
        expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      }
    }
  });

  test('opens only what its scope allows', async () => {
    const scopes = ['ingest', 'read', 'admin', 'operate'] as const;
    for (const scope of scopes) {
      const { headers } = await service.key(1, [scope]);
      for (const { path, method, operation } of operations()) {
        const needed = /Needs the scope `(\w+)`/.exec(operation.description ?? '')?.[1];
        if (needed === scope) continue;
        const answer = await ask(method, urlOf(path, operation, false), headers, bodyOf(path));
        expect({ path, scope, status: answer.status }).toMatchObject({ status: 403 });
        // OpenTelemetry clients get gRPC codes.
        const code = /^\/v1\/(traces|logs|metrics)$/.test(path) ? 7 : 'wrong_scope';
        expect(await answer.json()).toMatchObject({ code });
      }
    }
  });

  test('reads, lists and learns nothing of another, by any route', async () => {
    for (const { path, method, operation } of operations()) {
      if (method !== 'GET' || path === '/v1/tail') continue;
      for (const withQuery of [true, false]) {
        const url = urlOf(path, operation, withQuery);
        const answer = await ask(method, url, ofA.headers, undefined);
        const text = await answer.text();
        // A response may repeat the request, but nothing else of project B.
        expect({
          url,
          text: text.replaceAll(secrets.run, '').replaceAll(secrets.session, ''),
        }).toMatchObject({ text: expect.not.stringContaining('secret') });
        if (/\{run_id\}|\{session_id\}/.test(path)) {
          const other = url.replace(/secret/g, 'nobody');
          const nobody = await ask(method, other, ofA.headers, undefined);
          // Data in another project and missing data look the same.
          const body = await jsonOf(nobody);
          expect([answer.status, nobody.status]).toEqual([404, 404]);
          expect(JSON.parse(text).detail.replaceAll('secret', 'nobody')).toBe(body.detail);
        }
      }
    }
    const keys = await jsonOf(service.fetch('/v1/keys', { headers: ofA.headers }));
    expect(JSON.stringify(keys)).not.toContain(keyOfB.id);
    const usage = '/v1/usage?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z';
    const usageOf = async ({ headers }: KeyHeaders) => {
      type Series = { readonly rows: readonly { readonly assistant_messages: number }[] };
      const { rows } = await jsonOf<Series>(service.fetch(usage, { headers }));
      return rows[0]?.assistant_messages;
    };
    expect([await usageOf(ofA), await usageOf(ofB)]).toEqual([2, 16]);
  });

  test('goes on with no cursor and no tail of another', async () => {
    const page = `/v1/runs?limit=1&cursor=${cursorOfB}`;
    const answer = await service.fetch(page, { headers: ofA.headers });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_cursor' });
    expect(await firstOfTail(ofA, tailOfB)).toMatchObject({ status: 400 });

    const mine = await firstOfTail(ofA);
    const more = posted(sampleEvents(8, 'secret', 80), ofB.headers);
    expect((await service.fetch('/v1/events?wait=true', more)).status).toBe(200);
    const own = posted(sampleEvents(1, 'mine', 9), ofA.headers);
    expect((await service.fetch('/v1/events?wait=true', own)).status).toBe(200);
    const ended = new AbortController();
    const stream = await service.fetch('/v1/tail', {
      headers: { ...ofA.headers, 'last-event-id': mine.id },
      signal: ended.signal,
    });
    let text = '';
    for await (const chunk of stream.body ?? []) {
      text += new TextDecoder().decode(chunk);
      if (text.includes('event: run')) break;
    }
    ended.abort();
    expect(text).toContain('"mine-9"');
    expect(text).not.toContain('secret');
  });

  test('writes, corrects and revokes nothing of another', async () => {
    const before = await jsonOf(service.fetch(`/v1/runs/${secrets.run}`, { headers: ofB.headers }));
    const corrections = [
      { id: secrets.event, set: { input_tokens: 1 } },
      { id: secrets.event, session_id: secrets.session, void: true },
    ];
    for (const correction of corrections) {
      const answer = await service.fetch('/v1/corrections', posted(correction, ofA.headers));
      expect(answer.status).toBe(404);
    }
    expect(
      await jsonOf(service.fetch(`/v1/runs/${secrets.run}`, { headers: ofB.headers })),
    ).toEqual(before);
    const [, event] = sampleEvents(2, 'secret');
    const forged = [
      { ...event, metrics: { input_tokens: 9_999 } },
      { ...event, id: 'forged', corrects: event?.id, metrics: { input_tokens: -50 } },
    ];
    const sent = await service.fetch('/v1/events?wait=true', posted(forged, ofA.headers));
    expect(sent.status).toBe(200);
    const after = await jsonOf(service.fetch(`/v1/runs/${secrets.run}`, { headers: ofB.headers }));
    expect(after).toEqual(before);
    const revoke = { method: 'DELETE', headers: ofA.headers };
    expect((await service.fetch(`/v1/prices/${secretPrice.model}`, revoke)).status).toBe(404);
    expect(await jsonOf(service.fetch('/v1/prices', { headers: ofB.headers }))).toEqual({
      items: [{ project: 2, ...secretPrice }],
    });
    expect((await service.fetch(`/v1/keys/${keyOfB.id}`, revoke)).status).toBe(404);
    expect((await service.fetch('/v1/runs', { headers: keyOfB.headers })).status).toBe(200);
    const made = await jsonOf(
      service.fetch('/v1/keys', posted({ scopes: ['read'], project: 2 }, ofA.headers)),
    );
    expect(made.code).toBe('invalid_request');
    const own = await jsonOf(service.fetch('/v1/keys', posted({ scopes: ['read'] }, ofA.headers)));
    expect(own).toMatchObject({ project: 1, key: expect.stringMatching(/^rf_/) });
  });

  test('opens no metrics: those are of all projects', async () => {
    for (const headers of [{}, ofA.headers]) {
      expect((await service.fetch('/metrics', { headers })).status).toBe(401);
    }
  });
});
