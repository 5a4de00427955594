import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBatch } from '#runfold/append/batch.js';
import type { BatchAnswer } from '#runfold/append/batch-statement.js';
import { decodeJob } from '#runfold/append/decode-job.js';
import { writeBatch } from '#runfold/append/write-batch.js';
import { appendWhole } from '#runfold/append/writer/append-all.js';
import { compareContentIn, findOtherContent } from '#runfold/append/writer/compare-content.js';
import { openEventWriter, writerTo } from '#runfold/append/writer/event-writer.js';
import { statementOnShard } from '#runfold/append/writer/guarded-statement.js';
import { shardedStatement } from '#runfold/append/writer/sharded-statement.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import { stripeOf } from '#runfold/events/stripe.js';
import { spanKinds } from '#runfold/otlp/tables/span-kinds.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { isConflict, isUniqueViolation } from '#runfold/postgres/postgres-errors.js';
import { verify, verifyShards } from '#runfold/projections/audit/verify.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { projections } from '#runfold/projections/projections.js';
import { createShards } from '#runfold/store/create-shards.js';
import {
  openShardMap,
  readShardMap,
  StoreDividedError,
} from '#runfold/store/shards/open-shard-map.js';
import { fullName } from '#runfold/store/shards/table-names.js';
import type { ProjectSpan } from '#runfold/worker/spans/inbox.js';
import { openSpanInbox } from '#runfold/worker/spans/open-spans.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { createDividedDatabase, testStripes } from '../../harness/divided-store.js';
import { movableShards } from '../../harness/movable-shards.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';

let jobs = 0;
const job = (events: readonly unknown[], project = 1) =>
  decodeJob(`job-${++jobs}`, JSON.parse(JSON.stringify({ v: 1, project, events })));

/** Events of sessions in one stripe. */
function eventsIn(stripe: number, count: number, from = 0): MetricEvent[] {
  return sampleEvents(count * testStripes * 10, 'sample', from * testStripes * 10)
    .filter(({ session_id }) => stripeOf(1, session_id ?? '', testStripes) === stripe)
    .slice(0, count);
}

/** Records which statements are used for each stripe from now on. */
function watchStatements(): () => Record<number, string[]> {
  const found: Record<number, string[]> = {};
  const { query } = pg.Client.prototype;
  const watched = vi.spyOn(pg.Client.prototype, 'query');
  watched.mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    const { text = '' } = given[0] as { text?: string };
    const stripe = Number(/insert into runfold_internal\.event_(\d+) as e/.exec(text)?.[1]);
    const way = /on conflict \(project, session_id, id, stripe\)/.test(text) ? 'skip' : 'refuse';
    if (!Number.isNaN(stripe)) found[stripe] = [...(found[stripe] ?? []), way];
    return Reflect.apply(query, this, given);
  });
  return () => {
    watched.mockRestore();
    return found;
  };
}

