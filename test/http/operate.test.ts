import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, type RunfoldClient } from '#runfold/client.js';
import type { KeyScope } from '#runfold/store/api-keys.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeOnEachTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { writeBehind } from '../../harness/write-behind.js';
import { openTestService, type TestService } from './http-service.js';

describeOnEachTier('who may operate the store', (tier) => {
  let service: TestService;
  let operator: RunfoldClient;
  let admin: RunfoldClient;
  beforeAll(async () => {
    service = await openTestService(tier);
    const open = async (scopes: readonly KeyScope[]) => {
      const { headers } = await service.key(1, scopes);
      const key = headers.authorization.slice('Bearer '.length);
      return createClient({ url: service.http.url, key, retries: 0 });
    };
    operator = await open(['ingest', 'read', 'admin', 'operate']);
    admin = await open(['read', 'admin']);
    await operator.emit(sampleEvents(40, 'mine'), { wait: true });
  });
  afterAll(() => service.close());

  const ended = async (id: string) =>
    waitUntil(
      async () => (await operator.listRebuilds()).items.find((one) => one.id === id),
      (one) => one !== undefined && one.state !== 'running',
      { what: 'the end of the rebuild' },
    );
  const spoil = (by: number) =>
    writeBehind(
      service.home.tier.database,
      `update runfold_internal.run set input_tokens = coalesce(input_tokens, 0) + $1
      where run_id = (select min(run_id) from runfold_internal.run)`,
      [by],
      { once: true },
    );

  test('rebuilds the totals: tried first, then done', async () => {
    await spoil(7);
    const dry = await operator.beginRebuild({ dry_run: true });
    expect(dry).toMatchObject({ state: 'running', dry_run: true, outcome: null });
    expect(await ended(dry.id)).toMatchObject({ state: 'done', outcome: 'dry_run', events: 40 });
    const found = (await operator.listRebuilds()).items[0]?.projections;
    expect(found?.find(({ name }) => name === 'run')).toMatchObject({ changed: 1, added: 0 });
    expect((await operator.beginAudit()).state).toBe('running');
    await waitUntil(operator.getAudit, (audit) => audit?.state === 'different');

    const { id } = await operator.beginRebuild({ projections: ['run', 'session'] });
    // One at a time: a second request gets the running one.
    expect((await operator.beginRebuild()).id).toBe(id);
    const done = await ended(id);
    expect(done).toMatchObject({ state: 'done', outcome: 'repaired', error: null });
    expect(done?.projections.map(({ name }) => name)).toEqual(['run', 'session']);
    await operator.beginAudit();
    await waitUntil(operator.getAudit, (audit) => audit?.state === 'equal');
    expect((await operator.listRebuilds()).items.map((one) => one.id)).toEqual([id, dry.id]);
  });

  test('may stop a rebuild, and is told of none that there is not', async () => {
    const { id } = await operator.beginRebuild({ dry_run: true });
    expect(await operator.cancelRebuild({ id })).toMatchObject({
      state: expect.stringMatching(/cancelled|done/),
    });
    expect(await operator.cancelRebuild({ id: 'none' })).toBeUndefined();
    await expect(operator.beginRebuild({ projections: ['none'] })).rejects.toMatchObject({
      status: 400,
    });
  });

  test('makes projects, each with the zone that it reports in', async () => {
    const shop = await operator.createProject({ name: 'shop', time_zone: 'Asia/Kathmandu' });
    expect(shop).toMatchObject({ name: 'shop', time_zone: 'Asia/Kathmandu' });
    await expect(operator.createProject({ name: 'shop' })).rejects.toMatchObject({
      status: 409,
      code: 'project_exists',
    });
    for (const wrong of [
      { name: 'No Such' },
      { name: 'a', time_zone: 'Mars/Base' },
      { name: 'a', time_zone: '+05:45' },
    ]) {
      await expect(operator.createProject(wrong)).rejects.toMatchObject({
        status: 422,
        code: 'invalid_project',
      });
    }
    await operator.changeProject({ id: 1, time_zone: 'Europe/Berlin' });
    expect((await operator.getStatus()).project.time_zone).toBe('Europe/Berlin');
    await operator.changeProject({ id: 1, time_zone: null });
    expect((await operator.listProjects()).map(({ name, time_zone }) => [name, time_zone])).toEqual(
      [
        ['default', null],
        ['shop', 'Asia/Kathmandu'],
      ],
    );
    await expect(operator.changeProject({ id: 999, time_zone: null })).rejects.toMatchObject({
      status: 404,
    });
  });

  test('is nobody whose key is of one project, nor whom such a key makes', async () => {
    for (const ask of [
      () => admin.listProjects(),
      () => admin.createProject({ name: 'mine' }),
      () => admin.beginRebuild(),
      () => admin.listRebuilds(),
      () => admin.createKey({ scopes: ['operate'] }),
    ]) {
      await expect(ask()).rejects.toMatchObject({ status: 403, code: 'wrong_scope' });
    }
    const { scopes } = await operator.createKey({ scopes: ['operate'] });
    expect(scopes).toEqual(['operate']);
  });
});
