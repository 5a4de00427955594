import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRateLimit } from '#runfold/http/service/rate-limit.js';
import { fastestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import {
  jsonOf,
  type KeyHeaders,
  openTestService,
  posted,
  type TestService,
} from './http-service.js';

interface Listed {
  readonly items: readonly {
    readonly id: string;
    readonly last_used_at: string | null;
    readonly revoked_at: string | null;
  }[];
}

describe('keys by HTTP', () => {
  let service: TestService;
  let admin: KeyHeaders;
  beforeAll(async () => {
    service = await openTestService(fastestTier());
    admin = await service.key(1, ['admin']);
  });
  afterAll(() => service.close());
  const list = () => jsonOf<Listed>(service.fetch('/v1/keys', { headers: admin.headers }));
  const make = async (body: unknown) => {
    const answer = await service.fetch('/v1/keys', posted(body, admin.headers));
    return { status: answer.status, body: await jsonOf(answer) };
  };

  test('are made, shown once, noted when used, and revoked', async () => {
    const { status, body } = await make({ scopes: ['read', 'read'], name: 'dashboard' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'dashboard', scopes: ['read'], last_used_at: null });
    const { id, key } = body as { readonly id: string; readonly key: string };
    const secret = key.slice(`rf_${id}_`.length);
    expect(secret).toHaveLength(43);
    expect(JSON.stringify(await list())).not.toContain(secret);
    expect((await list()).items.find((one) => one.id === id)?.last_used_at).toBeNull();

    const headers = { authorization: `Bearer ${key}` };
    expect((await service.fetch('/v1/runs', { headers })).status).toBe(200);
    const used = await waitUntil(
      async () => (await list()).items.find((one) => one.id === id)?.last_used_at,
      (at) => typeof at === 'string',
    );
    expect(Math.abs(Date.parse(String(used)) - Date.now())).toBeLessThan(120_000);

    const revoked = await service.fetch(`/v1/keys/${id}`, {
      method: 'DELETE',
      headers: admin.headers,
    });
    expect(revoked.status).toBe(200);
    expect(await revoked.json()).toMatchObject({ id, revoked_at: expect.stringMatching(/Z$/) });
    await waitUntil(async () => (await service.fetch('/v1/runs', { headers })).status === 401);
    // Revoked permanently: a second time changes nothing, and it stays in the list.
    const again = { method: 'DELETE', headers: admin.headers };
    expect((await service.fetch(`/v1/keys/${id}`, again)).status).toBe(200);
    expect((await list()).items.find((one) => one.id === id)?.revoked_at).toMatch(/Z$/);
  });

  test.each([
    ['no scope', { scopes: [] }, 'scopes'],
    ['a scope that is none', { scopes: ['write'] }, 'scopes.0'],
    ['no scopes at all', {}, 'scopes'],
    ['a field that is none', { scopes: ['read'], project: 2 }, 'project'],
    ['no object', [['read']], ''],
  ])('are refused with %s', async (_what, body, field) => {
    const { status, body: problem } = await make(body);
    expect(status).toBe(400);
    expect(problem).toMatchObject({ code: 'invalid_request', faults: [{ field }] });
  });
});

describe('an allowance', () => {
  // One in ten days: the bucket does not refill noticeably during the test.
  const rate = () => createRateLimit('requests', 1e-6);

  test('is each key’s own, and is not given anew because many others come', () => {
    const limit = rate();
    limit.take('a', 2e-6);
    expect(() => limit.take('a', 1e-6)).toThrow(/^More than /);
    limit.take('b', 1e-6);
    for (let other = 0; other < 20_000; other++) limit.take(`other-${other}`, 1e-6);
    expect(() => limit.take('a', 1e-6)).toThrow(/^More than /);
  });

  test('lets more than it holds through when it is full, and leaves a debt', () => {
    const limit = rate();
    limit.take('a', 1);
    expect(() => limit.take('a', 1e-7)).toThrow(
      expect.objectContaining({ code: 'rate_limited', status: 429 }),
    );
  });
});
