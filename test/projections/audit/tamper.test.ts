import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { tableOf } from '#runfold/projections/fold/fold-sql.js';
import type { Projection } from '#runfold/projections/language/projection.js';
import { kindOf, type Measure } from '#runfold/projections/measures/kinds.js';
import { projections } from '#runfold/projections/projections.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { hiddenUnits, plainView } from '#runfold/projections/views/projection-views.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { expectSound } from '../../../harness/rebuilding.js';
import { labelledEvents } from '../../../harness/sample-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';
import { writeBehind } from '../../../harness/write-behind.js';

interface Tampering {
  readonly projection: Projection;
  readonly columns: readonly string[];
}

/** The columns of every projection, `size` at a time, until all are covered. */
function roundsOf(columns: (projection: Projection) => readonly string[], size: number) {
  const most = Math.max(...projections.map((projection) => columns(projection).length));
  return Array.from({ length: Math.ceil(most / size) }, (_, at) => {
    const cells = projections.flatMap((projection): Tampering[] => {
      const part = columns(projection).slice(at * size, (at + 1) * size);
      return part.length === 0 ? [] : [{ projection, columns: part }];
    });
    const names = cells.map((cell) => `${cell.projection.name}.${cell.columns.join('+')}`);
    return { cells, names: names.join(', ') };
  });
}
const keyRounds = roundsOf(({ key }) => Object.keys(key), 1);
const measureRounds = roundsOf(({ measures }) => Object.keys(measures), 5);

/** A value that differs from that of a cell, whatever it is. */
function tampered(projection: Projection, column: string): string {
  const measure = projection.measures[column];
  const type = measure === undefined ? projection.key[column]?.type : kindOf(measure).type;
  if (type?.startsWith('text')) return `coalesce(${column}, '') || 'x'`;
  return `coalesce(${column}, 0) + 1`;
}

/**
 * The names of a projection's columns in the views, including those that no view shows.
 */
function viewColumns(name: string): readonly string[] {
  const projection = projections.find((one) => one.name === name);
  if (projection === undefined) throw new Error(`Expected a projection, got ${name}`);
  const hidden = Object.keys(projection.measures).filter((column) =>
    hiddenUnits.includes(kindOf(projection.measures[column] as Measure).unit),
  );
  return ['*', ...hidden, ...plainView(projection, name).columns.map((column) => column.name)];
}

