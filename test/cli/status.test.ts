import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHttpServer } from '#runfold/http/server/open-http-server.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import {
  createEmptyDatabase,
  createTestDatabase,
  type TestDatabase,
} from '../../harness/database.js';
import { createQueueNames, testRedisUrl } from '../../harness/queue-prefix.js';
import { describeWithPostgres, describeWithRedis } from '../../harness/suite.js';
import { openTcpProxy, type TcpProxy } from '../../harness/tcp-proxy.js';
import { waitUntil } from '../../harness/wait-until.js';
import { message, useWorkplace } from './command-line.js';

const log = pino({ level: 'silent' });

describeWithRedis('runfold status', () => {
  const work = useWorkplace();
  let home: TestDatabase;
  let [postgres, redis]: TcpProxy[] = [];
  let env: Record<string, string> = {};
  beforeAll(async () => {
    home = await createTestDatabase();
    postgres = await openTcpProxy(home.url, 5432);
    redis = await openTcpProxy(testRedisUrl(), 6379);
    env = {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      RUNFOLD_REDIS_PREFIX: createQueueNames().prefix,
    };
    expect((await work.run(['migrate'], { env })).code).toBe(0);
  });
  afterAll(async () => {
    await postgres?.close();
    await redis?.close();
    await home.drop();
  });
  const status = async () => {
    const { code, stdout, stderr } = await work.run(['status', '--json'], { env });
    expect(stderr).toBe('');
    const found = JSON.parse(stdout);
    return { code, ...found, codes: found.problems.map((one: { code: string }) => one.code) };
  };

  test('tells that jobs wait without a worker, and then that all is folded', async () => {
    const file = await work.write('events.ndjson', [message('one'), message('two')]);
    expect((await work.run(['ingest', file], { env })).code).toBe(0);
    const alone = await status();
    expect(alone).toMatchObject({ code: 1, healthy: false, codes: ['no_worker'] });
    expect(alone.queue).toMatchObject({ waiting: 1, active: 0, workers: 0 });
    expect(alone.queue.age_seconds).toBeGreaterThan(0);
    expect(alone.store).toMatchObject({ last_folded_at: null, rejects: 0 });

    const database = openDatabase(home.url);
    const prefix = String(env.RUNFOLD_REDIS_PREFIX);
    const queue = { kind: 'redis', url: testRedisUrl(), prefix } as const;
    const worker = await openWorker({ database, queue, log });
    await waitUntil(
      () => worker.stats().applied,
      (applied) => applied === 2,
    );
    const found = await waitUntil(status, ({ queue: { active } }) => active === 0);
    expect(found).toMatchObject({ code: 0, healthy: true, problems: [], tier: 'redis+postgres' });
    expect(found.queue).toMatchObject({ waiting: 0, active: 0, failed: 0, workers: 1 });
    expect(found.store).toMatchObject({
      project: { id: 1, name: 'default' },
      stale_totals: [],
      waiting_spans: 0,
    });
    expect(found.postgres_version).toMatch(/^\d/);
    const text = (await work.run(['status'], { env })).stdout;
    expect(text).toMatch(/^ {2}queue +empty$/m);
    expect(text).toMatch(/^ {2}workers +1$/m);
    expect(text).toMatch(/^Nothing is wrong\.$/m);

    // The service shows the same facts.
    const http = await openHttpServer({ target: home.url, queue, log, port: 0 });
    const served = await (await fetch(`${http.url}/v1/status`)).json();
    const { projects: _projects, ...store } = found.store;
    expect(served).toMatchObject({ ...store, queue: found.queue });
    await http.close();
    await worker.close();
    await database.close();
  });

  test('tells that totals are stale and that an audit found a difference', async () => {
    const database = openDatabase(home.url, { max: 1 });
    await database.query(
      `update runfold_internal.projection_state set fingerprint = 'other' where name = 'session'`,
    );
    await database.query(
      `insert into runfold_internal.audit (id, project, state, snapshot_at)
      values ('00000000-0000-4000-8000-000000000001', 1, 'different', now())`,
    );
    const found = await status();
    expect(found).toMatchObject({ code: 1, codes: ['stale_totals', 'totals_differ'] });
    expect(found.store).toMatchObject({ last_audit: { state: 'different' } });
    expect(found.store.stale_totals).toContain('session');
    await database.query(`delete from runfold_internal.audit`);
    await database.close();
  });

  test('works while a server is away, and says which', async () => {
    await redis?.cut();
    const withoutRedis = await status();
    expect(withoutRedis).toMatchObject({ code: 1, queue: null });
    expect(withoutRedis.codes).toContain('queue_unreachable');
    expect(withoutRedis.store).toMatchObject({ rejects: 0 });
    await postgres?.cut();
    const alone = await status();
    expect(alone).toMatchObject({ code: 1, queue: null, store: null, postgres_version: null });
    expect(alone.codes.sort()).toEqual(['database_unreachable', 'queue_unreachable']);
    await redis?.restore();
    const withoutPostgres = await status();
    expect(withoutPostgres).toMatchObject({ code: 1, codes: ['database_unreachable'] });
    expect(withoutPostgres.queue).toMatchObject({ waiting: 0 });
    await postgres?.restore();
  });
});

describeWithPostgres('runfold status on Postgres', () => {
  const work = useWorkplace();

  test('tells that tables are missing, once', async () => {
    const empty = await createEmptyDatabase();
    const { code, stdout } = await work.run(['status', '--database-url', empty.url]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ The database lacks tables of Runfold.* Run "runfold migrate"\.$/m);
    expect(stdout.match(/✗/g)).toHaveLength(1);
    await empty.drop();
  });
});
