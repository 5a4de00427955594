import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiError, createClient, type RunfoldClient } from '#runfold/client.js';
import { createProject } from '#runfold/store/projects.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeOnEachTier, fastestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { writeBehind } from '../../harness/write-behind.js';
import { message } from '../cli/command-line.js';
import { jsonOf, openTestService, posted, type TestService } from './http-service.js';

describeOnEachTier('the proof of the totals over HTTP', (tier) => {
  let service: TestService;
  let client: RunfoldClient;
  let other: RunfoldClient;
  let otherProject: number;
  const open = async (project: number) => {
    const { headers } = await service.key(project, ['ingest', 'read', 'admin']);
    return createClient({
      url: service.http.url,
      key: headers.authorization.slice('Bearer '.length),
      retries: 0,
    });
  };
  beforeAll(async () => {
    service = await openTestService(tier);
    const project = await createProject(service.home.tier.database, { name: 'other' });
    otherProject = project.id;
    client = await open(1);
    other = await open(project.id);
    await client.emit(sampleEvents(40, 'mine'), { wait: true });
    await other.emit(sampleEvents(8, 'other'), { wait: true });
  });
  afterAll(() => service.close());

  const ended = async (of: RunfoldClient, id: string) =>
    waitUntil(
      () => of.getAudit({ id }),
      (audit) => audit !== undefined && audit.state !== 'running',
      { what: 'the end of the audit' },
    );

  test('says that they equal the log, of the own project alone', async () => {
    const { id, state } = await client.beginAudit();
    expect(state).toBe('running');
    const audit = await ended(client, id);
    expect(audit).toMatchObject({ state: 'equal', events: 40, differences: [], error: null });
    expect(audit?.projections.find(({ name }) => name === 'session')?.rows).toBeGreaterThan(0);
    expect(audit?.snapshot_at).toMatch(/Z$/);
    expect(await client.getAudit()).toEqual(audit);
    expect(await other.getAudit({ id })).toBeUndefined();
    expect(await other.getAudit()).toBeUndefined();
  });

  test('names what differs, after somebody changed a total; the other project is not told', async () => {
    const { database } = service.home.tier;
    const change = (by: number) =>
      writeBehind(
        database,
        `update runfold_internal.run set total_tokens = total_tokens + $1
        where project = 1 and run_id = (select min(run_id) from runfold_internal.run where project = 1)`,
        [by],
        { once: true },
      );
    await change(7);
    const audit = await ended(client, (await client.beginAudit()).id);
    expect(audit).toMatchObject({ state: 'different' });
    expect(audit?.differences[0]).toMatchObject({ projection: 'run', field: 'total_tokens' });
    const { expected, actual } = audit?.differences[0] ?? {};
    expect(Number(actual) - Number(expected)).toBe(7);
    const theirs = await ended(other, (await other.beginAudit({ sample: 5 })).id);
    expect(theirs).toMatchObject({ state: 'equal', sample: 5 });
    await change(-7);
    const sampled = await ended(client, (await client.beginAudit({ sample: 100 })).id);
    expect(sampled).toMatchObject({ state: 'equal' });
  });

  test('takes no sample that is none', async () => {
    await expect(client.beginAudit({ sample: 0 })).rejects.toMatchObject({ status: 400 });
  });

  test('is part of the status, with rejects, stale totals and currency', async () => {
    const status = await client.getStatus();
    expect(status).toMatchObject({
      tier,
      project: { id: 1 },
      keys_needed: true,
      // Figures of the whole store, which has two projects.
      queue: null,
      worker: null,
      rejects: 0,
      stale_totals: [],
      rebuilds: [],
      last_audit: { state: 'equal' },
      running_audit: null,
    });
    expect(status.key?.scopes).toEqual(['ingest', 'read', 'admin']);
    expect(status.last_occurred_at).toMatch(/Z$/);
  });

  test('is beside what could not be taken: listed, sent again, or dropped', async () => {
    const { database } = service.home.tier;
    const insert = (id: number, payload: unknown, project = 1) =>
      database.query(
        `insert into runfold_internal.rejected_event (id, project, position, job_id, code, message, payload)
        values ($1, $2, 0, 'job', 'invalid_event', 'was invalid', $3)`,
        [`00000000-0000-4000-8000-00000000000${id}`, project, JSON.stringify(payload)],
      );
    await insert(1, message('again', { id: 'again-1' }));
    await insert(2, { type: 'message', run_id: 7 });
    await insert(3, message('dropped'));
    await insert(4, message('theirs'), otherProject);
    const { items } = await client.listRejects();
    expect(items).toHaveLength(3);
    const idOf = (text: string) => items.find(({ payload }) => payload.includes(text))?.id ?? '';

    await client.retryReject({ id: idOf('again') });
    const run = await waitUntil(
      () => client.getRun({ run_id: 'again' }),
      (found) => found !== undefined,
      { what: 'the run' },
    );
    expect(run).toMatchObject({ total_tokens: 15 });
    await expect(client.retryReject({ id: idOf('"run_id":7') })).rejects.toMatchObject({
      status: 422,
      code: 'invalid_event',
    });
    expect(await client.getReject({ id: idOf('"run_id":7') })).toBeDefined();

    const before = '2100-01-01T00:00:00Z';
    const wrong = client.dropRejects({ before, expected_count: 3 });
    await expect(wrong).rejects.toMatchObject({ status: 409, code: 'count_changed' });
    expect(await client.retryRejects({ before, expected_count: 2 })).toEqual({ done: 1, kept: 1 });
    expect(await client.dropRejects({ before, expected_count: 1 })).toEqual({ done: 1, kept: 0 });
    expect((await client.listRejects()).items).toEqual([]);
    expect((await other.listRejects()).items).toHaveLength(1);
    await other.dropReject({ id: '00000000-0000-4000-8000-000000000004' });
    await expect(
      client.retryReject({ id: '00000000-0000-4000-8000-000000000009' }),
    ).rejects.toBeInstanceOf(ApiError);
  });

  test('finds ids and names by how they begin, of the own project alone', async () => {
    const found = await client.find({ q: 'mine' });
    expect(found.sessions.length).toBeGreaterThan(0);
    expect(found.sessions.every((id) => id.startsWith('mine'))).toBe(true);
    expect(found.runs.every(({ run_id }) => run_id.startsWith('mine'))).toBe(true);
    expect(await client.find({ q: 'other' })).toMatchObject({ sessions: [], runs: [] });
    expect((await client.find({ q: 'a' })).agents.every((name) => name.startsWith('a'))).toBe(true);
  });
});

describe('a long answer', () => {
  test('is packed for whoever takes that, under the ETag of the plain one', async () => {
    const service = await openTestService(fastestTier());
    await service.fetch('/v1/events?wait=true', posted(sampleEvents(40, 'packed')));
    const ask = (coding: string, more: Record<string, string> = {}) =>
      service.fetch('/v1/runs', { headers: { 'accept-encoding': coding, ...more } });
    const plain = await ask('identity');
    expect(plain.headers.get('content-encoding')).toBeNull();
    const body = await jsonOf(plain);
    const etag = plain.headers.get('etag') ?? '';
    for (const [accepted, coding] of [
      ['gzip, deflate, br', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip', 'gzip'],
    ] as const) {
      const answer = await ask(accepted);
      expect(answer.headers.get('content-encoding')).toBe(coding);
      expect(answer.headers.get('etag')).toBe(etag);
      expect(answer.headers.get('vary')).toContain('accept-encoding');
      expect(await jsonOf(answer)).toEqual(body);
    }
    expect((await ask('br', { 'if-none-match': etag })).status).toBe(304);
    const short = await service.fetch('/livez', { headers: { 'accept-encoding': 'br' } });
    expect(short.headers.get('content-encoding')).toBeNull();
    await service.close();
  });
});
