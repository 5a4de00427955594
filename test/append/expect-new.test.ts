import { expect, test } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { presumeNew } from '#runfold/append/expect-new.js';
import { type RunStatement, statementOn, writeBatch } from '#runfold/append/write-batch.js';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { projections } from '#runfold/projections/projections.js';
import { withTestDatabase } from '../../harness/database.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithPostgres } from '../../harness/suite.js';

describeWithPostgres('a worker that presumes events to be new', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  test('looks for each event after it was wrong, for twice as many batches each time', async () => {
    const ways: string[] = [];
    const statement = (repeats: 'skip' | 'refuse'): RunStatement => {
      const run = statementOn(database.pool, appendAndFoldSql(projections, { repeats }), true);
      return (...given) => {
        ways.push(repeats);
        return run(...given);
      };
    };
    const run = presumeNew(statement('refuse'), statement('skip'));
    const write = async (from: number, count = 10, times = 1) => {
      ways.length = 0;
      const sent = JSON.parse(JSON.stringify(sampleEvents(count, 'sample', from)));
      const events = Array.from({ length: times }, () => sent).flat();
      const outcome = await writeBatch(run, [decodeJob('job', { v: 1, project: 1, events })]);
      return { ways: [...ways], ...outcome };
    };
    const allNew = { applied: 10, duplicate: 0, rejected: 0 };

    expect(await write(0)).toEqual({ ways: ['refuse'], ...allNew });
    expect(await write(5)).toEqual({
      ways: ['refuse', 'skip'],
      applied: 5,
      duplicate: 5,
      rejected: 0,
    });
    expect(await write(100), 'one batch of doubt').toEqual({ ways: ['skip'], ...allNew });
    expect((await write(100)).ways, 'wrong again').toEqual(['refuse', 'skip']);
    expect((await write(200)).ways).toEqual(['skip']);
    expect((await write(300)).ways, 'two batches of doubt').toEqual(['skip']);
    expect(await write(400), 'presumed again').toEqual({ ways: ['refuse'], ...allNew });
    expect(await write(500, 10, 2), 'an event twice in one batch').toEqual({
      ways: ['skip'],
      applied: 10,
      duplicate: 10,
      rejected: 0,
    });
    expect((await write(400)).ways, 'once was right: doubt begins anew').toEqual([
      'refuse',
      'skip',
    ]);
    expect((await write(600)).ways).toEqual(['skip']);
    expect((await write(700)).ways).toEqual(['refuse']);
    expect(await verify(database)).toMatchObject({ equal: true, events: 85 });
  });
});
