import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClientCorrection, createClient, type RunfoldClient } from '#runfold/client.js';
import { maxTokens } from '#runfold/events/limits.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { createProject } from '#runfold/store/projects.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { foldEvents } from '../../harness/fold-events.js';
import { describeOnEachTier } from '../../harness/tiers.js';
import { jsonOf, openTestService, posted, type TestService } from './http-service.js';

const at = '2026-01-01T00:00:00.000Z';
const event = (id: string, more: object = {}) => ({
  type: 'message' as const,
  role: 'assistant' as const,
  id,
  run_id: 'r-1',
  session_id: 's-1',
  occurred_at: at,
  metrics: { input_tokens: 10, output_tokens: 5, cost: 0.001 },
  ...more,
});
const run = { run_id: 'r-1', session_id: 's-1' };

describeOnEachTier('corrections over HTTP', (tier) => {
  let service: TestService;
  let client: RunfoldClient;
  const clientFor = async (project: number, scopes: Parameters<TestService['key']>[1]) => {
    const { headers } = await service.key(project, scopes);
    return createClient({ url: service.http.url, key: headers.authorization.slice(7) });
  };
  beforeAll(async () => {
    service = await openTestService(tier);
    client = await clientFor(1, ['ingest', 'read', 'admin']);
    await client.emit([event('m-1'), event('m-2'), event('m-2', { session_id: 's-2' })], {
      wait: true,
    });
  });
  afterAll(() => service.close());

  test('are tried, applied once however often they are sent, and voided', async () => {
    const wanted = { id: 'm-1', set: { input_tokens: 123, cost: 0.01 } };
    const changes = [
      { name: 'input_tokens', from: 10, to: 123 },
      { name: 'cost', from: 0.001, to: 0.01 },
      { name: 'total_tokens', from: 15, to: 128 },
    ];
    const corrected = { event: { ...run, id: 'm-1' }, changes };
    const tried = await client.correctEvent({ ...wanted, dry_run: true });
    expect(tried).toMatchObject({ ...corrected, applied: false });
    expect(await client.getRun(run)).toMatchObject({ input_tokens: 20 });

    const made = await client.correctEvent(wanted);
    expect(made).toEqual({ ...tried, applied: true });
    expect(await client.correctEvent(wanted)).toEqual({ applied: false, changes: [] });
    const totals = { input_tokens: 133, total_tokens: 143, assistant_messages: 2 };
    expect(await client.getRun(run)).toMatchObject(totals);
    const { items } = await client.listEvents({ ...run, corrects: 'm-1' });
    expect(items).toMatchObject([{ id: made.correction, corrects: 'm-1' }]);

    const voided = await client.voidEvent({ id: 'm-2', session_id: 's-1' });
    expect(voided).toMatchObject({ applied: true, event: { ...run, id: 'm-2' } });
    const left = { input_tokens: 123, output_tokens: 5, cost: 0.01, assistant_messages: 2 };
    expect(await client.getRun(run)).toMatchObject(left);
    expect(await client.getRun({ ...run, session_id: 's-2' })).toMatchObject({ input_tokens: 10 });
  });

  test('at the same time are all applied, one after the other', async () => {
    const race = { run_id: 'race', session_id: 'race' };
    await client.emit(event('m-9', race), { wait: true });
    const values = [20, 30, 40];
    const made = await Promise.all(
      values.map((input_tokens) => client.correctEvent({ id: 'm-9', set: { input_tokens } })),
    );
    expect(made.map(({ applied }) => applied)).toEqual([true, true, true]);
    expect(new Set(made.map(({ correction }) => correction)).size).toBe(3);
    const totals = await client.getRun(race);
    expect(values).toContain(totals?.input_tokens);
    expect(await verify(service.home.tier.database)).toMatchObject({ equal: true });
  });

  test('say why they cannot be made', async () => {
    const set = { input_tokens: 1 };
    const of = (body: object) =>
      client.correctEvent(body as Parameters<typeof client.correctEvent>[0]);
    await expect(of({ id: 'no-such', set })).rejects.toMatchObject({
      status: 404,
      code: 'not_found',
      message: 'There is no event "no-such" in this project.',
    });
    await expect(of({ id: 'm-2', set })).rejects.toMatchObject({
      status: 409,
      code: 'ambiguous_event',
      problem: { session_ids: ['s-1', 's-2'] },
    });
    const { items } = await client.listEvents({ ...run, corrects: 'm-1' });
    await expect(of({ id: items[0]?.id, set })).rejects.toMatchObject({
      status: 409,
      code: 'correction_corrected',
      problem: { corrects: 'm-1' },
    });
    const faultsOf = async (body: object) => {
      const { status, problem } = await of({ id: 'm-1', ...body }).catch((error) => error);
      expect(status).toBe(400);
      return problem.faults.map(({ field }: { field: string }) => field);
    };
    expect(await faultsOf({ set: { input_tokens: -1, time_to_first_token: 1 } })).toEqual([
      'set.input_tokens',
      'set.time_to_first_token',
    ]);
    expect(await faultsOf({ set: { input_tokens: 1.5 } })).toEqual(['set.input_tokens']);
    expect(await faultsOf({ set: {} })).toEqual(['set']);
    expect(await faultsOf({})).toEqual(['set']);
    expect(await faultsOf({ set, void: true })).toEqual(['set']);
    expect(await faultsOf({ id: '', set, dryrun: true })).toEqual(['id', 'dryrun']);

    // The log may hold more than one event can take back.
    const most = { input_tokens: maxTokens };
    const tall = { run_id: 'tall', session_id: 'tall', metrics: most };
    const twice = [event('tall', tall), event('taller', { ...tall, corrects: 'tall' })];
    await foldEvents(service.home.tier.database, twice);
    expect(await faultsOf({ id: 'tall', set })).toContain('metrics.input_tokens');
  });

  test('are for an admin of the project of the event', async () => {
    const set = { input_tokens: 1 };
    const agent = await clientFor(1, ['ingest', 'read']);
    await expect(agent.correctEvent({ id: 'm-1', set })).rejects.toMatchObject({
      code: 'wrong_scope',
    });
    const { id } = await createProject(service.home.tier.database, { name: 'other' });
    const other = await clientFor(id, ['ingest', 'read', 'admin']);
    const before = await client.getRun(run);
    const named = { id: 'm-1', session_id: 's-1' };
    for (const one of [{ id: 'm-1' }, named, { ...named, dry_run: true }]) {
      await expect(other.correctEvent({ ...one, set })).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(other.voidEvent(one)).rejects.toMatchObject({ code: 'not_found' });
    }
    await other.emit(event('m-1'), { wait: true });
    expect(await other.voidEvent({ id: 'm-1' })).toMatchObject({ applied: true });
    expect(await client.getRun(run)).toEqual(before);
  });
});

