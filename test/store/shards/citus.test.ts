import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { writeBatch } from '#runfold/append/write-batch.js';
import { openEventWriter, writerTo } from '#runfold/append/writer/event-writer.js';
import { replicateLog } from '#runfold/cli/actions/replicate-log.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { compareStores } from '#runfold/projections/audit/compare-stores.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { projections } from '#runfold/projections/projections.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { claimRebuild, cleanUpRebuild } from '#runfold/projections/rebuild/rebuild-claim.js';
import { RebuildRunningError } from '#runfold/projections/rebuild/rebuild-errors.js';
import { listRunningRebuilds } from '#runfold/projections/rebuild/rebuild-schema.js';
import { createShards } from '#runfold/store/create-shards.js';
import { openShardMap } from '#runfold/store/shards/open-shard-map.js';
import { oneOfEachServer } from '#runfold/store/shards/shard-map.js';
import { fullName } from '#runfold/store/shards/table-names.js';
import { createCitusStore } from '../../../harness/citus-cluster.js';
import { describeWithCitus } from '../../../harness/citus-store.js';
import { createTestDatabase } from '../../../harness/database.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { waitUntil } from '../../../harness/wait-until.js';

const stripes = 6;
let jobs = 0;
const job = (events: readonly unknown[]) =>
  decodeJob(`job-${++jobs}`, JSON.parse(JSON.stringify({ v: 1, project: 1, events })));

