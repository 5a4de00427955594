import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import {
  fingerprintOf,
  recordFingerprints,
  staleProjections,
} from '#runfold/projections/fold/fingerprint.js';
import type { Projection } from '#runfold/projections/language/projection.js';
import { projections } from '#runfold/projections/projections.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

/** A declaration that counts something else under the same name. */
function declaredAnew(projection: Projection): Projection {
  const messages = { fold: 'count', where: { type: 'run' }, doc: 'Not messages' } as const;
  return { ...projection, measures: { ...projection.measures, messages } };
}
const names = (list: readonly Projection[]) => list.map(({ name }) => name);

describeWithPostgres('the fingerprints of projections', () => {
  let home: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url);
  });
  afterEach(async () => {
    await database.close();
    await home.drop();
  });

  test('are recorded once on an empty log, by however many start at once', async () => {
    expect(names(await staleProjections(database))).toEqual(projections.map(({ name }) => name));
    await Promise.all(Array.from({ length: 4 }, () => recordFingerprints(database)));
    expect(await staleProjections(database)).toEqual([]);
    await foldEvents(database, sampleEvents(8));
    await recordFingerprints(database);
    expect(await staleProjections(database)).toEqual([]);
  });

  test('tell of totals made with another declaration, and of those folded from them', async () => {
    await recordFingerprints(database);
    await foldEvents(database, sampleEvents(8));
    const [run, session] = projections;
    if (run === undefined || session === undefined) throw new Error('Expected two projections.');
    const changed = declaredAnew(run);
    const above = { ...session, from: changed };
    expect(names(await staleProjections(database, [changed, above]))).toEqual(['run', 'session']);
    await recordFingerprints(database, [changed, above]);
    expect(names(await staleProjections(database, [changed, above]))).toEqual(['run', 'session']);

    await rebuild(database, { projections: [changed, above] });
    expect(await staleProjections(database, [changed, above])).toEqual([]);
    expect(names(await staleProjections(database))).toEqual(['run', 'session']);
    const [row] = await database.query('select sum(messages)::integer as n from runfold.runs');
    expect(row).toEqual({ n: 1 });
  });

  test('stay as they were after a dry run', async () => {
    await foldEvents(database, sampleEvents(8));
    await recordFingerprints(database);
    await rebuild(database, { dry_run: true });
    expect(names(await staleProjections(database))).toEqual(projections.map(({ name }) => name));
    for (const repair_limit of [100, -1]) {
      await database.query('delete from runfold_internal.projection_state');
      await rebuild(database, { repair_limit });
      expect(await staleProjections(database)).toEqual([]);
    }
  });

  test('do not depend on what a projection is called by its readers', () => {
    const [run] = projections;
    if (run === undefined) throw new Error('Expected a projection.');
    expect(fingerprintOf({ ...run, doc: 'Something else', indexes: {} })).toBe(fingerprintOf(run));
    expect(fingerprintOf(declaredAnew(run))).not.toBe(fingerprintOf(run));
  });
});
