import { afterAll, beforeAll, expect, test } from 'vitest';
import { verify } from '#runfold/projections/audit/verify.js';
import { foldEvents } from '../../harness/fold-events.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { openTestTier, type TestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { useWorkplace } from './command-line.js';

describeWithPostgres('runfold rebuild', () => {
  const work = useWorkplace();
  let home: TestTier;
  const rebuild = (...flags: string[]) => work.run(['rebuild', ...flags], { env: home.env });
  const sql = (text: string) => home.tier.database.query(text);
  const tamper = () =>
    sql(`with gone as (delete from runfold_internal.run where run_id = 'sample-run-3'),
      odd as (update runfold_internal.run set tool_calls = 99 where run_id = 'sample-run-4')
      insert into runfold_internal.session (project, session_id, runs, messages, assistant_messages,
        tool_calls, tool_errors, message_errors, metered_messages, unpriced_messages)
      values (1, 'never', 0, 0, 0, 0, 0, 0, 0, 0)`);
  beforeAll(async () => {
    home = await openTestTier('postgres');
    await foldEvents(home.tier.database, sampleEvents(320));
  });
  afterAll(() => home?.close());

  test('puts right what is wrong, and says what that was', async () => {
    await tamper();
    const before = await sql('select * from runfold_internal.run order by run_id');
    const dry = await rebuild('--dry-run', '--json');
    expect({ code: dry.code, stderr: dry.stderr }).toEqual({ code: 0, stderr: '' });
    const run = { name: 'run', rows_before: 39, rows_after: 40, added: 1, removed: 0, changed: 1 };
    const session = { name: 'session', added: 0, removed: 1, changed: 0 };
    expect(JSON.parse(dry.stdout)).toMatchObject({
      outcome: 'dry_run',
      events: 320,
      projections: expect.arrayContaining([run, expect.objectContaining(session)]),
    });
    expect(await sql('select * from runfold_internal.run order by run_id')).toEqual(before);

    const { code, stdout, stderr } = await rebuild('--lanes', '1');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^run +40 +1 +0 +1$/m);
    expect(stdout).toMatch(/^session +10 +0 +1 +0$/m);
    expect(stdout).toMatch(/^✓ 320 events folded: 3 rows repaired \(/m);
    expect((await verify(home.tier.database)).equal).toBe(true);
  });

  test('leaves the other totals alone when some are named', async () => {
    await tamper();
    const { stdout } = await rebuild('--projection', 'session', '--json');
    const { projections } = JSON.parse(stdout);
    expect(projections).toMatchObject([{ name: 'session', removed: 1 }]);
    expect((await verify(home.tier.database)).equal).toBe(false);
    expect((await rebuild('--projection', 'run', '--projection', 'session')).code).toBe(0);
    expect((await verify(home.tier.database)).equal).toBe(true);
    expect((await rebuild()).stdout).toContain('every row was correct');
  });

  test('stops at SIGINT, and leaves the totals as they were', async () => {
    await tamper();
    const rows = () => sql('select * from runfold_internal.run order by run_id');
    const before = await rows();
    const schemas = () => sql("select 1 from pg_namespace where nspname like 'runfold_rebuild_%'");
    const writer = await home.tier.database.pool.connect();
    try {
      // The rebuild waits for this open writer before it marks the cut.
      await writer.query('begin; lock table runfold_internal.event in row exclusive mode');
      const running = work.start(['rebuild'], { env: home.env });
      await waitUntil(schemas, (found) => found.length === 1, { what: 'the rebuild to begin' });
      running.kill('SIGINT');
      const { code, stdout, stderr } = await running.exit;
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toBe(
        'SIGINT: stopping; repeat the signal to end at once.\n' +
          'error: Interrupted; the totals are as they were before.\n',
      );
    } finally {
      await writer.query('rollback');
      writer.release();
    }
    expect(await rows()).toEqual(before);
    expect(await schemas()).toEqual([]);
    expect((await rebuild()).code).toBe(0);
  });

  test.each([
    [['--lanes', '0'], '--lanes: expected an integer from 1 to 32, got "0".'],
    [['--projection', 'x'], '--projection: expected one of run, session'],
  ])('refuses %j as bad usage', async (flags, says) => {
    const { code, stderr } = await rebuild(...flags);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});
