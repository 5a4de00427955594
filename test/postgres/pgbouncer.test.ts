import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHttpServer } from '#runfold/http/server/open-http-server.js';
import { createProducer } from '#runfold/ingest/producer.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { isPooled } from '#runfold/postgres/pooled-sessions.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { claimRebuild } from '#runfold/projections/rebuild/rebuild-claim.js';
import { migrateQueue } from '#runfold/queue/open-queue.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import {
  createEmptyDatabase,
  createTestDatabase,
  type TestDatabase,
} from '../../harness/database.js';
import { pgbouncerFolder, startPgbouncer } from '../../harness/pgbouncer.js';
import { createQueueNames, testRedisUrl } from '../../harness/queue-prefix.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithRedis } from '../../harness/suite.js';
import type { TestServer } from '../../harness/test-server.js';
import { waitUntil } from '../../harness/wait-until.js';
import { useWorkplace } from '../cli/command-line.js';

const log = pino({ level: 'silent' });
const missing = pgbouncerFolder === undefined;
if (missing && process.env.CI) throw new Error('Nothing may be skipped in CI; no pgbouncer');

describe.skipIf(missing)('PgBouncer in transaction mode', () => {
  describeWithRedis('before Postgres', () => {
    const work = useWorkplace();
    let home: TestDatabase;
    let pooler: TestServer;
    beforeAll(async () => {
      home = await createEmptyDatabase();
      pooler = await startPgbouncer(pgbouncerFolder ?? '', home.url);
      const { code, stderr } = await work.run(['migrate'], { env: { DATABASE_URL: pooler.url } });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    });
    afterAll(async () => {
      await pooler.stop();
      await home.drop();
    });

    test('is told from a server by the process that answers', async () => {
      for (const [url, expected] of [
        [pooler.url, true],
        [home.url, false],
      ] as const) {
        const database = openDatabase(url);
        expect(await isPooled(database.pool)).toBe(expected);
        await database.close();
      }
    });

    test.each(['postgres', 'redis'] as const)(
      'events are taken, folded, read and rebuilt, with the queue on %s',
      async (kind) => {
        const queue =
          kind === 'postgres'
            ? ({ kind, connection: pooler.url } as const)
            : ({ kind, url: testRedisUrl(), prefix: createQueueNames().prefix } as const);
        const database = openDatabase(pooler.url);
        const [before] = await database.query<{ events: number }>(
          'select count(*)::integer as events from runfold_internal.event',
        );
        const worker = await openWorker({ database, queue, log });
        const producer = await createProducer({ queue, events_per_job: 50 });
        const http = await openHttpServer({ target: pooler.url, queue, log, port: 0 });
        // Many small batches, over more lanes than a pooler gives one client.
        for (let round = 0; round < 8; round++) {
          for (const event of sampleEvents(100, kind, round * 100)) producer.emit(event);
          await producer.flush();
        }
        await waitUntil(
          () => worker.stats().received,
          (count) => count >= 800,
        );
        const sent = await fetch(`${http.url}/v1/events?wait=true`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ type: 'run', run_id: `of-${kind}` }),
        });
        expect(await sent.json()).toMatchObject({ accepted: 1, folded: true });
        expect((await fetch(`${http.url}/readyz`)).status).toBe(200);
        expect((await fetch(`${http.url}/v1/runs/of-${kind}`)).status).toBe(200);
        expect(worker.stats()).toMatchObject({ applied: 801, rejected: 0, retries: 0 });
        expect(await rebuild(database, { repair_limit: -1 })).toMatchObject({ outcome: 'swapped' });
        expect(await verify(database)).toMatchObject({
          equal: true,
          events: (before?.events ?? 0) + 801,
        });
        await http.close();
        await producer.close();
        await worker.close();
        await database.close();
      },
    );

    test('two rebuilds exclude each other, whichever way they come, and leave no lock', async () => {
      const [through, direct] = [openDatabase(pooler.url), openDatabase(home.url)];
      for (const [first, second] of [
        [through, direct],
        [direct, through],
        [through, through],
      ] as const) {
        const client = await first.pool.connect();
        const claim = await claimRebuild(first, client);
        await expect(rebuild(second)).rejects.toMatchObject({ code: 'rebuild_running' });
        await claim.release();
        client.release();
      }
      expect(
        await direct.query(
          `select from pg_locks where locktype = 'advisory'
          and database = (select oid from pg_database where datname = current_database())`,
        ),
      ).toEqual([]);
      await through.close();
      await direct.close();
    });

    test('leaves nothing of ours with a server connection that others use', async () => {
      const database = openDatabase(pooler.url, { max: 6 });
      const found = await Promise.all(
        Array.from({ length: 6 }, () =>
          database.query<{ path: string; jit: string; held: unknown }>(
            `select current_setting('search_path') as path, current_setting('jit') as jit, pg_sleep(0.02) as held`,
          ),
        ),
      );
      const [{ jit, path } = { jit: '', path: '' }] = await database.query<{
        jit: string;
        path: string;
      }>(`select boot_val as jit, '"$user", public' as path from pg_settings where name = 'jit'`);
      for (const [row] of found) expect(row).toMatchObject({ path, jit });
      await database.close();
    });

    test('in statement mode is refused with the line to change', async () => {
      const statements = await startPgbouncer(pgbouncerFolder ?? '', home.url, {
        pool_mode: 'statement',
      });
      const { code, stderr } = await work.run(['verify', '--database-url', statements.url]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: .*Set pool_mode = transaction in pgbouncer\.ini\.$/m);
      await statements.stop();
    });

    test('refuses startup parameters of the URL, and the error names the setting', async () => {
      const url = new URL(pooler.url);
      url.searchParams.set('options', '-c statement_timeout=5000');
      const { code, stderr } = await work.run(['runs', 'list', '--database-url', url.href]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: .*unsupported startup parameter: options.*ignore_startup/m);
    });
  });
});

