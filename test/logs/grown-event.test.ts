import { describe, expect, test } from 'vitest';
import type { CorrectedEvent } from '#runfold/corrections/corrected-event.js';
import { parseEvent } from '#runfold/events/check/parse-event.js';
import type { MetricName, Metrics } from '#runfold/events/metric-fields.js';
import { growthOf } from '#runfold/logs/grown-event.js';
import type { PriceBook } from '#runfold/pricing/price-book.js';
import { costOf } from '#runfold/pricing/token-rates.js';

const rates = { input: 10, cached: 1, output: 100 };
const book: PriceBook = {
  refresh: async () => undefined,
  price({ tokens }) {
    const cost_nanos = costOf(rates, tokens);
    if (cost_nanos === undefined) return { unpriced: 'inconsistent_tokens' };
    return { cost_nanos, source: 'override' };
  },
};

const original = {
  type: 'message',
  role: 'assistant',
  id: 'm',
  run_id: 'r',
  session_id: 's',
  model: 'house',
  occurred_at: '2026-03-01T10:00:00.000Z',
} as const;

const row = (figures: Readonly<Record<string, number>>): CorrectedEvent => ({
  original: { ...original, metrics: figures },
  corrections: 0,
  corrected: new Set(),
  current: new Map(
    Object.entries(figures).map(([name, value]) => [
      name as MetricName,
      name === 'cost' ? value * 1e9 : value,
    ]),
  ),
  is_unpriced: false,
  is_reported: false,
});

const correctionOf = (stored: CorrectedEvent, now: Metrics, isExact = false) => {
  const parsed = parseEvent(growthOf(stored, now, { book, project: 1, isExact }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.event;
};
const grow = (figures: Readonly<Record<string, number>>, now: Metrics, isExact = false) =>
  correctionOf(row(figures), now, isExact).metrics;

/** Per million tokens: input 10, cached 1, output 100. */
describe('a message of a log that has grown', () => {
  test('is priced with the total that its correction leads to', () => {
    const figures = { input_tokens: 60, output_tokens: 5, total_tokens: 65, cost: 0.0011 };
    expect(grow(figures, { input_tokens: 60, output_tokens: 25 })).toEqual({
      output_tokens: 20,
      total_tokens: 20,
      cost: 0.002,
    });
  });

  test('keeps a total that leaves the cache out', () => {
    const figures = { input_tokens: 60, output_tokens: 5, cached_tokens: 20, total_tokens: 45 };
    expect(
      grow(
        { ...figures, cost: 0.00092 },
        { input_tokens: 90, output_tokens: 5, cached_tokens: 50 },
      ),
    ).toEqual({ input_tokens: 30, cached_tokens: 30, total_tokens: 0, cost: 0.00003 });
  });

  test('takes a total that has shrunk where the log is exact', () => {
    const figures = { input_tokens: 60, output_tokens: 25, total_tokens: 85, cost: 0.0031 };
    expect(grow(figures, { input_tokens: 60, output_tokens: 5 }, true)).toEqual({
      output_tokens: -20,
      total_tokens: -20,
      cost: -0.002,
    });
  });

  test('says so if it had no price before', () => {
    const figures = { input_tokens: 60, output_tokens: 5, cached_tokens: 61, total_tokens: 65 };
    const now = { input_tokens: 80, output_tokens: 5, cached_tokens: 61 };
    const first = correctionOf({ ...row(figures), is_unpriced: true }, now);
    expect(first).toMatchObject({ pricing: 'first', metrics: { cost: 0.000751 } });
    const later = correctionOf(row({ ...figures, cached_tokens: 60, cost: 0.00056 }), now);
    expect(later).not.toHaveProperty('pricing');
  });

  test('needs no correction if it has these figures', () => {
    const figures = { input_tokens: 60, output_tokens: 5, total_tokens: 65, cost: 0.0011 };
    const options = { book, project: 1, isExact: false };
    expect(growthOf(row(figures), { input_tokens: 60, output_tokens: 4 }, options)).toBeUndefined();
  });
});
