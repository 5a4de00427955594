import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { voidingFor } from '#runfold/corrections/correction.js';
import { tableOf } from '#runfold/projections/fold/fold-sql.js';
import { projections } from '#runfold/projections/projections.js';
import { foldEvents } from '../../harness/fold-events.js';
import { labelledEvents, sampleEvents } from '../../harness/sample-events.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { fastestTier, openTestTier, type TestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { message, useWorkplace } from './command-line.js';

/** Every row and column of every projection as a string, so that nothing is rounded. */
async function totalsOf({ tier }: TestTier): Promise<Record<string, unknown>> {
  const tables: Record<string, unknown> = {};
  for (const projection of projections) {
    const rows = await tier.database.query<{ row: string }>(
      `select t::text as row from ${tableOf(projection)} t order by 1`,
    );
    tables[projection.name] = rows.map(({ row }) => row);
  }
  return tables;
}

const wild = [
  message('wild', { id: 'naïve id', session_id: 's\u2028\u001b[2J', sequence: 3, user_id: 'u' }),
  message('wild', {
    id: 'F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6',
    occurred_at: '2026-01-01T00:00:00.000001+05:30',
    metrics: {
      input_tokens: 2_147_483_647,
      time: 0.1 + 0.2,
      cost: 0.000000001,
      prompt_tokens_details: { cached: 3 },
      additional_metrics: { b: [1, null, { c: 'x' }], a: 1e-7 },
    },
  }),
  { type: 'tool_call', run_id: 'wild', id: 'c', tool_name: 't', error: '' },
  { type: 'run', run_id: 'wild', id: 'r', status: 'cancelled' },
];

describe('an export', () => {
  const work = useWorkplace();
  let home: TestTier;
  let empty: TestTier;
  const lines = async (file: string) =>
    (await readFile(join(work.dir, file), 'utf8')).trim().split('\n');
  beforeAll(async () => {
    home = await openTestTier(fastestTier());
    const { database } = home.tier;
    await foldEvents(database, [...wild, ...labelledEvents(2_400)]);
    const voided = await voidingFor(database, { id: 'sample-1' });
    await foldEvents(database, [voided?.event ?? {}]);
    empty = await openTestTier(fastestTier());
  });
  afterAll(async () => {
    await home?.close();
    await empty?.close();
  });

  test('replayed into an empty store gives the same totals, column by column', async () => {
    const exported = await work.run(['export', 'all.ndjson'], { env: home.env });
    expect({ code: exported.code, stderr: exported.stderr }).toEqual({ code: 0, stderr: '' });
    expect(exported.stdout).toMatch(/^✓ 2,405 events written to all.ndjson/);
    expect(existsSync(join(work.dir, 'all.ndjson.part'))).toBe(false);
    expect(await lines('all.ndjson')).toHaveLength(2_405);

    const args = ['replay', 'all.ndjson', '--json'];
    const replayed = await work.run(args, { env: empty.env });
    expect({ code: replayed.code, stderr: replayed.stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(replayed.stdout)).toMatchObject({
      sent: 2_405,
      folded: true,
      applied: 2_405,
      duplicates: 0,
    });
    const totals = await totalsOf(home);
    expect(await totalsOf(empty)).toEqual(totals);

    // The second export equals the first, so the input is what was read.
    await work.run(['export', 'again.ndjson'], { env: empty.env });
    expect(await lines('again.ndjson')).toEqual(await lines('all.ndjson'));
  });

  test('replayed into the store it came from changes nothing', async () => {
    const before = await totalsOf(home);
    const { stdout } = await work.run(['replay', '-', '--json'], {
      env: home.env,
      input: await readFile(join(work.dir, 'all.ndjson'), 'utf8'),
    });
    expect(JSON.parse(stdout)).toMatchObject({ applied: 0, duplicates: 2_405, rejected: 0 });
    expect(await totalsOf(home)).toEqual(before);
  });

  test('to standard output is the lines alone, and can be narrowed', async () => {
    const { code, stdout, stderr } = await work.run(
      [
        'export',
        '-',
        '--session',
        'sample-session-0',
        '--session',
        'none',
        '--run',
        'sample-run-0',
      ],
      { env: home.env },
    );
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^9 events written to stdout/),
    });
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(events.map(({ run_id }) => run_id))).toEqual(new Set(['sample-run-0']));
    expect(events.filter(({ corrects }) => corrects === 'sample-1')).toMatchObject([
      { metrics: { input_tokens: -101, output_tokens: -10, time: -0.5, cost: -0.001 } },
    ]);
    const wildOne = await work.run(['export', '-', '--run', 'wild'], { env: home.env });
    expect(wildOne.stdout).not.toContain('\u001b');
    expect(wildOne.stdout).not.toContain('\u2028');
  });

  test('that fails leaves neither a file nor a part of one', async () => {
    await writeFile(join(work.dir, 'kept.ndjson'), 'as it was\n');
    const failed = await work.run(['export', 'kept.ndjson', '--from', 'yesterday'], {
      env: home.env,
    });
    expect(failed.code).toBe(2);
    expect(await lines('kept.ndjson')).toEqual(['as it was']);
    expect(existsSync(join(work.dir, 'kept.ndjson.part'))).toBe(false);
    const folder = await work.run(['export', '.'], { env: home.env });
    expect(folder.stderr).toMatch(/^error: \. is not a regular file/);
    const nowhere = await work.run(['export', 'no/such/file'], { env: home.env });
    expect(nowhere.stderr).toMatch(/^error: Cannot write no\/such\/file: ENOENT/);
  });
});

describe('a replay', () => {
  const work = useWorkplace();
  let home: TestTier;
  beforeAll(async () => {
    home = await openTestTier(fastestTier());
  });
  afterAll(() => home?.close());

  test('insists that every line has an id and a time', async () => {
    const at = { occurred_at: '2026-01-01T00:00:00Z' };
    const file = await work.write('loose.ndjson', [
      message('loose', { ...at, id: 'good' }),
      message('loose', at),
      message('loose', { id: 'timeless' }),
    ]);
    const { code, stdout, stderr } = await work.run(['replay', file, '--json'], { env: home.env });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ lines: 3, invalid_lines: 2, applied: 1 });
    expect(stderr.trim().split('\n')).toEqual([
      'loose.ndjson:2: id: expected a value, as in an export, got nothing',
      'loose.ndjson:3: occurred_at: expected a value, as in an export, got nothing',
    ]);
  });
});

describeWithPostgres('an export that is interrupted', () => {
  const work = useWorkplace();
  let home: TestTier;
  beforeAll(async () => {
    home = await openTestTier('postgres');
    await foldEvents(home.tier.database, sampleEvents(16));
  });
  afterAll(() => home?.close());

  test('leaves no file behind, and exits with 1', async () => {
    const holder = await home.tier.database.pool.connect();
    try {
      await holder.query('begin; lock table runfold_internal.event in access exclusive mode');
      const running = work.start(['export', 'half.ndjson'], { env: home.env });
      await waitUntil(
        async () => existsSync(join(work.dir, 'half.ndjson.part')),
        (isThere) => isThere,
        { what: 'the export to begin' },
      );
      running.kill('SIGTERM');
      await running.waitForLine(/SIGTERM: stopping/);
      await holder.query('rollback');
      const { code, stderr } = await running.exit;
      expect(code).toBe(1);
      expect(stderr).toContain('error: Interrupted; half.ndjson was not written.');
    } finally {
      holder.release();
    }
    expect(existsSync(join(work.dir, 'half.ndjson'))).toBe(false);
    expect(existsSync(join(work.dir, 'half.ndjson.part'))).toBe(false);
  });
});
