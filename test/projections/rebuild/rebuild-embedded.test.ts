import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { statementOn, writeBatch } from '#runfold/append/write-batch.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { projections } from '#runfold/projections/projections.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { RebuildRunningError } from '#runfold/projections/rebuild/rebuild-errors.js';
import type { RebuildStep } from '#runfold/projections/rebuild/rebuild-options.js';
import { expectSound, rebuildUntil } from '../../../harness/rebuilding.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { openTestTier, type TestTier } from '../../../harness/tiers.js';

/** Without a named statement, because all connections share one session. */
function foldEvents(database: Database, events: readonly MetricEvent[]) {
  const job = JSON.parse(JSON.stringify({ v: 1, project: 1, events }));
  return writeBatch(statementOn(database.pool, appendAndFoldSql(projections), false), [
    decodeJob('job', job),
  ]);
}

describe('a rebuild of an embedded store', () => {
  let home: TestTier;
  let database: Database;
  beforeAll(async () => {
    home = await openTestTier('embedded');
    database = home.tier.database;
    await foldEvents(database, sampleEvents(400));
  });
  afterAll(() => home.close());

  test.each([
    { way: 'repaired', repair_limit: 1_000 },
    { way: 'swapped', repair_limit: -1 },
    { way: 'dry_run', repair_limit: 1_000 },
  ])('takes in what is written meanwhile ($way)', async ({ way, repair_limit }) => {
    let next = 400;
    const reports = new Map<RebuildStep, number>();
    await database.query(
      "update runfold_internal.run set messages = 9 where run_id = 'sample-run-1'",
    );
    const report = await rebuild(database, {
      repair_limit,
      dry_run: way === 'dry_run',
      chunk: 100,
      async on_progress({ step }) {
        const before = reports.get(step) ?? 0;
        reports.set(step, before + 1);
        // A step reports each of its parts, here a block of the log.
        if (before >= 3) return;
        await foldEvents(database, sampleEvents(9, way, next));
        next += 7;
      },
    });
    expect([...reports.keys()]).toEqual([
      ...['cut', 'fold', 'merge', 'index', 'catch_up', 'compare'],
      ...(way === 'dry_run' ? [] : ['swap']),
    ]);
    expect(report.outcome).toBe(way);
    expect(report.projections.map(({ changed }) => changed)).toEqual(
      report.projections.map(({ name }) => (name === 'run' ? 1 : 0)),
    );
    expect((await verify(database)).equal).toBe(way !== 'dry_run');
    await rebuild(database);
    await expectSound(database);
  });

  test('is refused while another is under way, though all share one session', async () => {
    const first = rebuildUntil(database, 'fold');
    await first.arrived;
    await expect(rebuild(database)).rejects.toThrow(RebuildRunningError);
    first.release();
    await first.report;
    await expectSound(database);
  });

  test('clears away one whose process is gone', async () => {
    // A process number that another process has now.
    await database.query(`create schema runfold_rebuild_dead`);
    await database.query(
      `create table runfold_rebuild_dead.owner as
      select ${process.pid} as pid, 'long ago' as started, clock_timestamp() as beat_at`,
    );
    await rebuild(database);
    await expectSound(database);
  });

  test('samples sessions for an audit', async () => {
    const audit = await verify(database, { sample: 5 });
    expect(audit).toMatchObject({ equal: true, sampled_sessions: 5 });
  });
});
