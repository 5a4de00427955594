import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { writeBatch } from '#runfold/append/write-batch.js';
import { openEventWriter, writerTo } from '#runfold/append/writer/event-writer.js';
import { stripeOf } from '#runfold/events/stripe.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { projections } from '#runfold/projections/projections.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { readerOf } from '#runfold/query/readers/readers.js';
import { followLog } from '#runfold/query/tail/tail.js';
import { takeSnapshot } from '#runfold/query/tail/tail-snapshot.js';
import { getSession } from '#runfold/query/totals/sessions.js';
import { moveShard } from '#runfold/store/move-shards.js';
import { openShardMap } from '#runfold/store/shards/open-shard-map.js';
import { fixedShards, type Shard } from '#runfold/store/shards/shard-map.js';
import { fullName } from '#runfold/store/shards/table-names.js';
import { citusNodes, createCitusStore } from '../../../harness/citus-cluster.js';
import { describeWithCitus } from '../../../harness/citus-store.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { openTcpProxy, type TcpProxy } from '../../../harness/tcp-proxy.js';
import { waitUntil } from '../../../harness/wait-until.js';
import { useWorkplace } from '../../cli/command-line.js';

const stripes = 4;
let jobs = 0;
const job = (events: readonly unknown[]) =>
  decodeJob(`job-${++jobs}`, JSON.parse(JSON.stringify({ v: 1, project: 1, events })));

/** Events of one session, which is in the given stripe. */
function eventsIn(stripe: number, count: number, name: string, from = 0): unknown[] {
  for (let at = 0; ; at++) {
    const session_id = `${name}-${at}`;
    if (stripeOf(1, session_id, stripes) !== stripe) continue;
    return sampleEvents(count, `${name}-${at}`, from).map((event) => ({ ...event, session_id }));
  }
}

async function countLog(database: Database): Promise<number> {
  const [row] = await database.query<{ events: number }>(
    'select count(*)::integer as events from runfold_internal.event',
  );
  return row?.events ?? 0;
}

async function otherPlace(database: Database, shard: Shard): Promise<string> {
  const [row] = await database.query<{ place: string }>(
    `select nodename || ':' || nodeport as place from pg_dist_node
    where shouldhaveshards and nodename || ':' || nodeport <> $1 order by 1 limit 1`,
    [shard.place],
  );
  return row?.place ?? '';
}

