import { afterAll, beforeAll, expect, test } from 'vitest';
import { voidingFor } from '#runfold/corrections/correction.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
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
    expect(again.stderr).toContain('got one of 4 stripes');
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
    for (const table of ['api_key', 'rejected_event', 'project']) {
      const [ofOld, ofMade] = await Promise.all(
        [old, made].map((store) =>
          store.query(`select t::text from runfold_internal.${table} t order by 1`),
        ),
      );
      expect(ofMade, table).toEqual(ofOld);
    }
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
});
