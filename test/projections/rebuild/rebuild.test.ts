import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { statementOn, writeBatch } from '#runfold/append/write-batch.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { projections } from '#runfold/projections/projections.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { cleanUpRebuild } from '#runfold/projections/rebuild/rebuild-claim.js';
import {
  RebuildBlockedError,
  RebuildDependentError,
  RebuildRunningError,
} from '#runfold/projections/rebuild/rebuild-errors.js';
import type { RebuildStep } from '#runfold/projections/rebuild/rebuild-options.js';
import { onOneServer } from '../../../harness/citus-store.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { withClient } from '../../../harness/postgres-server.js';
import { expectSound, leftovers, rebuildUntil } from '../../../harness/rebuilding.js';
import { labelledEvents } from '../../../harness/sample-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';
import { waitUntil } from '../../../harness/wait-until.js';

/** Both ways to apply the result. */
const ways = [
  { way: 'repaired', repair_limit: 1_000_000 },
  { way: 'swapped', repair_limit: -1 },
] as const;
const text = appendAndFoldSql(projections);
/** Milliseconds between two writes or reads of one client: without it, clients leave the rebuild no processor. */
const breath = 5;

const describeHere = onOneServer(
  describeWithPostgres,
  'it holds transactions and triggers of one server; test/store/shards/citus.test.ts rebuilds on the nodes',
);

