import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, type RunfoldClient } from '#runfold/client.js';
import { createProject } from '#runfold/store/projects.js';
import { fastestTier } from '../../harness/tiers.js';
import { openTestService, type TestService } from './http-service.js';

describe('budgets over HTTP', () => {
  let service: TestService;
  let client: RunfoldClient;
  let agent: RunfoldClient;
  const clientFor = async (project: number, scopes: Parameters<TestService['key']>[1]) => {
    const { headers } = await service.key(project, scopes);
    return createClient({ url: service.http.url, key: headers.authorization.slice(7) });
  };
  beforeAll(async () => {
    service = await openTestService(fastestTier());
    client = await clientFor(1, ['read', 'admin']);
    agent = await clientFor(1, ['ingest']);
  });
  afterAll(() => service.close());

  test('are made, asked, held, used up, shown and dropped by a client', async () => {
    const made = await client.createBudget({
      name: 'writer',
      scope: 'agent',
      measure: 'cost',
      limit: 1,
      window: 'day',
    });
    expect(await client.listBudgets()).toEqual([made]);
    const ask = { agent_id: 'writer', estimate: { cost: 0.6 }, hold_seconds: 60 };
    const first = await agent.checkBudget(ask);
    expect(first).toMatchObject({ allowed: true, is_unknown: false, budgets: [{ used: 0 }] });
    const second = await agent.checkBudget(ask);
    expect(second).toMatchObject({ allowed: false, hold_id: null, budgets: [{ held: 0.6 }] });
    const event = { type: 'message', role: 'assistant', run_id: 'r', agent_id: 'writer' } as const;
    const hold_id = String(first.hold_id);
    await agent.emit({ ...event, hold_id, metrics: { cost: 0.25 } }, { wait: true });
    const third = await agent.checkBudget(ask);
    expect(third).toMatchObject({ allowed: true, budgets: [{ used: 0.25, held: 0 }] });
    const use = { value: 'writer', used: 0.25, held: 0.6, remaining: 0.15 };
    const standing = await client.getBudget({ name: 'writer' });
    expect(standing).toMatchObject({ ...made, uses: [use] });
    expect(await client.listBudgetStandings()).toEqual([standing]);
    const release = { hold_id: String(third.hold_id) };
    expect(await agent.releaseHold(release)).toEqual({ released: true });
    expect(await client.getBudget({ name: 'writer' })).toMatchObject({ holds: [] });
    // The event names the hold that it used.
    const { items } = await client.listEvents({ run_id: 'r' });
    expect(items).toMatchObject([{ hold_id }]);
    expect(await client.dropBudget({ name: 'writer' })).toEqual(made);
    expect(await client.dropBudget({ name: 'writer' })).toBeUndefined();
    expect(await client.getBudget({ name: 'writer' })).toBeUndefined();
  });

  test('say what is wrong, by field', async () => {
    const budget = { name: 'w', scope: 'model', measure: 'runs', limit: 1 } as const;
    await expect(client.createBudget(budget)).rejects.toMatchObject({
      status: 400,
      code: 'invalid_request',
      problem: { faults: [{ field: 'measure' }] },
    });
    const good = { ...budget, measure: 'cost' } as const;
    await client.createBudget(good);
    await expect(client.createBudget(good)).rejects.toMatchObject({ code: 'budget_exists' });
    await client.createBudget({ ...good, limit: 2, replace: true });
    await expect(agent.checkBudget({ estimate: { cost: -1 } })).rejects.toMatchObject({
      problem: { faults: [{ field: 'estimate.cost' }] },
    });
    await expect(agent.createBudget(good)).rejects.toMatchObject({ code: 'wrong_scope' });
  });

  test('of another project are not there', async () => {
    const { id } = await createProject(service.home.tier.database, { name: 'other' });
    const other = await clientFor(id, ['ingest', 'read', 'admin']);
    await client.createBudget({ name: 'mine', scope: 'project', measure: 'cost', limit: 0.5 });
    const held = await agent.checkBudget({ estimate: { cost: 0.1 }, hold_seconds: 60 });
    expect(await other.getBudget({ name: 'mine' })).toBeUndefined();
    expect(await other.dropBudget({ name: 'mine' })).toBeUndefined();
    expect(await other.listBudgets()).toEqual([]);
    expect(await other.checkBudget({ estimate: { cost: 9 } })).toMatchObject({ budgets: [] });
    const hold_id = String(held.hold_id);
    expect(await other.releaseHold({ hold_id })).toEqual({ released: false });
    const event = { type: 'message', role: 'assistant', run_id: 'x', hold_id } as const;
    await other.emit(event, { wait: true });
    expect(await client.getBudget({ name: 'mine' })).toMatchObject({ holds: [{ hold_id }] });
  });

  test('that nobody answers for allow or refuse as the caller says', async () => {
    const nobody = createClient({ url: 'http://127.0.0.1:9', key: 'rf_x_y' });
    const answer = { hold_id: null, is_unknown: true, budgets: [] };
    expect(await nobody.checkBudget({})).toEqual({ ...answer, allowed: true });
    const refusing = nobody.checkBudget({ when_unreachable: 'refuse' });
    expect(await refusing).toEqual({ ...answer, allowed: false });
    const lost = createClient({ url: 'no address', key: 'rf_x_y' });
    await expect(lost.checkBudget({})).rejects.toThrow(/URL/);
  });

  describe.each(['allow', 'refuse'] as const)('for when_unreachable %s', (when_unreachable) => {
    const answering = (status: number, body = '{"code":"some_code","detail":"Some detail."}') =>
      createClient({
        url: 'http://127.0.0.1:9',
        fetch: async () => new Response(body, { status, headers: { 'retry-after': '0' } }),
      }).checkBudget({ when_unreachable });

    test.each([502, 503, 504])('a %d is an outage', async (status) => {
      const allowed = when_unreachable === 'allow';
      expect(await answering(status)).toEqual({
        allowed,
        hold_id: null,
        is_unknown: true,
        budgets: [],
      });
    });

    test.each([400, 401, 403, 404, 422, 429, 500, 501])('a %d is none', async (status) => {
      await expect(answering(status)).rejects.toMatchObject({ status, code: 'some_code' });
    });

    test('a service that cannot use its database until somebody acts is none', async () => {
      const code = 'database_misconfigured';
      const problem = JSON.stringify({ code, detail: 'Its log has the reason.' });
      await expect(answering(503, problem)).rejects.toMatchObject({ status: 503, code });
    });

    test('a page of something else is none', async () => {
      await expect(answering(200, '<html>')).rejects.toThrow(SyntaxError);
    });
  });
});