describeWithPostgres('a tampered projection', () => {
  let home: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url);
    await foldEvents(database, labelledEvents(400));
  });
  afterAll(async () => {
    await database.close();
    await home.drop();
  });

  async function tamper(cells: readonly Tampering[]) {
    for (const { projection, columns } of cells) {
      const set = columns.map((column) => `${column} = ${tampered(projection, column)}`);
      await writeBehind(
        database,
        `update ${tableOf(projection)} set ${set.join(', ')}
        where ctid = (select ctid from ${tableOf(projection)} order by random() limit 1)`,
        [],
        { once: true },
      );
    }
    const { equal, differences } = await verify(database);
    expect(equal).toBe(false);
    for (const found of differences) {
      // No view shows the stripe, which only the rows of a divided store have.
      const { stripe: _, ...key } = found.key;
      const told = [...Object.keys(key), found.field];
      expect(viewColumns(found.projection)).toEqual(expect.arrayContaining(told));
    }
    return differences.map(({ projection, stored }) => [projection, stored.column]);
  }

  async function repair(cells: readonly Tampering[], counts: object) {
    const report = await rebuild(database);
    expect(report.outcome).toBe('repaired');
    expect(report.events).toBe(400);
    for (const { projection } of cells) {
      const told = report.projections.find(({ name }) => name === projection.name);
      expect(told).toMatchObject(counts);
    }
    await expectSound(database);
  }

  // A row with another key is one extra row and one missing row.
  test.each(keyRounds)('is found and repaired by its keys: $names', async ({ cells }) => {
    const found = await tamper(cells);
    expect(found).toEqual(
      cells.flatMap(({ projection: { name } }) => [
        [name, '*'],
        [name, '*'],
      ]),
    );
    await repair(cells, { added: 1, removed: 1, changed: 0 });
  });

  test.each(measureRounds)('is found and repaired: $names', async ({ cells }) => {
    const found = await tamper(cells);
    expect(found).toEqual(
      cells.flatMap(({ projection, columns }) =>
        columns.map((column) => [projection.name, column]),
      ),
    );
    await repair(cells, { added: 0, removed: 0, changed: 1 });
  });

  test('is replaced when more differs than is corrected in place', async () => {
    await writeBehind(database, 'update runfold_internal.run set messages = messages + 1');
    await writeBehind(database, 'delete from runfold_internal.session');
    const report = await rebuild(database, { repair_limit: 10 });
    expect(report.outcome).toBe('swapped');
    expect(report.projections.slice(0, 2)).toEqual([
      { name: 'run', rows_before: 50, rows_after: 50, added: 0, removed: 0, changed: 50 },
      { name: 'session', rows_before: 0, rows_after: 13, added: 13, removed: 0, changed: 0 },
    ]);
    await expectSound(database);
  });

  test('is told of, and left alone, by a dry run', async () => {
    await writeBehind(database, 'update runfold_internal.run set cost_nanos = cost_nanos + 1');
    const before = await database.query('select * from runfold_internal.run order by run_id');
    for (const repair_limit of [10, 1_000]) {
      const report = await rebuild(database, { dry_run: true, repair_limit });
      expect(report.outcome).toBe('dry_run');
      expect(report.projections[0]).toMatchObject({ rows_before: 50, rows_after: 50, changed: 50 });
      expect(await database.query('select * from runfold_internal.run order by run_id')).toEqual(
        before,
      );
    }
    await rebuild(database);
    await expectSound(database);
  });

  test('can be rebuilt alone, and leaves the others as they are', async () => {
    const [run, session] = projections;
    if (run === undefined || session === undefined) throw new Error('Expected two projections.');
    await writeBehind(database, 'update runfold_internal.run set tool_calls = 77');
    await writeBehind(database, 'update runfold_internal.session set tool_calls = 77');
    const report = await rebuild(database, { projections: [session] });
    expect(report.projections.map(({ name }) => name)).toEqual(['session']);
    expect((await verify(database, { projections: [session] })).equal).toBe(true);
    expect((await verify(database, { projections: [run] })).equal).toBe(false);
    await rebuild(database, { projections: [run] });
    await expectSound(database);
  });

  test('does not escape a sample of all sessions and the grand totals', async () => {
    expect(await verify(database, { sample: 1_000 })).toMatchObject({
      equal: true,
      sampled_sessions: 13,
    });
    await writeBehind(
      database,
      `update runfold_internal.run set model = model || 'x'::text where run_id = 'sample-run-0'`,
    );
    const sampled = await verify(database, { sample: 1_000 });
    expect(sampled.differences).toMatchObject([{ projection: 'run', field: 'model' }]);
    await writeBehind(database, 'update runfold_internal.run set input_tokens = input_tokens + 1');
    const none = await verify(database, { sample: 0 });
    expect(new Set(none.differences.map((one) => `${one.projection}.${one.field}`))).toEqual(
      new Set(['run.input_tokens']),
    );
    // One grand total, or in a divided store one of each stripe.
    expect(none.differences.map(({ key }) => key)).toEqual(
      none.shards === undefined
        ? [{}]
        : Array.from({ length: none.shards }, (_, stripe) => ({ stripe })),
    );
    const tooMany = none.differences.map((one) => Number(one.actual) - Number(one.expected));
    expect(tooMany.reduce((sum, one) => sum + one)).toBe(50);
    await rebuild(database);
    await expectSound(database);
  });
});
