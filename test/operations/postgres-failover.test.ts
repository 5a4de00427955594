import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHttpServer } from '#runfold/http/server/open-http-server.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { migrateTier, openTier } from '#runfold/tier.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import {
  createOwnPostgres,
  type OwnPostgres,
  postgresBinaries,
} from '../../harness/own-postgres.js';
import { withClient } from '../../harness/postgres-server.js';
import { unprivilegedUser } from '../../harness/server-binary.js';
import { openTcpProxy, type TcpProxy } from '../../harness/tcp-proxy.js';
import { waitUntil } from '../../harness/wait-until.js';

const binaries = postgresBinaries();
const missing = binaries === undefined ? 'no initdb, postgres and pg_basebackup' : undefined;
if (missing !== undefined) console.warn(`skipped: a failover of Postgres (${missing})`);
const log = pino({ level: 'silent' });

describe.skipIf(missing !== undefined && !process.env.CI)('a failover of Postgres', () => {
  let root: string;
  let primary: OwnPostgres;
  let standby: OwnPostgres;
  /** The name in the URL, which leads to the standby after the failover. */
  let name: TcpProxy;
  const settings = { fsync: 'off', max_connections: '40' };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'runfold-failover-'));
    const { uid, gid } = unprivilegedUser();
    const folder = async (part: string) => {
      const path = join(root, part);
      await mkdir(path);
      if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
      return path;
    };
    if (uid !== undefined && gid !== undefined) await chown(root, uid, gid);
    primary = await createOwnPostgres(binaries ?? '', await folder('primary'), { settings });
    await primary.start();
    name = await openTcpProxy(primary.url, 5432);
    const tier = await openTier({ database_url: name.url });
    await migrateTier(tier);
    await tier.close();
    standby = await createOwnPostgres(binaries ?? '', await folder('standby'), {
      settings,
      standbyOf: primary,
    });
    await standby.start();
    await withClient(primary.url, async (client) => {
      await client.query("alter system set synchronous_standby_names = '*'");
      await client.query('select pg_reload_conf()');
    });
    await waitUntil(
      () =>
        withClient(primary.url, async (client) => {
          const { rows } = await client.query('select sync_state from pg_stat_replication');
          return rows[0]?.sync_state;
        }),
      (state) => state === 'sync',
      { what: 'a synchronous standby' },
    );
  });
  afterAll(async () => {
    await name?.close();
    await Promise.all([primary?.kill(), standby?.kill()]);
    if (root !== undefined) await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });

  test('loses nothing that was acknowledged, and worker and service go on at the standby', async () => {
    const queue = { kind: 'postgres', connection: name.url } as const;
    const database = openDatabase(name.url);
    const http = await openHttpServer({ target: name.url, queue, log, port: 0 });
    const worker = await openWorker({
      database,
      queue,
      log,
      stalled_interval_ms: 500,
      lock_ms: 2_000,
    });
    /** The events that the service acknowledged. */
    const acknowledged: string[] = [];
    let isSending = true;
    const send = async (id: string) => {
      const body = JSON.stringify([{ type: 'run', run_id: id, id }]);
      const headers = { 'content-type': 'application/json' };
      const { status } = await fetch(`${http.url}/v1/events`, { method: 'POST', headers, body });
      if (status < 300) acknowledged.push(id);
      return status;
    };
    const sending = (async () => {
      for (let at = 0; isSending; at++) await send(`run-${at}`);
    })();
    try {
      await waitUntil(
        () => worker.stats().applied,
        (applied) => applied >= 20,
        { what: 'events to be folded' },
      );
      await primary.kill();
      isSending = false;
      await withClient(standby.url, (client) => client.query('select pg_promote()'));
      name.retarget(standby.url);
      name.drop();
      await waitUntil(
        () => send('after'),
        (status) => status < 300,
        {
          what: 'the service to accept events',
        },
      );
      await sending;
      await waitUntil(
        async () => {
          const rows = await database.query<{ run_id: string }>('select run_id from runfold.runs');
          const folded = new Set(rows.map(({ run_id }) => run_id));
          return acknowledged.filter((id) => !folded.has(id));
        },
        (left) => left.length === 0,
        { what: 'every acknowledged event to be folded' },
      );
      expect(acknowledged.length).toBeGreaterThan(20);
      expect(acknowledged).toContain('after');
      expect(await verify(database)).toMatchObject({ equal: true });
      expect((await fetch(`${http.url}/readyz`)).status).toBe(200);
    } finally {
      isSending = false;
      await http.close();
      await worker.close({ timeout_ms: 1_000 });
      await database.close();
    }
  });
});