describeWithCitus('the stripes of a store on Citus', () => {
  describe('by commands', () => {
    const work = useWorkplace();
    let store: Awaited<ReturnType<typeof createCitusStore>>;
    const run = (line: string) =>
      work.run(['shards', ...line.split(' ')], { env: { DATABASE_URL: store.url } });
    beforeAll(async () => {
      store = await createCitusStore({});
    });
    afterAll(() => store?.drop());

    test('are created, listed, moved and spread evenly', async () => {
      const early = await run('rebalance');
      expect(early.stderr).toContain('The store is not divided.');
      const created = await run(`create --stripes ${stripes}`);
      expect(created.code, created.stderr).toBe(0);
      expect(created.stdout).toBe(`The store is divided into ${stripes} stripes.\n`);
      const list = async () => JSON.parse((await run('list --json')).stdout);
      const before = await list();
      expect(before).toMatchObject({ kind: 'citus', stripes });
      const places = before.items.map(({ place }: { place: string }) => place);
      expect(new Set(places).size).toBe(Math.min(stripes, citusNodes.length));
      const to = places.find((place: string) => place !== places[0]);
      const moved = await run(`move --stripe 0 --to ${to}`);
      expect(moved.stdout, moved.stderr).toBe('Moved 1 stripe.\n');
      expect(moved.stderr).toContain(`1 of 1: stripe 0 from ${places[0]} to ${to}`);
      expect((await run(`move --stripe 0 --to ${to}`)).stdout).toBe('Nothing has to move.\n');
      expect((await list()).items[0].place).toBe(to);
      for (const [stripe, place] of places.entries()) {
        if (place !== to) await run(`move --stripe ${stripe} --to ${to} --block-writes`);
      }
      const planned = await run('rebalance --dry-run --json');
      const { moves } = JSON.parse(planned.stdout);
      expect(moves.length).toBeGreaterThan(0);
      expect(JSON.parse((await run('rebalance --json')).stdout)).toEqual({ moves });
      expect((await run('rebalance')).stdout).toBe('Nothing has to move.\n');
      const unknown = await run('move --stripe 0 --to nowhere:1');
      expect(unknown.code).toBe(1);
      expect(unknown.stderr).toContain('got nowhere:1');
      expect((await run(`move --stripe 9 --to ${to}`)).stderr).toContain('from 0 to 3, got 9');
    });
  });

  describe('that move', () => {
    let store: Awaited<ReturnType<typeof createCitusStore>>;
    let database: Database;
    let movers: Database;
    beforeAll(async () => {
      store = await createCitusStore({ stripes });
      ({ database } = store);
      movers = openDatabase(store.url, { max: 2 });
    });
    afterAll(async () => {
      await movers?.close();
      await store?.drop();
    });

    /** Moves a stripe while a writer of it stands before its insert, with or without Citus' lock. */
    const moveWhileWriting = async (stripe: number, isLocked: boolean) => {
      const map = await openShardMap(database);
      const shard = map.shardOf(stripe);
      const { guard } = shard;
      if (guard === undefined) throw new Error('Expected a shard that can be moved.');
      const shards = map
        .shards()
        .map((one) =>
          one === shard && !isLocked
            ? { ...one, guard: { ...guard, statements: guard.check } }
            : one,
        );
      const { run } = writerTo(fixedShards(shards), database, projections);
      const log = fullName(shard.tables, 'event');
      const blocker = await shard.database.pool.connect();
      const isWaiting = async () => {
        const { rows } = await blocker.query(
          'select from pg_locks where not granted and relation = $1::regclass',
          [log],
        );
        return rows.length > 0;
      };
      try {
        await blocker.query(
          `begin; set local citus.enable_manual_changes_to_shards = on; lock table ${log} in share mode`,
        );
        const writing = writeBatch(run, [job(eventsIn(stripe, 1, `held-${isLocked}`))]);
        await waitUntil(isWaiting, Boolean, { what: 'a writer to wait for the table' });
        const to = await otherPlace(database, shard);
        const moving = moveShard(movers, { stripe, to }, { block_writes: true });
        if (!isLocked) await moving;
        else {
          await waitUntil(
            async () => {
              const { rows } = await blocker.query(
                `select from pg_locks where not granted and locktype = 'advisory'
                  and database = (select oid from pg_database where datname = current_database())`,
              );
              return rows.length > 0;
            },
            Boolean,
            { what: 'the move to wait for the writer' },
          );
        }
        await blocker.query('rollback');
        expect(await writing).toMatchObject({ applied: 1 });
        await moving;
      } finally {
        blocker.release(true);
      }
    };

    test('wait for a writer that is there, so that nothing is lost', async () => {
      const before = await countLog(database);
      await moveWhileWriting(0, true);
      expect((await countLog(database)) - before).toBe(1);
      expect((await verify(database)).equal).toBe(true);
    });

    test('would lose what it writes without the lock', async () => {
      const before = await countLog(database);
      await moveWhileWriting(1, false);
      expect((await countLog(database)) - before).toBe(0);
    });

    test('hold back the floor of a tail while a writer waits for a move, however long', async () => {
      const shard = (await openShardMap(database)).shardOf(3);
      const mover = await shard.database.pool.connect();
      try {
        const log = shard.tables.local('event').replace('event_', '');
        await mover.query('begin');
        await mover.query('select lock_shard_metadata(7, array[$1::bigint])', [log]);
        const { run } = openEventWriter(database, projections);
        const writing = writeBatch(run, [job(eventsIn(3, 1, 'waits'))]);
        const begun = await waitUntil(
          async () => {
            // In the mover's own transaction, the sessions would stay as it first saw them.
            const [row] = await shard.database.query<{ us: string }>(
              `select (extract(epoch from a.xact_start) * 1000000)::bigint as us
              from pg_locks l join pg_stat_activity a using (pid)
              where not l.granted and l.locktype = 'advisory' and a.datname = current_database()`,
            );
            return row?.us;
          },
          Boolean,
          { what: 'a writer to wait for the move' },
        );
        const { floor } = await takeSnapshot(readerOf([shard]), '0 seconds');
        expect(floor).toBe(Number(begun) - 2_000_000);
        await mover.query('rollback');
        expect(await writing).toMatchObject({ applied: 1 });
      } finally {
        mover.release(true);
      }
    });

    test('are rebuilt where they are by their turn, and verified there', async () => {
      const shard = (await openShardMap(database)).shardOf(3);
      const to = await otherPlace(database, shard);
      let moves = 0;
      const report = await rebuild(database, {
        async on_progress({ step, shard: one }) {
          if (step !== 'cut' || one?.at !== 0) return;
          await moveShard(movers, { stripe: 3, to }, { block_writes: true });
          moves += 1;
        },
      });
      expect([report.outcome, moves]).toEqual(['repaired', 1]);
      expect(await verify(database)).toMatchObject({ equal: true });
      expect((await openShardMap(database)).shardOf(3).place).toBe(to);
    });

    test('are followed by a tail, which gives each event once', async () => {
      const { run } = openEventWriter(database, projections);
      const write = async (from: number) => {
        for (let stripe = 0; stripe < stripes; stripe++) {
          await writeBatch(run, [job(eventsIn(stripe, 10, 'tail', from))]);
        }
      };
      const ended = new AbortController();
      const ids: string[] = [];
      let polls = 0;
      let cursor = '';
      const options = { poll_ms: 20, only: 'events', signal: ended.signal } as const;
      const following = (async () => {
        for await (const item of followLog(database, options)) {
          ({ cursor } = item);
          if (item.kind === 'event') ids.push(`${item.event.session_id} ${item.event.id}`);
          else if (item.kind === 'none') polls += 1;
        }
      })();
      await waitUntil(
        async () => polls,
        (count) => count > 0,
        { what: 'the stream to begin' },
      );
      await write(0);
      const shard = (await openShardMap(database)).shardOf(2);
      await moveShard(movers, { stripe: 2, to: await otherPlace(database, shard) });
      await write(10);
      const all = 2 * 10 * stripes;
      await waitUntil(
        async () => ids.length,
        (count) => count >= all,
        {
          what: 'the stream to give every event',
        },
      );
      const seen = polls;
      await waitUntil(
        async () => polls,
        (count) => count > seen + 2,
        { what: 'two more polls' },
      );
      ended.abort();
      await following;
      expect(ids).toHaveLength(all);
      expect(new Set(ids).size).toBe(all);
      await write(20);
      const again = new AbortController();
      const later: string[] = [];
      for await (const item of followLog(database, { ...options, cursor, signal: again.signal })) {
        if (item.kind === 'event') later.push(item.event.id);
        if (later.length === 10 * stripes) again.abort();
      }
      expect(later).toHaveLength(10 * stripes);
    });
  });

  describe('of a node that dies', () => {
    let store: Awaited<ReturnType<typeof createCitusStore>>;
    let proxy: TcpProxy;
    const [dying = ''] = citusNodes;
    beforeAll(async () => {
      proxy = await openTcpProxy(dying, 5432);
      store = await createCitusStore({
        stripes,
        reachedAt: (node) => (node === dying ? proxy.url : node),
      });
    });
    afterAll(async () => {
      await store?.drop();
      await proxy?.close();
    });

    test('wait, the others go on, and after its return everything is there', async () => {
      const { database } = store;
      const { run } = openEventWriter(database, projections);
      const dead = new URL(proxy.url).port;
      const shards = (await openShardMap(database)).shards();
      const away = shards.find(({ place }) => place.endsWith(`:${dead}`))?.stripe ?? -1;
      const alive = shards.find(({ place }) => !place.endsWith(`:${dead}`))?.stripe ?? -1;
      const both = [...eventsIn(away, 16, 'node'), ...eventsIn(alive, 16, 'node')];
      expect(await writeBatch(run, [job(both.slice(0, 8))])).toMatchObject({ applied: 8 });
      await proxy.cut();
      const batch = [job(both)];
      await expect(writeBatch(run, batch)).rejects.toThrow();
      const [{ session_id } = { session_id: '' }] = eventsIn(alive, 1, 'node') as [
        { session_id: string },
      ];
      expect(await getSession(database, { session_id })).toMatchObject({ runs: 2 });
      expect(await writeBatch(run, [job(eventsIn(alive, 8, 'later'))])).toMatchObject({
        applied: 8,
      });
      const to = `${new URL(proxy.url).hostname}:${dead}`;
      const moving = moveShard(database, { stripe: alive, to }, { block_writes: true });
      // It names the reason, and no setting that has nothing to do with it.
      await expect(moving).rejects.toThrow(
        new RegExp(
          `^Stripe ${alive} stays on [^,]+, Citus could not move it to ${to}: (?!.*--block-writes).+`,
        ),
      );
      await proxy.restore();
      expect(await writeBatch(run, batch)).toEqual({ applied: 8, duplicate: 24, rejected: 0 });
      expect(await verify(database)).toMatchObject({ equal: true, events: 40 });
    });
  });
});
