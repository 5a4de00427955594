import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { tableOf } from '#runfold/projections/fold/fold-sql.js';
import { projections } from '#runfold/projections/projections.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { cleanUpRebuild } from '#runfold/projections/rebuild/rebuild-claim.js';
import type { RebuildStep } from '#runfold/projections/rebuild/rebuild-options.js';
import { migrateQueue } from '#runfold/queue/open-queue.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { onOneServer } from '../../../harness/citus-store.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { withClient } from '../../../harness/postgres-server.js';
import { startNode } from '../../../harness/processes.js';
import { expectSound, leftovers, rebuildUntil } from '../../../harness/rebuilding.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';
import { waitUntil } from '../../../harness/wait-until.js';

const steps: RebuildStep[] = ['cut', 'fold', 'merge', 'index', 'catch_up', 'compare', 'swap'];
/** Every row of every projection, as text. */
const totals = `${projections
  .map((projection) => `select t::text as row from ${tableOf(projection)} t`)
  .join(' union all ')} order by 1`;

/** Rebuilds in a separate process, up to the swap, before which it waits forever. */
const endless = `
import { openDatabase } from '#runfold/postgres/database.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
const database = openDatabase(process.env.DATABASE_URL);
await rebuild(database, { chunk: 100, repair_limit: -1, async on_progress({ step }) {
  console.log('at ' + step);
  if (step === 'swap') await new Promise((resolve) => setTimeout(resolve, 60_000));
} });`;

const describeHere = onOneServer(
  describeWithPostgres,
  'it holds transactions and triggers of one server; test/store/shards/citus.test.ts rebuilds on the nodes',
);

describeHere('a rebuild that dies', () => {
  let home: TestDatabase;
  let database: Database;
  let wrong: unknown[];
  let next = 1_000;
  beforeAll(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url, { max: 4, application_name: 'others' });
    await foldEvents(database, sampleEvents(800));
  });
  afterAll(async () => {
    await database.close();
    await home.drop();
  });
  /** Totals that only a completed rebuild repairs. */
  beforeEach(async () => {
    await database.query('update runfold_internal.run set messages = messages + 1');
    wrong = await database.query(totals);
  });

  /** Ingest continues after the death, with all remains in place, and the next rebuild succeeds. */
  async function expectRecovery(): Promise<void> {
    expect(await database.query(totals)).toEqual(wrong);
    await foldEvents(database, sampleEvents(8, 'later', next));
    next += 8;
    const report = await waitUntil(() => rebuild(database, { repair_limit: -1 }), Boolean, {
      what: 'a rebuild after the death of another',
    });
    expect(report.outcome).toBe('swapped');
    await expectSound(database);
  }

  test.each(steps)('because its connections are ended at %s leaves all as it was', async (step) => {
    const doomed = openDatabase(home.url, { max: 3, application_name: 'doomed' });
    try {
      const paused = rebuildUntil(doomed, step, { repair_limit: -1, chunk: 100 });
      await paused.arrived;
      await database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doomed'",
      );
      paused.release();
      await expect(paused.report).rejects.toThrow();
      // It could reconnect, and has therefore cleaned up.
      await waitUntil(
        () => leftovers(database),
        (left) => left.length === 0,
        { what: 'the remains to be gone' },
      );
      await expectRecovery();
    } finally {
      await doomed.close();
    }
  });

  test('by kill -9, soon after each of its steps has begun, leaves all as it was', async () => {
    for (const step of steps) {
      const child = startNode(['--input-type=module', '-e', endless], {
        env: { DATABASE_URL: home.url },
      });
      await child.waitForLine(new RegExp(`^at ${step}$`));
      // Most steps take some milliseconds.
      await pause(Math.random() * 10);
      child.kill('SIGKILL');
      await child.exit;
      // Otherwise the kill came too late to prove anything.
      const left = await leftovers(database);
      if (step !== 'cut') expect(left.length, step).toBeGreaterThan(0);
      await expectRecovery();
      await database.query('update runfold_internal.run set messages = messages + 1');
      wrong = await database.query(totals);
    }
    await rebuild(database);
  });

  test.each(['a worker', 'a clean-up'])('stops recording events when %s starts', async (who) => {
    // The remains of a rebuild whose machine is gone: no session, but schema and trigger.
    await withClient(home.url, (client) =>
      client.query(`create schema runfold_rebuild_dead;
        create table runfold_rebuild_dead.recorded (id uuid);
        create function runfold_rebuild_dead.on_events() returns trigger language plpgsql as
          'begin insert into runfold_rebuild_dead.recorded select id from added; return null; end';
        create trigger runfold_rebuild_dead after insert on runfold_internal.event
          referencing new table as added for each statement execute function runfold_rebuild_dead.on_events()`),
    );
    expect(await leftovers(database)).toHaveLength(2);
    if (who === 'a worker') {
      await migrateQueue({ kind: 'postgres', connection: home.url });
      const worker = await openWorker({
        database,
        queue: { kind: 'postgres', connection: home.url },
        log: pino({ level: 'silent' }),
      });
      await worker.close();
    } else {
      await cleanUpRebuild(database);
    }
    expect(await leftovers(database)).toEqual([]);
    await rebuild(database);
    await expectSound(database);
  });

  test('leaves at most a disabled trigger while someone reads the log for long', async () => {
    await withClient(home.url, async (reader) => {
      await reader.query('begin; select count(*) from runfold_internal.event');
      await rebuild(database);
      const [trigger] = await database.query<{ state: string }>(
        `select tgenabled::text as state from pg_trigger where tgrelid = 'runfold_internal.event'::regclass`,
      );
      expect(trigger?.state).toBe('D');
      await foldEvents(database, sampleEvents(8, 'later', next));
      next += 8;
      await rebuild(database, { repair_limit: -1 });
      await reader.query('commit');
    });
    await cleanUpRebuild(database);
    await expectSound(database);
  });

  test('does not lose its tables to a clean-up while it lives', async () => {
    const paused = rebuildUntil(database, 'merge');
    await paused.arrived;
    await cleanUpRebuild(database);
    paused.release();
    expect((await paused.report).outcome).toBe('repaired');
    await expectSound(database);
  });
});
