import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluate } from '#runfold/alerts/evaluate.js';
import { createRule } from '#runfold/alerts/rules.js';
import { createBudget } from '#runfold/budgets/budgets.js';
import { replicateLog } from '#runfold/cli/actions/replicate-log.js';
import { voidingFor } from '#runfold/corrections/correction.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { createKey } from '#runfold/store/api-keys.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { useWorkplace } from './command-line.js';

describeWithPostgres('runfold shards and runfold replicate', () => {
  const work = useWorkplace();
  let homes: readonly [TestDatabase, TestDatabase];
  let old: Database;
  let made: Database;
  const run = (...words: string[]) => work.run(words, { env: { DATABASE_URL: homes[1].url } });
  const replicate = (...flags: string[]) =>
    run('replicate', '--from', homes[0].url, '--to', homes[1].url, ...flags);
  beforeAll(async () => {
    homes = [await createTestDatabase(), await createTestDatabase()];
    [old, made] = homes.map(({ url }) => openDatabase(url, { max: 4 })) as [Database, Database];
    await foldEvents(old, sampleEvents(300));
    await foldEvents(old, sampleEvents(50, 'other'), 7);
    const voided = await voidingFor(old, { id: 'sample-1' });
    await foldEvents(old, [voided?.event ?? {}, { type: 'message', role: 'nobody' }]);
    await createKey(old, { project: 1, scopes: ['read'] });
    const budget = { measure: 'cost', limit: 10, window: 'day', scope: 'project' } as const;
    await createBudget(old, { ...budget, name: 'all' });
    await createRule(old, { kind: 'budget', name: 'spend' });
    await evaluate(old, async () => undefined);
  });
  afterAll(async () => {
    await old.close();
    await made.close();
    for (const home of homes) await home.drop();
  });

  test('divides an empty store, and lists its stripes', async () => {
    expect((await run('shards', 'list')).stdout).toBe('The store is not divided.\n');
    const asked = await run('shards', 'create');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('expected --on-one-server');
    const created = await run('shards', 'create', '--on-one-server', '--stripes', '4');
    expect(created.code, created.stderr).toBe(0);
    expect(created.stdout).toBe('The store is divided into 4 stripes.\n');
    const again = await run('shards', 'create', '--on-one-server');
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('already has 4 stripes');
    const { stdout } = await run('shards', 'list', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'partitions',
      stripes: 4,
      items: [0, 1, 2, 3].map((stripe) => ({ stripe, place: 'this server' })),
    });
  });

  test('brings the log of another store into it, as often as wanted', async () => {
    const before = await replicate('--check');
    expect(before.code).toBe(1);
    expect(before.stdout).toMatch(/event +events +351 +0\n/);
    const first = await replicate('--once', '--json');
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ applied: 351, rejected: 0 });
    await foldEvents(old, sampleEvents(20, 'late'));
    const second = await replicate('--once');
    expect(second.stdout).toMatch(/events read, 20 new, 0 rejected\.\n$/);
    const { code, stdout } = await replicate('--check');
    expect(stdout).toBe(
      [
        '✓ The old store: 371 events, its totals equal the fold of its log.',
        '✓ The new store: 371 events, its totals equal the fold of its log.',
        '✓ Both have the same events and the same totals.',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
    for (const table of ['api_key', 'rejected_event', 'project', 'budget', 'alert_rule']) {
      const [ofOld, ofMade] = await Promise.all(
        [old, made].map((store) =>
          store.query(`select t::text from runfold_internal.${table} t order by 1`),
        ),
      );
      expect(ofMade, table).toEqual(ofOld);
    }
    // Ids go on after those that were copied.
    const more = { measure: 'runs', limit: 5, window: 'day', scope: 'project' } as const;
    await createBudget(made, { ...more, name: 'of-the-new-store' });
  });

  test('finds what only one of the stores has', async () => {
    await foldEvents(made, sampleEvents(1, 'stray'));
    const { code, stdout } = await replicate('--check', '--json');
    expect(code).toBe(1);
    const { differences, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({
      equal: false,
      from_equal: true,
      to_equal: true,
      events: { from: 371, to: 372 },
    });
    expect(differences).toContainEqual({
      projection: 'event',
      field: 'events',
      from: '371',
      to: '372',
    });
  });

  test('says that each stripe was verified in a separate snapshot', async () => {
    const { stdout } = await run('verify');
    expect(stdout).toMatch(/372 events, \d+ rows, each of 4 stripes in a separate snapshot/);
    const rebuilt = await run('rebuild', '--dry-run', '--json');
    expect(JSON.parse(rebuilt.stdout)).toMatchObject({ outcome: 'dry_run', events: 372 });
  });

  test('says in which stripe a grand total or a row differs', async () => {
    const change = (by: string) =>
      made.query(
        `update runfold_internal.run set input_tokens = input_tokens ${by} where stripe = 2`,
      );
    await change('+ 1');
    const { stdout } = await run('verify', '--sample', '1');
    expect(stdout).toMatch(/^run +all of stripe 2 +input_tokens +\d+ +\d+$/m);
    expect((await run('verify')).stdout).toMatch(/^run .* \/ stripe 2 +input_tokens +\d+ +\d+$/m);
    await change('- 1');
    expect((await verify(made)).equal).toBe(true);
  });

  test('goes on where it was after a death at any of its steps', async () => {
    const project = 9;
    const events = 6_500;
    for (let from = 0; from < events; from += 500) {
      await foldEvents(old, sampleEvents(500, 'many', from), project);
    }
    const signal = new AbortController().signal;
    const death = new Error('dead');
    let deaths = 0;
    /** Dies at its n-th statement besides those that fold. Returns whether it came so far. */
    const diesAt = async (statement: number) => {
      let count = 0;
      const to: Database = {
        ...made,
        async query(text, values) {
          const isDeath = ++count === statement;
          // Half of the deaths are before the server ran the statement.
          if (isDeath && deaths % 2 === 0) throw death;
          const rows = await made.query(text, values);
          if (isDeath) throw death;
          return rows as never;
        },
      };
      const ended = replicateLog({ from: old, to, once: true, signal });
      return ended.then(
        () => false,
        (error: unknown) => {
          if (error !== death) throw error;
          return true;
        },
      );
    };
    // The statements of other tables, and of the position after each page of 2,000 events.
    for (let statement = 1; await diesAt(statement); statement += 2) deaths += 1;
    expect(deaths).toBeGreaterThan(7);
    const progress: { left: number; is_level: boolean }[] = [];
    const done = await replicateLog({
      from: old,
      to: made,
      once: true,
      signal,
      onProgress: ({ left, is_level }) => progress.push({ left, is_level }),
    });
    expect(progress.at(-1)).toEqual({ left: 0, is_level: true });
    const counts = await Promise.all(
      [old, made].map((store) =>
        store.query('select count(*)::integer as n from runfold.events where project = $1', [
          project,
        ]),
      ),
    );
    expect(counts).toEqual([[{ n: events }], [{ n: events }]]);
    // Only what was recorded in the last seconds is read again.
    const [{ position } = { position: 0 }] = await made.query<{ position: number }>(
      'select count(*)::integer as position from runfold_internal.replica_position where us > 0',
    );
    expect(position).toBeGreaterThanOrEqual(3);
    const again = await replicateLog({ from: old, to: made, once: true, from_start: true, signal });
    expect(again).toMatchObject({ applied: 0, rejected: 0 });
    expect(again.read).toBeGreaterThanOrEqual(events);
    expect(done.read).toBeLessThanOrEqual(again.read);
    expect(await verify(made)).toMatchObject({ equal: true });
  });
});
