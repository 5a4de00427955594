import { expect, test } from 'vitest';
import type { Database } from '#runfold/postgres/database.js';
import { openPriceBook } from '#runfold/pricing/price-book.js';
import { listPriceOverrides, setPriceOverride } from '#runfold/pricing/price-overrides.js';
import { costOf } from '#runfold/pricing/token-rates.js';
import { withTestDatabase } from '../../harness/database.js';
import { describeWithPostgres } from '../../harness/suite.js';

const none = {
  input: 0,
  output: 0,
  cached: 0,
  cache_write: 0,
  input_audio: 0,
  output_audio: 0,
  reasoning: 0,
};

/** Dollars per million, tokens, and the resulting nano-dollars, computed by hand. */
const members: readonly (readonly [rate: number, input: number, nanos: number])[] = [
  [0.1, 1, 100],
  [0.1, 3, 300],
  [0.3, 1_000_000, 300_000_000],
  [0.07, 7, 490],
  [1.1, 11, 12_100],
  [1.25, 1, 1_250],
  [0.0005, 1, 1],
  [0.0015, 1, 2],
  [0.0005, 3, 2],
  [0.0004, 1, 0],
  [0.001005, 100, 101],
  [1.005, 1, 1_005],
  [0.035, 333_333_333, 11_666_666_655],
  [0.000000001, 500_000, 1],
  [0.000000001, 499_999, 0],
  [999_999.999999999, 1, 1_000_000_000],
  [12_345.678901234, 2_000_000_000, 24_691_357_802_468_000],
];

test.each(members)('$%s a million for %s tokens are %s nano-dollars', (rate, input, nanos) => {
  expect(costOf({ input: rate, output: 0 }, { ...none, input })).toBe(nanos);
  expect(costOf({ input: 0, output: rate }, { ...none, output: input })).toBe(nanos);
});

test('parts are added up before they are rounded', () => {
  const rates = { input: 0.0004, output: 0.0004, cached: 0.0002 };
  expect(costOf(rates, { ...none, input: 2, output: 1, cached: 1 })).toBe(1);
});

describeWithPostgres('prices of one’s own', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  test('leave a database that writes one digit of a double as they were set', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('set extra_float_digits = -15');
      const onClient: Database = {
        ...database,
        query: async (text, values = []) => (await client.query(text, [...values])).rows,
      };
      const from = '2026-01-02T03:04:05.678901Z';
      for (const [at, [rate]] of members.entries()) {
        const prices = { input: rate, output: rate, cached: rate, cache_write: rate };
        await setPriceOverride(onClient, {
          model: `m-${at}`,
          from,
          ...prices,
          cache_write_1h: rate,
        });
      }
      const listed = await listPriceOverrides(onClient);
      const book = openPriceBook(onClient);
      await book.refresh();
      for (const [at, [rate, input, nanos]] of members.entries()) {
        const model = `m-${at}`;
        const prices = { input: rate, output: rate, cached: rate, cache_write: rate };
        expect(listed).toContainEqual({ project: 1, model, from, ...prices, cache_write_1h: rate });
        if (nanos > 1e15) continue;
        const occurred_at_us = Date.parse('2026-02-01T00:00:00Z') * 1000;
        const tokens = { ...none, input };
        expect(
          book.price({ project: 1, provider: '', model, occurred_at_us, tokens }),
        ).toMatchObject({ cost_nanos: nanos });
      }
    } finally {
      client.release(true);
    }
  });
});