describeWithPostgres('a writer to the shards of a store', () => {
  let home: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    ({ home, database } = await createDividedDatabase());
  });
  afterEach(async () => {
    await database.close();
    await home.drop();
  });
  const open = async () => writerTo(await openShardMap(database), database, projections);

  test('counts each event once, of whatever stripe', async () => {
    const { run } = await open();
    expect(await writeBatch(run, [job(sampleEvents(200))])).toEqual({
      applied: 200,
      duplicate: 0,
      rejected: 0,
    });
    expect(await writeBatch(run, [job(sampleEvents(220)), job(sampleEvents(10, 'b'), 2)])).toEqual({
      applied: 30,
      duplicate: 200,
      rejected: 0,
    });
    expect(await verify(database)).toMatchObject({ equal: true, events: 230 });
  });

  test('doubts a stripe in which an event was there, and no other', async () => {
    const { run } = await open();
    const [first, second] = [eventsIn(0, 20), eventsIn(1, 20)];
    await writeBatch(run, [job([...first.slice(0, 10), ...second.slice(0, 10)])]);
    const ways = async (from: number) => {
      const seen = watchStatements();
      // In the first stripe one event is repeated; all events of the second stripe are new.
      const events = [eventsIn(0, from + 10).slice(from - 1), eventsIn(1, from + 10).slice(from)];
      await writeBatch(run, [job(events.flat())]);
      return seen();
    };
    expect(await ways(10)).toEqual({ 0: ['refuse', 'skip'], 1: ['refuse'] });
    expect(await ways(20)).toEqual({ 0: ['skip'], 1: ['refuse'] });
    expect(await verify(database)).toMatchObject({ equal: true, events: 60 });
  });

  test("takes a repetition for no fault of the data, by the name of a shard's log", async () => {
    const insert = `insert into runfold_internal.event_2 (project, session_id, id, run_id, occurred_at_us, type, stripe)
      values (1, $1, gen_random_uuid(), 'r', 1, 1, 2), (1, $1, '00000000-0000-4000-8000-000000000000', 'r', 1, 1, 2)`;
    await database.query(insert, ['s']);
    const error = await database.query(insert, ['s']).catch((fault: unknown) => fault);
    expect(isUniqueViolation(error, 'event_2')).toBe(true);
    expect(isUniqueViolation(error, 'event')).toBe(false);
  });

  test('rejects the one event that Postgres refuses, and takes all others of every stripe', async () => {
    const { run } = await open();
    const events = sampleEvents(60) as unknown as Record<string, unknown>[];
    const bad = { ...events[17], id: 'too-long', metrics: { cost: 9_000_000_000 } };
    const more = { ...events[17], id: 'too-long-2', metrics: { cost: 9_000_000_000 } };
    const outcome = await writeBatch(run, [job([...events, bad, more, 'no event'])]);
    expect(outcome.applied + outcome.rejected).toBe(63);
    expect(outcome.rejected).toBeGreaterThanOrEqual(2);
    const rejects = await database.query('select id from runfold_internal.rejected_event');
    expect(rejects).toHaveLength(outcome.rejected);
    expect(await verify(database)).toMatchObject({ equal: true, events: outcome.applied });
  });

  test('tells of an id that comes again with other content', async () => {
    const { run } = await open();
    const events = sampleEvents(40);
    await writeBatch(run, [job(events)]);
    const [changed] = events.map((event) => ({ ...event, run_id: 'another' }));
    const outcome = await writeBatch(run, [job([changed, ...events.slice(1, 9)])]);
    expect(outcome).toEqual({ applied: 0, duplicate: 8, rejected: 1 });
    const found = await findOtherContent(compareContentIn(database), 1, [events[3], changed]);
    expect([...found]).toEqual([[1, ['run_id']]]);
  });

  test('appends events of several stripes together or not at all', async () => {
    const events = sampleEvents(60);
    expect(await appendWhole(database, 1, events.slice(0, 40))).toBe(true);
    expect(await appendWhole(database, 1, events.slice(39))).toBe(false);
    expect(await verify(database)).toMatchObject({ equal: true, events: 40 });
  });

  test('keeps totals and log equal between the commits of two stripes', async () => {
    const map = await openShardMap(database);
    const seen: unknown[] = [];
    const run = shardedStatement({
      map,
      lanes: 1,
      storeRejects: async () => 0,
      statementFor: (shard) => {
        const text = appendAndFoldSql(projections, { tables: shard.tables });
        const write = statementOnShard<BatchAnswer>(shard, text, true);
        return async (...given) => {
          const answer = await write(...given);
          const { equal, events } = await verify(database);
          seen.push([equal, events]);
          return answer;
        };
      },
    });
    await writeBatch(run, [job([0, 1, 2].flatMap((stripe) => eventsIn(stripe, 6)))]);
    expect(seen).toEqual([
      [true, 6],
      [true, 12],
      [true, 18],
    ]);
  });

  test('would tear if events and their totals were in two stripes, each of which commits by itself', async () => {
    const [first, second] = (await openShardMap(database)).shards();
    if (first === undefined || second === undefined) throw new Error('Expected two shards.');
    const batch = createBatch([job(eventsIn(0, 6))]);
    const log = appendAndFoldSql([], { tables: first.tables });
    await statementOnShard<BatchAnswer>(first, log, true)(batch, []);
    // Between the two commits the log is ahead of the totals, and stays so if the second one fails.
    expect(await verify(database)).toMatchObject({ equal: false, events: 6 });
    const totals = appendAndFoldSql(projections, { tables: second.tables });
    await statementOnShard<BatchAnswer>(second, totals, true)(batch, []);
    expect((await verify(database)).equal).toBe(false);
  });

  test('follows a shard that is moved while it writes', async () => {
    const { map, move } = await movableShards(database, testStripes);
    const { run } = writerTo(map, database, projections);
    await writeBatch(run, [job(sampleEvents(100))]);
    let written: Promise<unknown> | undefined;
    await move(1, true, async () => {
      const moved = job(sampleEvents(150));
      // Swapping partitions takes locks that can conflict with writers of other stripes.
      written = writeBatch(run, [moved]).catch((error) => {
        if (!isConflict(error)) throw error;
        return writeBatch(run, [moved]);
      });
      await waitUntil(
        () =>
          database.query(
            "select from pg_locks where locktype = 'advisory' and not granted and mode = 'ShareLock'",
          ),
        (rows) => rows.length > 0,
        { what: 'a writer to wait for the move' },
      );
    });
    expect(await written).toMatchObject({ rejected: 0 });
    expect(map.shardOf(1).place).toBe('place 1');
    expect(await verifyShards(map)).toMatchObject({ equal: true, events: 150 });
  });

  test('is verified where its shards are, not where they were', async () => {
    const { map, move } = await movableShards(database, testStripes);
    const { run } = writerTo(map, database, projections);
    await writeBatch(run, [job(sampleEvents(100))]);
    const [first, second] = [map.shardOf(0).tables, map.shardOf(1).tables];
    await move(0, true, async () => undefined);
    // What a move leaves behind can be read for a while.
    await database.query(
      `update runfold_internal.run set output_tokens = output_tokens + 1 where stripe = ${first.stripe}`,
    );
    expect(await verifyShards(map)).toMatchObject({ equal: false, events: 100 });
    await move(1, true, async () => undefined);
    await database.query(`drop table ${fullName(second, 'run')}`);
    expect(await verifyShards(map)).toMatchObject({ equal: false, events: 100 });
  });

  test('would lose what it writes while a shard is moved, without the lock', async () => {
    const { map, move } = await movableShards(database, testStripes, { guarded: false });
    const { run } = writerTo(map, database, projections);
    await writeBatch(run, [job(sampleEvents(100))]);
    let applied = 0;
    await move(1, false, async () => {
      ({ applied } = await writeBatch(run, [job(eventsIn(1, 10, 10))]));
    });
    await map.refresh();
    expect(applied).toBe(10);
    // And nobody would notice: log and totals have lost the same events.
    expect(await verifyShards(map)).toMatchObject({ equal: true, events: 100 });
  });
});

