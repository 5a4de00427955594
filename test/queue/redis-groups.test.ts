import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createProducer } from '#runfold/ingest/producer.js';
import { diagnose } from '#runfold/operations/doctor/doctor.js';
import { redisUserCommand } from '#runfold/operations/rights/redis-rights.js';
import { readQueueStatus, readStatus } from '#runfold/operations/status/status.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { findOutage } from '#runfold/queue/open-queue.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import {
  groupBinaries,
  groupPassword,
  neverOnTheirOwn,
  openCluster,
  openSentinels,
  type RedisGroup,
} from '../../harness/redis-group.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';

const log = pino({ level: 'silent' });
const missing = groupBinaries() === undefined ? 'no redis-server on the PATH' : undefined;
if (missing !== undefined) console.warn(`skipped: Redis Cluster and Sentinel (${missing})`);

const kinds = [
  ['Redis Cluster', openCluster],
  ['Redis Sentinel', openSentinels],
] as const;

describeWithPostgres('a queue on', () => {
  describe.skipIf(missing !== undefined && !process.env.CI).each(kinds)('%s', (kind, open) => {
    let group: RedisGroup;
    let home: TestDatabase;
    let database: Database;
    beforeAll(async () => {
      const patience = neverOnTheirOwn;
      [group, home] = await Promise.all([open({ patience }), createTestDatabase()]);
      database = openDatabase(home.url);
    });
    afterAll(async () => {
      await database?.close();
      await home?.drop();
      await group?.close();
    });

    let attempts = 0;
    test('takes events to the store, and again after each of its masters died, and one froze', async () => {
      // An attempt that is repeated has events and queues of its own.
      attempts += 1;
      const name = `masters-${attempts}`;
      if (attempts > 1) await group.heal();
      const queue = { kind: 'redis', url: group.url, prefix: name } as const;
      const worker = await openWorker({ database, queue, log, stalled_interval_ms: 500 });
      const producer = await createProducer({ queue });
      let frozen: Awaited<ReturnType<RedisGroup['masters']>>[number] | undefined;
      const emit = async (from: number) => {
        for (const event of sampleEvents(30, name, from)) producer.emit(event);
        let isFlushed = false;
        const flushing = producer.flush().then(() => {
          isFlushed = true;
        });
        // What it says of a producer that does not end: which events it still holds.
        await waitUntil(
          () => ({ isFlushed, ...producer.stats(), ...worker.stats() }),
          (state) => state.isFlushed,
          { what: `${from + 30} events to be sent` },
        );
        await flushing;
        await waitUntil(
          () => worker.stats().applied,
          (applied) => applied === from + 30,
          { what: `${from + 30} events`, timeoutMs: 100_000 },
        );
      };
      try {
        await emit(0);
        let count = 30;
        for (const master of await group.masters()) {
          await group.failOver(master);
          await emit(count);
          count += 30;
          await group.heal();
        }
        // One that stops without closing a connection. On a cluster its nodes say who has its place.
        const [first] = await group.masters();
        if (first === undefined) throw new Error('Expected a master.');
        frozen = first;
        await group.failOver(first, 'freeze');
        await emit(count);
        count += 30;
        expect(
          await database.query(
            'select count(*)::int as n from runfold.events where starts_with(session_id, $1)',
            [name],
          ),
        ).toEqual([{ n: count }]);
      } finally {
        frozen?.thaw();
        await producer.close({ timeout_ms: 1_000 }).catch(() => undefined);
        await worker.close({ timeout_ms: 1_000 });
      }
    }, 300_000);

    let tries = 0;
    /** How many of 120 acknowledged events are lost where the replica lacks them and the master dies. */
    const lostBehindReplica = async (replay_ms: number | undefined) => {
      await group.heal();
      tries += 1;
      const prefix = `behind-${replay_ms}-${tries}`;
      const queue = { kind: 'redis', url: group.url, prefix } as const;
      const producer = await createProducer({ queue, replay_ms, events_per_job: 5 });
      // Its queues, and who has them, are known before anything happens.
      producer.emit({ type: 'run', run_id: `${prefix}-first` });
      await producer.flush();
      const [master] = await group.masters();
      if (master === undefined) throw new Error('Expected a master.');
      const replica = await group.replicaOf(master);
      await group.holdBack(replica, master);
      for (let at = 0; at < 120; at++) {
        producer.emit({ type: 'run', run_id: `${prefix}-${at}`, session_id: `session-${at}` });
      }
      await producer.flush();
      await group.failOver(master);
      await group.release(replica);
      if (replay_ms !== 0) {
        await waitUntil(
          () => producer.stats().replayed_jobs,
          (jobs) => jobs > 0,
          { what: 'jobs to be sent again' },
        );
      }
      await producer.close({ timeout_ms: 30_000 });
      const worker = await openWorker({ database, queue, log, stalled_interval_ms: 500 });
      await waitUntil(
        () => readQueueStatus({ queue }),
        ({ waiting, active, delayed }) => waiting + active + delayed === 0,
        { what: 'the queues to be empty' },
      );
      await worker.close({ timeout_ms: 5_000 });
      const [row] = await database.query<{ n: number }>(
        `select count(*)::int as n from runfold_internal.event where run_id like $1 and session_id like 'session-%'`,
        [`${prefix}-%`],
      );
      return 120 - (row?.n ?? 0);
    };

    test('loses nothing that the replica had not got when the master died', async () => {
      expect(await lostBehindReplica(undefined)).toBe(0);
    });

    test('would lose it, did the producer not send it again', async () => {
      expect(await lostBehindReplica(0)).toBeGreaterThan(0);
    });

    test('needs no more rights than those that are printed', async () => {
      await group.heal();
      const prefix = 'guarded';
      const isCluster = kind === 'Redis Cluster';
      const [command = '', ...words] = redisUserCommand('guarded', prefix, isCluster).split(' ');
      const rights = words.map((word) => word.replace('PASSWORD', 'of-its-own'));
      for (const node of group.nodes) await node.call(command, ...rights);
      const url = group.url.replace(`:${groupPassword}`, 'guarded:of-its-own');
      const queue = { kind: 'redis', url, prefix } as const;
      const errors: Error[] = [];
      const producer = await createProducer({ queue, on_error: (error) => errors.push(error) });
      const worker = await openWorker({ database, queue, log });
      producer.emit({ type: 'run', run_id: 'guarded' });
      await producer.flush();
      await waitUntil(
        () => worker.stats().applied,
        (applied) => applied === 1,
      );
      expect(worker.state().last_error).toBeNull();
      expect(await readQueueStatus({ queue })).toMatchObject({ waiting: 0 });
      const { checks } = await diagnose({
        ...{ tier: 'redis+postgres', database, queue },
        ...{ version: '1', dir: '.' },
      });
      expect(checks.find(({ area, check }) => area === 'redis' && check === 'rights')?.what).toBe(
        'sufficient',
      );
      await producer.close();
      await worker.close();
      expect(errors).toEqual([]);
    });

    test('is known to status and doctor', async () => {
      await group.heal();
      // On the others' queue a job that was sent again may still wait.
      const queue = { kind: 'redis', url: group.url, prefix: 'status' } as const;
      const where = { tier: 'redis+postgres', database, queue } as const;
      const status = await readStatus({ ...where, place: 'here', project: 1 });
      expect(status).toMatchObject({ queue: { waiting: 0, failed: 0, workers: 0 } });
      const { checks } = await diagnose({ ...where, version: '1', dir: '.' });
      const redis = checks.filter(({ area }) => area === 'redis');
      expect(redis.filter(({ level }) => level === 'problem')).toEqual([]);
      const masters = kind === 'Redis Cluster' ? '3 masters' : '1 master';
      expect(redis.find(({ check }) => check === 'replicas')?.what).toBe(
        `${masters}, each with a replica`,
      );
    });

    test.runIf(kind === 'Redis Cluster')(
      'is away while a slot has no master',
      async () => {
        await group.heal();
        const queue = { kind: 'redis', url: group.url } as const;
        const slot = 7;
        const owner = async () => {
          for (const node of await group.masters()) {
            const line = String(await node.call('cluster', 'nodes'))
              .split('\n')
              .find((text) => text.includes('myself'));
            const [from = '', to = from] = line?.split(' ')[8]?.split('-') ?? [];
            if (Number(from) <= slot && slot <= Number(to)) return node;
          }
          throw new Error(`Expected a master with slot ${slot}.`);
        };
        const master = await owner();
        for (const node of group.nodes) await node.call('cluster', 'delslots', slot);
        try {
          expect(await findOutage(queue)).toMatchObject({
            code: 'queue_unreachable',
            message: expect.stringContaining('CLUSTERDOWN The cluster is down'),
          });
        } finally {
          await master.call('cluster', 'addslots', slot);
        }
        await waitUntil(
          () => findOutage(queue),
          (outage) => outage === undefined,
          { what: 'the cluster to be back' },
        );
      },
      90_000,
    );

    test('says what the URL should be where it names another kind of Redis', async () => {
      const [node] = group.nodes;
      const host = `127.0.0.1:${node?.port}`;
      const plain = { kind: 'redis', url: `redis://:${groupPassword}@${host}` } as const;
      const wrong =
        kind === 'Redis Cluster'
          ? findOutage(plain)
          : findOutage({ ...plain, url: `${plain.url}?cluster=true` });
      await expect(wrong).rejects.toMatchObject({
        code: 'queue_wrong_kind',
        message: expect.stringContaining(
          kind === 'Redis Cluster' ? `redis://${host}?cluster=true` : 'Leave ?cluster=true out',
        ),
      });
      const refused = findOutage({ kind: 'redis', url: group.url.replace(groupPassword, 'no') });
      await expect(refused).rejects.toMatchObject({ code: 'queue_refused' });
    });
  });
});