describeOnEachTier('a correction without a worker', (tier) => {
  let service: TestService;
  beforeAll(async () => {
    service = await openTestService(tier, { worker_runs: false });
    await foldEvents(service.home.tier.database, [event('m-1')]);
  });
  afterAll(() => service.close());

  test('is on the queue, is the same when it is repeated, and counts once', async () => {
    const send = async () => {
      const path = '/v1/corrections?timeout_ms=0';
      const answer = await service.fetch(path, posted({ id: 'm-1', set: { input_tokens: 12 } }));
      return { status: answer.status, ...(await jsonOf<ClientCorrection>(answer)) };
    };
    const first = await send();
    expect(first).toMatchObject({ status: 202, applied: false, reason: 'not_in_time' });
    expect(await send()).toEqual(first);
    const { database, queue } = service.home.tier;
    const worker = await openWorker({ database, queue, log: pino({ level: 'silent' }) });
    try {
      const third = await service.fetch('/v1/corrections', posted({ id: 'm-1', void: true }));
      expect(await third.json()).toMatchObject({ applied: true });
    } finally {
      await worker.close();
    }
    const answer = await service.fetch('/v1/runs/r-1');
    expect(await answer.json()).toMatchObject({ input_tokens: 0, assistant_messages: 1 });
    const listed = await service.fetch('/v1/events?run_id=r-1&corrects=m-1');
    const { items } = (await listed.json()) as { items: { id: string }[] };
    expect(items).toHaveLength(2);
    expect(items.map(({ id }) => id)).toContain(first.correction);
  });
});
