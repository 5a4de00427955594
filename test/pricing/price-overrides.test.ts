import { expect, test } from 'vitest';
import type { Database } from '#runfold/postgres/database.js';
import { loadOverrides, setPriceOverride } from '#runfold/pricing/price-overrides.js';
import { withTestDatabase } from '../../harness/database.js';
import { describeWithPostgres } from '../../harness/suite.js';

describeWithPostgres('your own prices', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  test('hold from their time on, for their project, and first for their provider', async () => {
    const from = '2026-02-01T00:00:00.000001Z';
    const begin = Date.UTC(2026, 1, 1) * 1_000 + 1;
    const price = { model: 'house', output: 9 };
    await setPriceOverride(database, { ...price, input: 1 });
    await setPriceOverride(database, { ...price, input: 2, from });
    await setPriceOverride(database, { ...price, input: 3, from, provider: 'home' });
    await setPriceOverride(database, { ...price, input: 4, project: 2, from });
    const find = await loadOverrides(database);
    const inputs = (project: number, provider: string) =>
      [begin - 1, begin, begin + 1].map((at) => find(project, provider, 'house', at)?.input);
    expect(inputs(1, '')).toEqual([1, 2, 2]);
    expect(inputs(1, 'home')).toEqual([1, 3, 3]);
    expect(inputs(1, 'other')).toEqual([1, 2, 2]);
    expect(inputs(2, 'home')).toEqual([undefined, 4, 4]);
    expect(inputs(3, '')).toEqual([undefined, undefined, undefined]);
    expect(find(1, '', 'House', begin)).toBeUndefined();
  });
});
