import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSignInLimit } from '#runfold/http/access/sign-in-limit.js';
import { revokeKey } from '#runfold/store/api-keys.js';
import { createProject } from '#runfold/store/projects.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { fastestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { jsonOf, openTestService, posted, type TestService } from './http-service.js';

const ofPage = { 'sec-fetch-site': 'same-origin' };
const textOf = (authorization: string) => authorization.slice('Bearer '.length);

describe('a browser', () => {
  let service: TestService;
  let other: number;
  beforeAll(async () => {
    service = await openTestService(fastestTier());
    const { database } = service.home.tier;
    other = (await createProject(database, { name: 'other' })).id;
    const { headers } = await service.key(1, ['ingest']);
    const sent = await service.fetch(
      '/v1/events?wait=true',
      posted(sampleEvents(8, 'mine'), headers),
    );
    expect(sent.status).toBe(200);
  });
  afterAll(() => service.close());

  const signIn = (key: string, headers: Record<string, string> = {}) =>
    service.fetch('/v1/sign-in', posted({ key }, { ...ofPage, ...headers }));
  const cookieIn = (answer: Response) => answer.headers.get('set-cookie') ?? '';
  const pair = (cookie: string) => cookie.split(';')[0] ?? '';
  async function signedIn(
    project = 1,
    scopes: Parameters<TestService['key']>[1] = ['ingest', 'read', 'admin'],
    before = '',
  ) {
    const key = await service.key(project, scopes);
    const answer = await signIn(
      textOf(key.headers.authorization),
      before === '' ? {} : { cookie: before },
    );
    expect(answer.status).toBe(200);
    return { parent: key, cookie: pair(cookieIn(answer)), answer };
  }
  const status = async (path: string, headers: Record<string, string>, method = 'GET') =>
    (await service.fetch(path, { method, headers: { ...ofPage, ...headers } })).status;

  test('is let in by a cookie that script cannot read, with a key of its own', async () => {
    const { answer, cookie, parent } = await signedIn();
    expect(cookieIn(answer)).toMatch(
      /^runfold=rf_[0-9a-f]{16}_[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(cookie).not.toContain(parent.id);
    const said = await jsonOf(answer);
    expect(said).toMatchObject({ project: 1, scopes: ['read', 'admin'] });
    const hours = (Date.parse(String(said.expires_at)) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(11.9);
    expect(hours).toBeLessThan(12.1);
    expect(JSON.stringify(said)).not.toContain('rf_');
    expect(await status('/v1/runs', { cookie })).toBe(200);
    expect(await status('/v1/keys', { cookie })).toBe(200);
    const sent = await service.fetch('/v1/events', posted([], { ...ofPage, cookie }));
    expect(sent.status).toBe(403);
    const { items } = await jsonOf<{ items: { kind: string; parent_id: string | null }[] }>(
      service.fetch('/v1/keys', { headers: { ...ofPage, cookie } }),
    );
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'browser', parent_id: parent.id }),
    );
    expect(
      await jsonOf(service.fetch('/v1/status', { headers: { ...ofPage, cookie } })),
    ).toMatchObject({
      signed_in_to: [{ id: 1, name: 'default' }],
    });
  });

  test('is refused for a page of another site, by any method, and for a forged form', async () => {
    const { cookie } = await signedIn();
    const { host } = new URL(service.http.url);
    for (const [headers, get, post] of [
      [{ 'sec-fetch-site': 'cross-site' }, 403, 403],
      [{ 'sec-fetch-site': 'same-site' }, 403, 403],
      // A typed address.
      [{ 'sec-fetch-site': 'none' }, 200, 403],
      [{ 'sec-fetch-site': 'same-origin', origin: 'http://evil.example' }, 200, 202],
      // Browsers older than Sec-Fetch-Site.
      [{ origin: `http://${host}` }, 200, 202],
      [{ origin: 'http://evil.example' }, 403, 403],
      [{ origin: 'null' }, 403, 403],
      [{}, 403, 403],
    ] as const) {
      const read = await service.fetch('/v1/runs', { headers: { ...headers, cookie } });
      expect({ headers, status: read.status }).toEqual({ headers, status: get });
      if (get === 403) expect(await read.json()).toMatchObject({ code: 'cross_site' });
      const written = await service.fetch('/v1/audits', posted({}, { ...headers, cookie }));
      expect({ headers, status: written.status }).toEqual({ headers, status: post });
    }
    const form = await service.fetch('/v1/audits', {
      method: 'POST',
      body: '{}',
      headers: { ...ofPage, cookie, 'content-type': 'text/plain' },
    });
    expect(form.status).toBe(415);
    const forged = await signIn('rf_x', { 'sec-fetch-site': 'cross-site' });
    expect(await forged.json()).toMatchObject({ status: 403, code: 'cross_site' });
    const out = await service.fetch(
      '/v1/sign-out',
      posted({}, { origin: 'http://evil.example', cookie }),
    );
    expect(out.status).toBe(403);
    expect(await status('/v1/runs', { cookie })).toBe(200);
  });

  test('sends a key in the header where it has one: then the cookie says nothing', async () => {
    const { cookie } = await signedIn();
    const answer = await service.fetch('/v1/runs', {
      headers: { cookie, authorization: 'Bearer rf_x' },
    });
    expect(answer.status).toBe(401);
    const { headers } = await service.key(other, ['read']);
    const { items } = await jsonOf<{ items: unknown[] }>(
      service.fetch('/v1/runs', { headers: { cookie, ...headers } }),
    );
    expect(items).toEqual([]);
  });

  test('is signed out within a second of the end of the key it signed in with', async () => {
    const { cookie, parent } = await signedIn();
    expect(await status('/v1/runs', { cookie })).toBe(200);
    await revokeKey(service.home.tier.database, { id: parent.id, project: 1 });
    await waitUntil(async () => (await status('/v1/runs', { cookie })) === 401);
  });

  test('is signed out when its time is over, and stays signed in while it looks', async () => {
    const { cookie } = await signedIn();
    const { database } = service.home.tier;
    const [, id = ''] = /rf_([0-9a-f]{16})/.exec(cookie) ?? [];
    const expiry = async () => {
      const [row] = await database.query<{ hours: number }>(
        `select (extract(epoch from expires_at - now()) / 3600)::float8 as hours
        from runfold_internal.api_key where id = $1`,
        [id],
      );
      return row?.hours ?? 0;
    };
    const set = (sql: string) =>
      database.query(`update runfold_internal.api_key set ${sql} where id = $1`, [id]);
    await set(`expires_at = now() + interval '1 hour'`);
    expect(await status('/v1/runs', { cookie })).toBe(200);
    await waitUntil(expiry, (hours) => hours > 11.9);
    // At most thirty days, however often it is used.
    await set(`created_at = now() - interval '29 days 23 hours', last_used_at = null`);
    const { noteKeyUse } = await import('#runfold/store/api-keys.js');
    await noteKeyUse(database, id);
    expect(await expiry()).toBeLessThan(1.1);
    await set(`expires_at = now() - interval '1 second', last_used_at = null`);
    // A process may still hold the key as valid for a second: its use does not bring the key back.
    await noteKeyUse(database, id);
    expect(await expiry()).toBeLessThan(0);
    await waitUntil(async () => (await status('/v1/runs', { cookie })) === 401);
  });

  test('may be signed in to several projects, and says which is meant', async () => {
    const first = await signedIn(1, ['read']);
    const { cookie } = await signedIn(other, ['read'], first.cookie);
    expect(cookie.split('.')).toHaveLength(2);
    const of = async (query: string) =>
      jsonOf<{ project: { id: number }; signed_in_to: { id: number }[] }>(
        service.fetch(`/v1/status${query}`, { headers: { ...ofPage, cookie } }),
      );
    expect((await of('')).project.id).toBe(other);
    expect((await of(`?project=1`)).project.id).toBe(1);
    expect((await of(`?project=${other}`)).signed_in_to.map(({ id }) => id)).toEqual([other, 1]);
    expect(await status('/v1/status?project=77', { cookie })).toBe(401);
    // For programs it is an unknown parameter.
    const { headers } = await service.key(1, ['read']);
    expect(await status('/v1/status?project=1', headers)).toBe(400);
    const out = await service.fetch(
      '/v1/sign-out',
      posted({ project: other }, { ...ofPage, cookie }),
    );
    expect(await out.json()).toEqual({ projects: [other] });
    const rest = pair(cookieIn(out));
    expect(await status('/v1/status', { cookie: rest })).toBe(200);
    await waitUntil(async () => (await status(`/v1/status?project=${other}`, { cookie })) === 401);
    const all = await service.fetch('/v1/sign-out', posted({}, { ...ofPage, cookie: rest }));
    expect(cookieIn(all)).toMatch(/^runfold=; Max-Age=0; /);
    await waitUntil(async () => (await status('/v1/status', { cookie: rest })) === 401);
  });

  test('takes the place of the one before when it signs in again', async () => {
    const first = await signedIn(1, ['read']);
    const second = await signedIn(1, ['read'], first.cookie);
    expect(second.cookie.split('.')).toHaveLength(1);
    await waitUntil(async () => (await status('/v1/runs', { cookie: first.cookie })) === 401);
    expect(await status('/v1/runs', { cookie: second.cookie })).toBe(200);
  });

  test('is told the same of an unknown, a revoked and a misspelt key; one that may not read is named', async () => {
    const revoked = await service.key(1, ['read']);
    await revokeKey(service.home.tier.database, { id: revoked.id, project: 1 });
    const unknown = textOf(revoked.headers.authorization).replace(
      /^rf_.{16}/,
      'rf_0123456789abcdef',
    );
    const { cookie } = await signedIn();
    const texts = [];
    for (const key of [
      textOf(revoked.headers.authorization),
      unknown,
      'x',
      pair(cookie).slice(8),
    ]) {
      const answer = await signIn(key);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('set-cookie')).toBeNull();
      texts.push((await jsonOf(answer)).detail);
    }
    expect(new Set(texts).size).toBe(1);
    const sender = await service.key(1, ['ingest']);
    expect((await signIn(textOf(sender.headers.authorization))).status).toBe(403);
  });

  test('that fails ten times in a minute waits', async () => {
    let now = 0;
    const limit = createSignInLimit(() => now);
    for (let count = 0; count < 10; count++) {
      limit.check('a');
      limit.noteFailure('a');
    }
    now = 59_000;
    expect(() => limit.check('a')).toThrow('Retry in 1 s.');
    limit.check('b');
    now = 60_001;
    limit.check('a');
    for (let count = 0; count < 12; count++) await signIn(`rf_wrong-${count}`);
    const answer = await signIn('rf_wrong');
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('behind TLS', () => {
  test('the cookie is for TLS and for this host alone', async () => {
    const service = await openTestService(fastestTier(), {
      public_url: 'https://runfold.example.com',
    });
    try {
      const key = await service.key(1, ['read']);
      const answer = await service.fetch(
        '/v1/sign-in',
        posted({ key: textOf(key.headers.authorization) }, ofPage),
      );
      const cookie = answer.headers.get('set-cookie') ?? '';
      expect(cookie).toMatch(/^__Host-runfold=rf_.*; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
      const text = cookie.split(';')[0] ?? '';
      const read = (value: string) =>
        service.fetch('/v1/runs', { headers: { ...ofPage, cookie: value } });
      expect((await read(text)).status).toBe(200);
      // A cookie without the prefix may be from a neighbouring host.
      expect((await read(text.replace('__Host-', ''))).status).toBe(401);
    } finally {
      await service.close();
    }
  });
});

describe('while there are no keys', () => {
  test('a page of another site may neither read nor write, and programs may both', async () => {
    const service = await openTestService(fastestTier());
    try {
      const { host } = new URL(service.http.url);
      for (const [headers, get, post] of [
        [{}, 200, 202],
        [{ 'sec-fetch-site': 'same-origin' }, 200, 202],
        [{ 'sec-fetch-site': 'none' }, 200, 421],
        [{ 'sec-fetch-site': 'cross-site' }, 421, 421],
        [{ origin: `http://${host}` }, 200, 202],
        [{ origin: 'http://evil.example' }, 200, 421],
      ] as const) {
        const read = await service.fetch('/v1/runs', { headers });
        const written = await service.fetch('/v1/audits', posted({}, headers));
        expect({ headers, get: read.status, post: written.status }).toEqual({ headers, get, post });
      }
    } finally {
      await service.close();
    }
  });
});