describeHere('a rebuild', () => {
  let home: TestDatabase;
  let database: Database;
  let opened: PoolClient[] = [];
  beforeEach(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url, { max: 16 });
    await foldEvents(database, labelledEvents(200));
  });
  afterEach(async () => {
    for (const client of opened) client.release(true);
    opened = [];
    await database.close();
    await home.drop();
  });

  /** A separate transaction, like a worker's but left open. */
  async function openWriter(begin = 'begin') {
    const client = await database.pool.connect();
    opened.push(client);
    await client.query(begin);
    const run = statementOn(client, text, false);
    return {
      client,
      write(from: number, count: number) {
        const events = JSON.parse(JSON.stringify(labelledEvents(count, 'sample', from)));
        return writeBatch(run, [decodeJob(randomUUID(), { v: 1, project: 1, events })]);
      },
      commit: () => client.query('commit'),
      rollback: () => client.query('rollback'),
    };
  }

  const countEvents = async () =>
    (await database.query('select count(*)::integer as events from runfold_internal.event'))[0]
      ?.events;
  const someoneWaits = async () =>
    (
      await database.query(
        `select 1 from pg_locks where not granted and relation = 'runfold_internal.event'::regclass`,
      )
    ).length > 0;

  test('reports that it is alive on a connection that runs nothing else at the time', async () => {
    const warnings: string[] = [];
    const keep = ({ message }: Error) => void warnings.push(message);
    process.on('warning', keep);
    let now = 0;
    // Each look at the clock is later than a heartbeat's interval.
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 2_000;
      return now;
    });
    try {
      await rebuild(database, { lanes: 4, chunk: 10, repair_limit: -1 });
    } finally {
      clock.mockRestore();
    }
    // Warnings are emitted in the next turn.
    await pause(0);
    process.off('warning', keep);
    expect(warnings).toEqual([]);
  });

  for (const { way, repair_limit } of ways) {
    test(`counts an event once whenever it overtakes the rebuild (${way})`, async () => {
      // Some totals are wrong, so that there is something to repair.
      await database.query(
        "update runfold_internal.run set messages = 99 where run_id = 'sample-run-3'",
      );
      // Begun before the cut: one has already written, one will write before the swap and commit,
      // one writes before the swap and is still open at the end of the rebuild, and one rolls back.
      const early = await openWriter();
      const between = await openWriter();
      const late = await openWriter();
      const fickle = await openWriter();
      // Numbers 200 to 207 are one run. Each writer has a part of it, and new runs.
      await early.write(200, 2);
      await between.client.query('select 1');
      await late.client.query('select count(*) from runfold_internal.run');

      const paused = rebuildUntil(database, 'merge', { repair_limit });
      await waitUntil(someoneWaits, Boolean, { what: 'the cut to wait for the open writer' });
      await early.commit();
      await paused.arrived;

      // Between the cut and the swap: transactions begun before or after, known keys and new ones,
      // and a duplicate of an event from before the cut.
      await between.write(202, 2);
      await between.commit();
      await fickle.write(500, 8);
      await fickle.rollback();
      await foldEvents(database, labelledEvents(10, 'sample', 195));
      await foldEvents(database, labelledEvents(40, 'sample', 208));
      await late.write(205, 60);
      paused.release();
      await waitUntil(someoneWaits, Boolean, { what: 'the swap to wait for the open writer' });
      await late.commit();

      const report = await paused.report;
      expect(report.outcome).toBe(way);
      expect(report.projections.find(({ name }) => name === 'run')?.changed).toBe(1);
      expect(await countEvents()).toBe(265);
      expect(report.events).toBe(265);
      await expectSound(database);
      // Afterwards the live fold continues.
      await foldEvents(database, labelledEvents(30, 'sample', 260));
      await expectSound(database);
    });

    test(`takes in what is written at each of its steps (${way})`, async () => {
      let next = 200;
      let caughtUp = 0;
      const steps: RebuildStep[] = [];
      const reports = new Map<RebuildStep, number>();
      const report = await rebuild(database, {
        repair_limit,
        chunk: 60,
        async on_progress({ step }) {
          if (!steps.includes(step)) steps.push(step);
          const before = reports.get(step) ?? 0;
          reports.set(step, before + 1);
          // A step reports each of its parts, here a block of the log.
          if (before < 3) {
            await foldEvents(database, labelledEvents(9, 'sample', next));
            next += 7;
          }
          if (step === 'catch_up') caughtUp = await countEvents();
        },
      });
      expect(steps).toEqual(['cut', 'fold', 'merge', 'index', 'catch_up', 'compare', 'swap']);
      expect(report.outcome).toBe(way);
      // Once in step with the log, the new tables get their events from the writers.
      expect(report.events).toBe(way === 'swapped' ? caughtUp : await countEvents());
      await expectSound(database);
    });

    test(`shows no reader a torn pair or a total going down (${way})`, async () => {
      await database.query(
        'delete from runfold_internal.session where ctid in (select ctid from runfold_internal.session limit 2)',
      );
      await rebuild(database);
      let writing = true;
      const writer = async (lane: number) => {
        for (let from = 1_000; writing; from += 16) {
          await foldEvents(database, labelledEvents(16, `lane-${lane}`, from));
          await pause(breath);
        }
      };
      let reads = 0;
      const reader = async () => {
        let before = 0;
        while (writing) {
          const [row] = await database.query<Record<'events' | 'runs' | 'sessions', number>>(
            `select (select count(*)::integer from runfold_internal.event where type = 1) as events,
              (select sum(messages)::integer from runfold.runs) as runs,
              (select sum(messages)::integer from runfold.sessions) as sessions`,
          );
          expect(row).toEqual({ events: row?.events, runs: row?.events, sessions: row?.events });
          expect(row?.events).toBeGreaterThanOrEqual(before);
          before = row?.events ?? 0;
          reads += 1;
          await pause(breath);
        }
      };
      // An audit is a reader too: it has one snapshot, although tables are swapped while it runs.
      let audits = 0;
      const auditor = async () => {
        while (writing) {
          const sample = audits % 2 === 0 ? undefined : 5;
          expect((await verify(database, { sample })).differences).toEqual([]);
          audits += 1;
          await pause(breath);
        }
      };
      const others = Promise.all([writer(1), writer(2), reader(), reader(), auditor()]);
      others.catch(() => {
        writing = false;
      });
      try {
        for (let time = 0; writing && (time < 3 || reads < 10 || audits < 3); time++) {
          expect((await rebuild(database, { repair_limit })).outcome).toBe(way);
        }
      } finally {
        writing = false;
        await others;
      }
      // While audits read the log, the last rebuild's trigger could only be disabled.
      expect(await cleanUpRebuild(database)).toBe(true);
      await expectSound(database);
    });
  }

  test('waits, before it swaps, for snapshots that would find the new tables empty', async () => {
    const reader = await openWriter('begin isolation level repeatable read');
    const { client } = reader;
    await client.query('select count(*) from runfold_internal.rejected_event');
    const seen: RebuildStep[] = [];
    const swapping = rebuild(database, {
      repair_limit: -1,
      on_progress: ({ step }) => void seen.push(step),
    });
    await waitUntil(() => seen.filter((step) => step === 'swap').length > 3);
    await foldEvents(database, labelledEvents(50, 'sample', 200));
    // The old snapshot reads all of the old totals.
    const { rows } = await client.query(
      'select (select sum(messages)::integer from runfold.runs) as runs, (select count(*)::integer from runfold_internal.event where type = 1) as events',
    );
    expect(rows[0].runs).toBe(rows[0].events);
    await reader.commit();
    expect((await swapping).outcome).toBe('swapped');
    await expectSound(database);
  });

  test('gives up when a transaction stays open, and leaves all as it was', async () => {
    const writer = await openWriter();
    await writer.write(200, 1);
    const before = await leftovers(database);
    await expect(rebuild(database, { patience_ms: 150 })).rejects.toThrow(RebuildBlockedError);
    await writer.commit();
    expect(before).toEqual([]);
    await expectSound(database);
  });

  test('is refused while another is under way', async () => {
    const first = rebuildUntil(database, 'fold');
    await first.arrived;
    await expect(rebuild(database)).rejects.toThrow(RebuildRunningError);
    await expect(rebuild(database)).rejects.toMatchObject({ code: 'rebuild_running' });
    first.release();
    await first.report;
    await expectSound(database);
  });

  test('stops at the next statement when told to', async () => {
    for (const step of ['cut', 'fold', 'merge', 'index', 'catch_up', 'compare', 'swap'] as const) {
      const stop = new AbortController();
      const paused = rebuildUntil(database, step, { signal: stop.signal, repair_limit: -1 });
      await paused.arrived;
      stop.abort(new Error('enough'));
      paused.release();
      await expect(paused.report).rejects.toThrow('enough');
      await expectSound(database);
    }
  });

  test('keeps rights, views upon the views, and prepared statements', async () => {
    const role = `${home.name}_reader`;
    await database.query(`create role ${role}`);
    try {
      await database.query(`grant usage on schema runfold to ${role}`);
      await database.query(`grant select on runfold.runs, runfold.sessions to ${role}`);
      await database.query(`grant select on runfold_internal.run to ${role}`);
      await database.query(
        'create view public.spending as select sum(messages)::integer as n from runfold.runs',
      );
      await database.query(
        'create view public.raw with (security_barrier) as select r.messages from runfold_internal.run r',
      );
      await database.query('alter table runfold_internal.run set (fillfactor = 77)');
      await database.query('create index my_own on runfold_internal.run (messages)');
      const describeTable = () =>
        database.query(
          `select indexdef as line from pg_indexes where schemaname = 'runfold_internal'
          union all select conname || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'runfold_internal'::regnamespace
          union all select relname || array_to_string(reloptions, ',') || coalesce(relacl::text, '') || relpersistence::text from pg_class
            where oid in ('runfold_internal.run'::regclass, 'public.raw'::regclass)
          union all select col_description('runfold.runs'::regclass, 4)
          order by 1`,
        );
      const before = await describeTable();
      const writer = await database.pool.connect();
      opened.push(writer);
      const append = statementOn(writer, text, true);
      const write = (from: number) => {
        const events = JSON.parse(JSON.stringify(labelledEvents(8, 'sample', from)));
        return writeBatch(append, [decodeJob('job', { v: 1, project: 1, events })]);
      };
      const read = {
        name: 'read',
        text: 'select n, (select sum(messages)::integer from public.raw) as raw from public.spending',
      };
      await write(200);
      expect((await writer.query(read)).rows).toEqual([{ n: 130, raw: 130 }]);

      expect((await rebuild(database, { repair_limit: -1 })).outcome).toBe('swapped');
      expect(await describeTable()).toEqual(before);
      await write(208);
      expect((await writer.query(read)).rows).toEqual([{ n: 135, raw: 135 }]);
      await withClient(home.url, async (client) => {
        await client.query(`set role ${role}`);
        const { rows } = await client.query('select sum(messages)::integer as n from runfold.runs');
        expect(rows).toEqual([{ n: 135 }]);
        await expect(client.query('select from runfold_internal.session')).rejects.toThrow(
          'denied',
        );
      });
      await expectSound(database);
    } finally {
      await database.query(`drop owned by ${role}; drop role ${role}`);
    }
  });

  test('does not swap a table that something it cannot define anew depends on', async () => {
    await database.query(
      'create materialized view public.mine as select count(*) from runfold_internal.run',
    );
    await expect(rebuild(database, { repair_limit: -1 })).rejects.toThrow(RebuildDependentError);
    await expectSound(database);
    // A correction in place does not affect it.
    expect((await rebuild(database)).outcome).toBe('repaired');
    await foldEvents(database, labelledEvents(20, 'sample', 200));
    await expectSound(database);
  });

  test('works on an empty log, and drops totals without events', async () => {
    await database.query('truncate runfold_internal.event');
    const report = await rebuild(database, { repair_limit: 5 });
    expect(report.events).toBe(0);
    expect(report.projections.map(({ removed }) => removed).slice(0, 2)).toEqual([25, 7]);
    expect(report.projections.every(({ removed }) => removed > 0)).toBe(true);
    expect((await verify(database)).projections.every(({ rows }) => rows === 0)).toBe(true);
    await expectSound(database);
  });

  test('gathers a log in which the events of a run lie far apart', async () => {
    await database.query(
      'truncate runfold_internal.event, runfold_internal.run, runfold_internal.session',
    );
    const events = labelledEvents(4_000).map((_, at, all) => all[(at * 1_777) % all.length]);
    for (let at = 0; at < events.length; at += 500) {
      await foldEvents(
        database,
        events.slice(at, at + 500).filter((event) => event !== undefined),
      );
    }
    await database.query('analyze runfold_internal.event');
    await database.query('update runfold_internal.run set messages = 0');
    await rebuild(database, { chunk: 100, lanes: 3 });
    await expectSound(database);
  });
});
