import { afterAll, beforeAll, expect, test } from 'vitest';
import { staleProjections } from '#runfold/projections/fold/fingerprint.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { createProject } from '#runfold/store/projects.js';
import { foldEvents } from '../../harness/fold-events.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { openTestTier, type TestTier } from '../../harness/tiers.js';
import { useWorkplace } from './command-line.js';

describeWithPostgres('runfold verify', () => {
  const work = useWorkplace();
  let home: TestTier;
  const sql = (text: string) => home.tier.database.query(text);
  const verify = (...flags: string[]) => work.run(['verify', ...flags], { env: home.env });
  beforeAll(async () => {
    home = await openTestTier('postgres');
    await foldEvents(home.tier.database, sampleEvents(320));
  });
  afterAll(() => home?.close());

  test('says in one line that the totals are right', async () => {
    const { code, stdout, stderr } = await verify();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^✓ The totals equal the fold of the log: 320 events, \d+ rows \(.*\)\n$/,
    );
    const sampled = await verify('--sample', '3');
    expect(sampled.code, sampled.stderr).toBe(0);
    expect(sampled.stdout).toMatch(/320 events, 3 sessions at random and the grand totals/);
  });

  const lastAudits = async () =>
    (await sql(`select distinct on (project) project, state, sample, report::jsonb as report
      from runfold_internal.audit order by project, started_at desc`)) as {
      project: number;
      state: string;
      report: { events?: number; differences: { key: { project: number } }[] };
    }[];

  test('is the last audit that status shows', async () => {
    await verify('--sample', '3');
    expect(await lastAudits()).toMatchObject([{ project: 1, state: 'equal', sample: 3 }]);
    await verify();
    expect(await lastAudits()).toMatchObject([
      { project: 1, state: 'equal', sample: null, report: { events: 320, differences: [] } },
    ]);
    const { stdout } = await work.run(['status', '--json'], { env: home.env });
    expect(JSON.parse(stdout).store.last_audit).toMatchObject({ state: 'equal' });
  });

  test('says of each project only what it found there', async () => {
    const { database } = home.tier;
    const other = await createProject(database, { name: 'other' });
    await foldEvents(database, sampleEvents(4), other.id);
    await sql(`update runfold_internal.session set runs = runs + 1 where project = ${other.id}`);
    try {
      expect((await verify()).code).toBe(1);
      const [first, second] = await lastAudits();
      expect(first).toMatchObject({ project: 1, state: 'equal', report: { differences: [] } });
      expect(second).toMatchObject({ project: other.id, state: 'different' });
      const named = second?.report.differences.map(({ key }) => key.project);
      expect(named).toEqual(Array.from(named ?? [], () => other.id));
      expect(named?.length).toBeGreaterThan(0);
      // A sample finds that the grand totals differ, and not whose.
      await verify('--sample', '1');
      expect((await lastAudits()).map(({ state }) => state)).toEqual(['different', 'different']);
    } finally {
      for (const table of ['event', 'run', 'session', 'project']) {
        const column = table === 'project' ? 'id' : 'project';
        await sql(`delete from runfold_internal.${table} where ${column} = ${other.id}`);
      }
      await rebuild(database);
    }
  });

  test('names key, figure, what it should be and what it is, and exits with 1', async () => {
    await sql(`update runfold_internal.run set cost_nanos = cost_nanos + 500000000,
      time_us = null, ended_at_us = started_at_us, model = null where run_id = 'sample-run-7'`);
    await sql("delete from runfold_internal.session where session_id = 'sample-session-5'");
    try {
      const { code, stdout, stderr } = await verify('--json');
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      const { differences } = JSON.parse(stdout);
      const key = { project: 1, session_id: 'sample-session-1', run_id: 'sample-run-7' };
      const run = { projection: 'run', key };
      expect(differences).toEqual(
        expect.arrayContaining([
          {
            ...run,
            field: 'cost',
            expected: 0.002,
            actual: 0.502,
            stored: { column: 'cost_nanos', expected: 2_000_000, actual: 502_000_000 },
          },
          {
            ...run,
            field: 'time',
            expected: 1,
            actual: null,
            stored: { column: 'time_us', expected: 1_000_000, actual: null },
          },
          {
            ...run,
            field: 'ended_at',
            expected: '2026-02-02T02:40:15.750Z',
            actual: '2026-02-02T02:40:13.750Z',
            stored: {
              column: 'ended_at_us',
              expected: Date.parse('2026-02-02T02:40:15.750Z') * 1000,
              actual: Date.parse('2026-02-02T02:40:13.750Z') * 1000,
            },
          },
          {
            ...run,
            field: 'model',
            expected: expect.stringMatching(/^model-a at 2026/),
            actual: null,
            stored: { column: 'model', expected: expect.stringContaining('model-a'), actual: null },
          },
          {
            projection: 'session',
            key: { project: 1, session_id: 'sample-session-5' },
            field: '*',
            expected: expect.objectContaining({ runs: 4, cost: 0.008 }),
            actual: null,
            stored: {
              column: '*',
              expected: expect.objectContaining({ runs: 4, cost_nanos: 8_000_000 }),
              actual: null,
            },
          },
        ]),
      );
      expect(differences).toHaveLength(5);

      const shown = await verify();
      expect(shown.code).toBe(1);
      const lines = shown.stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
      expect(lines).toContainEqual([
        'run',
        'sample-session-1 / sample-run-7',
        'cost',
        '0.002',
        '0.502',
      ]);
      expect(lines).toContainEqual(['session', 'sample-session-5', 'the row', 'there', 'missing']);
      expect(shown.stdout).toContain('in 2 rows: 1 of run, 1 of session');

      const sampled = await verify('--sample', '1', '--json');
      expect(sampled.code).toBe(1);
      expect(JSON.parse(sampled.stdout).differences).toContainEqual({
        projection: 'run',
        key: {},
        field: 'cost',
        expected: 0.08,
        actual: 0.58,
        stored: { column: 'cost_nanos', expected: 80_000_000, actual: 580_000_000 },
      });
    } finally {
      await rebuild(home.tier.database);
    }
    const { stdout } = await verify('--json');
    expect(JSON.parse(stdout)).toMatchObject({ equal: true, events: 320, differences: [] });
  });

  test('says when the totals were made with another declaration, until they are rebuilt', async () => {
    const stale = /^Totals are stale: the definition of session has/m;
    await sql(
      "update runfold_internal.projection_state set fingerprint = 'old' where name = 'session'",
    );
    const { code, stderr } = await verify();
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(stale) });

    const worker = work.start(['worker'], { env: home.env });
    await worker.waitForLine(/Totals are stale.*runfold migrate --rebuild/);
    worker.kill('SIGTERM');
    expect((await worker.exit).code).toBe(0);

    const migrated = await work.run(['migrate'], { env: home.env });
    expect(migrated.stderr).toMatch(stale);
    const rebuilt = await work.run(['migrate', '--rebuild'], { env: home.env });
    expect({ code: rebuilt.code, stderr: rebuilt.stderr }).toEqual({ code: 0, stderr: '' });
    expect(rebuilt.stdout).toMatch(/^session +10 +0 +0 +0$/m);
    expect(rebuilt.stdout).not.toMatch(/^run /m);
    expect(await staleProjections(home.tier.database)).toEqual([]);
  });

  test('takes no sample of nothing', async () => {
    const { code, stderr } = await verify('--sample', '0');
    expect(code).toBe(2);
    expect(stderr).toContain('--sample: expected an integer');
  });
});
