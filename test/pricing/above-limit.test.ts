import { expect, test } from 'vitest';
import type { Database } from '#runfold/postgres/database.js';
import { openPriceBook } from '#runfold/pricing/price-book.js';
import { setPriceOverride } from '#runfold/pricing/price-overrides.js';
import { withTestDatabase } from '../../harness/database.js';
import { describeWithPostgres } from '../../harness/suite.js';

describeWithPostgres('a price', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  // Its export would be refused, and so would the correction that voids it.
  test('above what an event may cost is none', async () => {
    await setPriceOverride(database, { model: 'dear', input: 1, output: 600 });
    const book = openPriceBook(database);
    await book.refresh();
    const priceOf = (output: number) =>
      book.price({
        project: 1,
        provider: '',
        model: 'dear',
        occurred_at_us: 1_772_366_400_000_000,
        tokens: {
          input: 0,
          output,
          cached: 0,
          cache_write: 0,
          input_audio: 0,
          output_audio: 0,
          reasoning: 0,
        },
      });
    expect(priceOf(1_000_000_000)).toMatchObject({ cost_nanos: 600_000_000_000_000 });
    expect(priceOf(2_147_483_647)).toEqual({ unpriced: 'above_limit' });
  });
});
