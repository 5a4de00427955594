import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, type RunfoldClient } from '#runfold/client.js';
import { createProject } from '#runfold/store/projects.js';
import { describeOnEachTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { openTestService, type TestService } from './http-service.js';

describeOnEachTier('prices over HTTP', (tier) => {
  let service: TestService;
  let client: RunfoldClient;
  const clientFor = async (project: number, scopes: Parameters<TestService['key']>[1]) => {
    const { headers } = await service.key(project, scopes);
    return createClient({ url: service.http.url, key: headers.authorization.slice(7) });
  };
  beforeAll(async () => {
    service = await openTestService(tier);
    client = await clientFor(1, ['ingest', 'read', 'admin']);
  });
  afterAll(() => service.close());

  test('are set, used, listed, replaced and dropped by a client', async () => {
    const price = { model: 'in/house 1', input: 2, output: 10 };
    expect(await client.setPrice(price)).toEqual({ ...price, project: 1 });
    const sendOne = async () => {
      const run = { run_id: `run-${crypto.randomUUID()}`, session_id: 'priced' };
      const metrics = { input_tokens: 1_000, output_tokens: 100 };
      const event = { ...run, type: 'message', role: 'assistant', metrics } as const;
      await client.emit({ ...event, model: price.model }, { wait: true });
      return (await client.getRun(run))?.cost;
    };
    // Workers read prices again every few seconds.
    expect(await waitUntil(sendOne, (cost) => cost !== null)).toBe(0.003);

    const from = '2026-06-01T02:00:00+02:00';
    const later = { ...price, provider: 'openai', from, cached: 0.123_456_789_4 };
    const stored = {
      ...later,
      project: 1,
      from: '2026-06-01T00:00:00.000Z',
      cached: 0.123_456_789,
    };
    expect(await client.setPrice(later)).toEqual(stored);
    expect(await client.setPrice({ ...price, output: 20 })).toMatchObject({ output: 20 });
    expect(await client.listPrices()).toEqual([{ ...price, project: 1, output: 20 }, stored]);

    expect(await client.dropPrices({ model: price.model })).toEqual({ dropped: 2 });
    expect(await client.dropPrices({ model: price.model })).toBeUndefined();
    expect(await client.listPrices()).toEqual([]);
  });

  test('say every fault by its field', async () => {
    const wrong = { model: '', input: -1, output: 1e7, from: 'May', cashed: 1 };
    await expect(client.setPrice(wrong)).rejects.toMatchObject({
      status: 400,
      code: 'invalid_request',
      problem: {
        faults: [
          { field: 'model', expected: 'a string of 1 to 200 characters', got: '""' },
          { field: 'from', expected: 'an RFC 3339 time with a zone' },
          { field: 'input', expected: 'US dollars from 0 to 1,000,000', got: '-1' },
          { field: 'output', expected: 'US dollars from 0 to 1,000,000' },
          { field: 'cashed', expected: 'no such parameter (did you mean cached?)' },
        ],
      },
    });
    expect(await client.listPrices()).toEqual([]);
  });

  test('are set and dropped by an admin, and only those of the project', async () => {
    const price = { model: 'shared', input: 1, output: 1 };
    const reader = await clientFor(1, ['read', 'ingest']);
    await expect(reader.setPrice(price)).rejects.toMatchObject({ code: 'wrong_scope' });
    await expect(reader.dropPrices(price)).rejects.toMatchObject({ code: 'wrong_scope' });
    const { id } = await createProject(service.home.tier.database, { name: 'other' });
    const other = await clientFor(id, ['read', 'admin']);
    await client.setPrice(price);
    expect(await other.listPrices()).toEqual([]);
    expect(await other.dropPrices(price)).toBeUndefined();
    // A key decides the project; no field does.
    const of1 = { ...price, project: 1 };
    await expect(other.setPrice(of1)).rejects.toMatchObject({ code: 'invalid_request' });
    await other.setPrice({ ...price, input: 9 });
    expect(await reader.listPrices()).toEqual([{ ...price, project: 1 }]);
    expect(await other.listPrices()).toEqual([{ ...price, project: id, input: 9 }]);
  });

  const ended = (of: RunfoldClient, id: string) =>
    waitUntil(
      () => of.getReprice({ id }),
      (job) => job !== undefined && job.state !== 'running',
      { what: 'the end of the reprice' },
    );

  test('price earlier messages when an admin reprices, of one project', async () => {
    const { id: project } = await createProject(service.home.tier.database, { name: 'earlier' });
    const owner = await clientFor(project, ['ingest', 'read', 'admin']);
    const sent = (id: string, more: object = {}) => ({
      type: 'message' as const,
      role: 'assistant' as const,
      id,
      run_id: 'r',
      session_id: 's',
      model: 'late-price',
      occurred_at: '2026-02-01T00:00:00Z',
      metrics: { input_tokens: 1_000_000 },
      ...more,
    });
    const events = [
      sent('m-1'),
      sent('m-2', { occurred_at: '2026-03-01T00:00:00Z' }),
      sent('m-3', { model: 'no-price' }),
      sent('m-4', { metrics: { input_tokens: 1, cost: 7 } }),
    ];
    await owner.emit(events, { wait: true });
    await owner.setPrice({ model: 'late-price', input: 3, output: 1 });

    const begun = await owner.beginReprice({ dry_run: true });
    expect(begun).toMatchObject({ state: 'running', dry_run: true, from: null, ended_at: null });
    const figures = {
      messages: 4,
      reported: 1,
      corrected: 2,
      cost_before: 0,
      cost_after: 6,
      difference: 6,
      unpriced: [{ model: 'no-price', reason: 'unknown_model', messages: 1, kept_cost: null }],
    };
    expect(await ended(owner, begun.id)).toMatchObject({ state: 'done', error: null, ...figures });
    expect(await owner.getRun({ run_id: 'r' })).toMatchObject({ cost: 7, unpriced_messages: 3 });

    const from = '2026-02-15T00:00:00+01:00';
    const later = await owner.beginReprice({ from });
    expect(await ended(owner, later.id)).toMatchObject({ from, messages: 1, corrected: 1 });
    const rest = await owner.beginReprice();
    expect(await ended(owner, rest.id)).toMatchObject({ messages: 4, corrected: 1, difference: 3 });
    expect(await owner.getRun({ run_id: 'r' })).toMatchObject({ cost: 13, unpriced_messages: 1 });
    const again = await owner.beginReprice();
    expect(await ended(owner, again.id)).toMatchObject({ corrected: 0, difference: 0 });

    // Each project has its own; what has ended stays as it is.
    expect(await client.getReprice({ id: rest.id })).toBeUndefined();
    expect(await client.cancelReprice({ id: rest.id })).toBeUndefined();
    expect(await owner.cancelReprice({ id: rest.id })).toMatchObject({ state: 'done' });
    await expect(owner.beginReprice({ from: 'yesterday' })).rejects.toMatchObject({
      problem: { faults: [{ field: 'from', expected: 'an RFC 3339 time with a zone' }] },
    });
    const reader = await clientFor(project, ['ingest', 'read']);
    await expect(reader.beginReprice({ dry_run: true })).rejects.toMatchObject({
      code: 'wrong_scope',
    });
  });
});
