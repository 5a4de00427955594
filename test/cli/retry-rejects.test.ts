import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verify } from '#runfold/projections/audit/verify.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { openTestTier, type TestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { message, useWorkplace } from './command-line.js';

describeWithPostgres('`rejects retry`', () => {
  const work = useWorkplace();
  let home: TestTier;
  beforeAll(async () => {
    home = await openTestTier('postgres');
    work.surround(home.env);
  });
  afterAll(() => home.close());

  const reject = (code: string, payload: unknown) =>
    home.tier.database.query(
      `insert into runfold_internal.rejected_event (id, project, position, job_id, code, message, payload)
      values (gen_random_uuid(), 1, 0, 'j', $1, 'm', $2)`,
      [code, JSON.stringify(payload)],
    );
  const codes = async () => {
    const rows = await home.tier.database.query<{ code: string }>(
      'select code from runfold_internal.rejected_event order by code',
    );
    return rows.map(({ code }) => code);
  };
  const at = { occurred_at: '2026-01-31T12:00:00Z' };

  test('sends a job again that was rejected whole, and keeps what would only be rejected again', async () => {
    const events = [message('r', { id: 'a', ...at }), message('r', { id: 'b', ...at })];
    await reject('invalid_job', { v: 1, project: 1, events });
    await reject('invalid_job', 'no job at all');
    await reject('invalid_event', message('r', { id: 'c', ...at }));
    await reject('other_content', message('r', { id: 'a', ...at }));
    const { stderr } = await work.run(['rejects', 'retry', '--all', '--json']);
    expect(stderr).toContain('another event with its id is in the log');
    expect(await codes()).toEqual(['invalid_job', 'other_content']);
    const { database, queue } = home.tier;
    const worker = await openWorker({ database, queue, log: pino({ level: 'silent' }) });
    try {
      await waitUntil(
        () => worker.stats().received,
        (count) => count === 3,
        { what: '3 events' },
      );
      expect(worker.stats()).toMatchObject({ applied: 3, rejected: 0, duplicate: 0 });
      expect(await verify(database)).toMatchObject({ equal: true, events: 3 });
    } finally {
      await worker.close();
    }
  });
});