describeWithPostgres('a writer to a store that is divided while it runs', () => {
  test('writes to its shards from then on, and rejects nothing', async () => {
    const home = await createTestDatabase();
    const database = openDatabase(home.url, { max: 4 });
    try {
      const { run } = openEventWriter(database, projections);
      await writeBatch(run, [job([])]);
      await createShards(database, { stripes: testStripes, kind: 'partitions' });
      const outcome = await writeBatch(run, [job(sampleEvents(50))]);
      expect(outcome).toEqual({ applied: 50, duplicate: 0, rejected: 0 });
      expect(await verify(database)).toMatchObject({
        equal: true,
        shards: testStripes,
        events: 50,
      });
    } finally {
      await database.close();
      await home.drop();
    }
  });

  test('repeats the transaction of spans that it interrupted, and rejects none of their events', async () => {
    const home = await createTestDatabase();
    const database = openDatabase(home.url, { max: 4 });
    try {
      const inbox = openSpanInbox({ database, span_wait_seconds: 0 });
      const spans = (trace: string): ProjectSpan[] => [
        {
          project: 1,
          trace: trace.repeat(16),
          span: '1'.repeat(16),
          kind: spanKinds.run,
          flags: 0,
          own: { session: 'session' },
          event: { occurred_at: '2026-11-20T10:00:00Z', type: 'run', status: 'completed' },
        },
      ];
      expect((await readShardMap(database)).is_divided).toBe(false);
      await createShards(database, { stripes: testStripes, kind: 'partitions' });
      await expect(inbox.take('job', spans('ab'), [])).rejects.toThrow(StoreDividedError);
      expect(await inbox.take('job', spans('ab'), [])).toMatchObject({
        stored: 1,
        settled: 1,
        events: { applied: 1, rejected: 0 },
      });
      expect(await verify(database)).toMatchObject({ equal: true, events: 1 });
    } finally {
      await database.close();
      await home.drop();
    }
  });
});