describeWithCitus('a store on Citus', () => {
  let store: Awaited<ReturnType<typeof createCitusStore>>;
  let database: Database;
  beforeAll(async () => {
    store = await createCitusStore({ stripes });
    ({ database } = store);
  });
  afterAll(() => store?.drop());

  test('has a shard of its own for each stripe, spread over the nodes', async () => {
    const map = await openShardMap(database);
    const shards = map.shards();
    expect(shards.map(({ stripe }) => stripe)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(shards.map(({ tables }) => tables.local('event'))).size).toBe(stripes);
    expect(new Set(shards.map(({ place }) => place)).size).toBeGreaterThan(1);
  });

  test('has one copy of each shard, even where Citus is set to create more', async () => {
    const { database: whole, url, drop } = await createCitusStore({});
    const divided = openDatabase(url, { max: 2 });
    try {
      await whole.query(
        `alter database ${new URL(url).pathname.slice(1)} set citus.shard_replication_factor = 2`,
      );
      await createShards(divided, { stripes: 2, kind: 'citus' });
      const { run } = openEventWriter(divided, projections);
      await writeBatch(run, [job(sampleEvents(60))]);
      const [log] = await divided.query(
        'select count(*)::integer as events from runfold_internal.event',
      );
      expect(log).toEqual({ events: 60 });
    } finally {
      await divided.close();
      await drop();
    }
  });

  test('takes each event once, and is equal to the fold of its log', async () => {
    const { run } = writerTo(await openShardMap(database), database, projections);
    const first = await writeBatch(run, [job(sampleEvents(400)), job([{ type: 'nothing' }])]);
    expect(first).toEqual({ applied: 400, duplicate: 0, rejected: 1 });
    expect(await writeBatch(run, [job(sampleEvents(420))])).toEqual({
      applied: 20,
      duplicate: 400,
      rejected: 0,
    });
    expect(await verify(database)).toMatchObject({ equal: true, shards: stripes, events: 420 });
  });

  test('shows its totals by the views, through the coordinator', async () => {
    const rows = await database.query('select count(*)::integer as runs from runfold.runs');
    expect(rows).toEqual([{ runs: 53 }]);
    const usage = await database.query(
      'select sum(assistant_messages)::integer as messages from runfold.model_usage',
    );
    const runs = await database.query(
      'select sum(assistant_messages)::integer as messages from runfold.runs',
    );
    expect(usage).toEqual(runs);
  });

  test('is copied into a store on one server, and says about how much is left', async () => {
    const home = await createTestDatabase();
    const to = openDatabase(home.url, { max: 2 });
    try {
      const left: number[] = [];
      const done = await replicateLog({
        from: database,
        to,
        once: true,
        signal: new AbortController().signal,
        onProgress: (progress) => left.push(progress.left),
      });
      expect(done.applied).toBe(420);
      expect(left[0]).toBeLessThan(1_000);
      expect(await compareStores(database, to)).toEqual([]);
    } finally {
      await to.close();
      await home.drop();
    }
  });

  test('is rebuilt shard by shard, on the nodes', async () => {
    const [shard] = (await openShardMap(database)).shards();
    await shard?.database.query(
      `update runfold_internal.${shard.tables.local('run')} set output_tokens = 1`,
    );
    expect((await verify(database)).equal).toBe(false);
    expect((await rebuild(database)).outcome).toBe('repaired');
    expect((await verify(database)).equal).toBe(true);
    expect((await rebuild(database, { repair_limit: -1 })).outcome).toBe('swapped');
    expect((await verify(database)).equal).toBe(true);
  });

  test('is rebuilt by one rebuild at a time, whichever node it has reached', async () => {
    let others = 0;
    const started = vi.fn();
    const report = await rebuild(database, {
      async on_progress({ step, shard }) {
        if (step !== 'cut' || shard?.at !== stripes - 1) return;
        const other = rebuild(database, { on_progress: started });
        await expect(other).rejects.toThrow(RebuildRunningError);
        others += 1;
      },
    });
    expect([report.outcome, others]).toEqual(['repaired', 1]);
    expect(started).not.toHaveBeenCalled();
  });

  test('is freed on each node of what a dead rebuild left there', async () => {
    const shards = oneOfEachServer(await openShardMap(database));
    for (const { database: server, tables } of shards) {
      const client = await server.pool.connect();
      const { schema } = await claimRebuild(server, client, tables);
      await client.query(
        `create function ${schema}.record() returns trigger language plpgsql as 'begin return null; end';
        create trigger ${schema} after insert on ${fullName(tables, 'event')} execute function ${schema}.record()`,
      );
      client.release(true);
    }
    expect(await listRunningRebuilds(database)).toHaveLength(shards.length);
    // A claim ends when its server notices that the connection is gone.
    await waitUntil(
      () => cleanUpRebuild(database),
      (isClean) => isClean,
      { what: 'the remains to be removed' },
    );
    for (const { database: server } of shards) {
      const left = await server.query(
        `select from pg_trigger where starts_with(tgname, 'runfold_rebuild_')`,
      );
      expect(left).toEqual([]);
    }
    expect(await listRunningRebuilds(database)).toEqual([]);
  });

  test('loses nothing while its shards are moved under load', async () => {
    const other = openDatabase(store.url, { max: 2 });
    const { run } = openEventWriter(database, projections);
    try {
      let isMoving = true;
      let at = 1_000;
      const load = async () => {
        while (isMoving) {
          const from = at;
          at += 60;
          expect(await writeBatch(run, [job(sampleEvents(60, 'load', from))])).toMatchObject({
            applied: 60,
          });
        }
      };
      const loading = Promise.all([load(), load()]);
      for (const mode of ['block_writes', 'force_logical']) {
        const moves = await other.query<{ id: string; from: string; to: string }>(
          `select p.shardid::text as id, n.nodename || ':' || n.nodeport as from,
            o.nodename || ':' || o.nodeport as to
          from pg_dist_shard s join pg_dist_placement p using (shardid)
          join pg_dist_node n using (groupid) join pg_dist_node o on o.groupid <> n.groupid and o.shouldhaveshards
          where s.logicalrelid = 'runfold_internal.event'::regclass order by 1 limit 2`,
        );
        for (const { id, from, to } of moves.slice(0, 1)) {
          const [a, b] = [from, to].map((place) => place.split(':'));
          await other.query(
            'select citus_move_shard_placement($1::bigint, $2, $3::integer, $4, $5::integer, $6::citus.shard_transfer_mode)',
            [id, a?.[0], a?.[1], b?.[0], b?.[1], mode],
          );
        }
      }
      isMoving = false;
      await loading;
      expect(await verify(database)).toMatchObject({ equal: true, events: 420 + at - 1_000 });
    } finally {
      await other.close();
    }
  });
});