describeWithRedis('a connection that stays open to a server that takes no writes any more', () => {
  test.each(['postgres', 'redis'] as const)(
    'is given up by a worker with its queue on %s, and nothing is lost',
    async (kind) => {
      const home = await createTestDatabase();
      if (kind === 'postgres') await migrateQueue({ kind, connection: home.url });
      const owner = openDatabase(home.url, { max: 1 });
      const queue =
        kind === 'postgres'
          ? ({ kind, connection: home.url } as const)
          : ({ kind, url: testRedisUrl(), prefix: createQueueNames().prefix } as const);
      const database = openDatabase(home.url);
      const worker = await openWorker({ database, queue, log, stalled_interval_ms: 200 });
      const http = await openHttpServer({ target: home.url, queue, log, port: 0 });
      const producer = await createProducer({ queue });
      const emit = async (from: number) => {
        for (const event of sampleEvents(25, 'failover', from)) producer.emit(event);
        await producer.flush();
      };
      const ready = async () => (await fetch(`${http.url}/readyz`)).status;
      await emit(0);
      expect(await ready()).toBe(200);
      // The primary comes back as a standby: its sessions no longer accept writes, and stay open.
      await owner.query(`alter database ${home.name} set default_transaction_read_only = on`);
      await owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
      );
      await waitUntil(ready, (status) => status === 503);
      const [held] = await Promise.all([
        database.query<{ is_off: boolean }>(
          `select current_setting('transaction_read_only') = 'on' as is_off`,
        ),
      ]);
      expect(held).toEqual([{ is_off: true }]);
      // Another server takes its place: new sessions can write, the old ones never will.
      await owner.query('set default_transaction_read_only = off');
      await owner.query(`alter database ${home.name} reset default_transaction_read_only`);
      await emit(25);
      await waitUntil(
        () => worker.stats().applied,
        (applied) => applied === 50,
      );
      await waitUntil(ready, (status) => status === 200);
      expect(await verify(database)).toMatchObject({ equal: true, events: 50 });
      await producer.close();
      await http.close();
      await worker.close();
      await database.close();
      await owner.close();
      await home.drop();
    },
  );
});
