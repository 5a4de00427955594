import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withDependents } from '#runfold/corrections/dependent-figures.js';
import type { MetricName } from '#runfold/events/metric-fields.js';
import { costOf } from '#runfold/pricing/token-rates.js';
import { countTokens } from '#runfold/pricing/token-sources.js';

type Counts = Readonly<Record<string, number>>;
const figuresOf = (counts: Counts) =>
  new Map(Object.entries(counts).map(([name, value]) => [`${name}_tokens` as MetricName, value]));
const countsOf = (figures: ReadonlyMap<MetricName, number>) =>
  Object.fromEntries([...figures].map(([name, value]) => [name.replace(/_tokens$/, ''), value]));

/** What an event has, what is set, and everything that is set by it. */
const cases: readonly [string, Counts, Counts, Counts][] = [
  [
    'the total follows its parts',
    { input: 60, output: 5, total: 65 },
    { input: 70 },
    { input: 70, total: 75 },
  ],
  [
    'what a provider counts in addition stays',
    { input: 60, output: 5, total: 95 },
    { output: 7 },
    { output: 7, total: 97 },
  ],
  [
    'a total without the cache follows it',
    { input: 60, output: 5, cached: 20, total: 45 },
    { cached: 30 },
    { cached: 30, total: 35 },
  ],
  [
    'a total without the cache follows what is written to it',
    { input: 60, output: 5, cache_write_1h: 20, total: 45 },
    { input: 70, cache_write_1h: 25 },
    { input: 70, cache_write_1h: 25, total: 50 },
  ],
  [
    'a total with the cache does not',
    { input: 60, output: 5, cached: 20, total: 65 },
    { cached: 30 },
    { cached: 30, total: 65 },
  ],
  [
    'the second name follows the first',
    { input: 60, prompt: 60, output: 5, total: 65 },
    { input: 70 },
    { input: 70, prompt: 70, total: 75 },
  ],
  [
    'the first name follows the second',
    { input: 60, prompt: 60, output: 5, completion: 5, total: 65 },
    { prompt: 70, completion: 0 },
    { prompt: 70, completion: 0, input: 70, output: 0, total: 70 },
  ],
  [
    'a figure that has its second name only',
    { prompt: 60, completion: 5, total: 65 },
    { input: 70 },
    { input: 70, prompt: 70, total: 75 },
  ],
  [
    'names that differ may be set to agree',
    { input: 60, prompt: 50, output: 5, total: 55 },
    { input: 50 },
    { input: 50, total: 45 },
  ],
  [
    'no total is made of second names',
    { prompt: 60, completion: 5 },
    { prompt: 70 },
    { prompt: 70 },
  ],
  [
    'a first total',
    { prompt: 60, completion: 5 },
    { input: 60 },
    { input: 60, total: 65, prompt: 60 },
  ],
  [
    'a total of 0 stays',
    { input: 60, output: 5, total: 0 },
    { input: 70 },
    { input: 70, total: 0 },
  ],
  [
    'audio follows its directions',
    { audio: 9, input_audio: 6, output_audio: 3 },
    { input_audio: 4 },
    { input_audio: 4, audio: 7 },
  ],
  [
    'audio that was not divided stays',
    { audio: 9 },
    { input_audio: 9, output_audio: 0 },
    { input_audio: 9, output_audio: 0, audio: 9 },
  ],
  [
    'what is set stays as it is set',
    { input: 60, prompt: 60, output: 5, total: 65 },
    { input: 70, prompt: 60, total: 1 },
    { input: 70, prompt: 60, total: 1 },
  ],
];

describe('figures that follow from a correction', () => {
  test.each(cases)('%s', (_name, current, set, all) => {
    const found = withDependents(figuresOf(set), figuresOf(current));
    expect(countsOf(found)).toEqual(all);
  });

  test('never contradict the figures that were set, if the event had a price before', () => {
    const sizes = fc.record({
      fresh: fc.nat(50),
      cached: fc.nat(50),
      cache_write: fc.nat(50),
      output: fc.nat(50),
    });
    type Sizes = Readonly<Record<'fresh' | 'cached' | 'cache_write' | 'output', number>>;
    const inputOf = ({ fresh, cached, cache_write }: Sizes) => fresh + cached + cache_write;
    const namings = fc.constantFrom(['input'], ['prompt'], ['input', 'prompt']);
    const outputs = fc.constantFrom(['output'], ['completion'], ['output', 'completion']);
    const totals = fc.constantFrom('none', 'zero', 'all', 'without the cache');
    const rates = { input: 10, cached: 1, cache_write: 12, output: 100 };
    const named = (names: readonly string[], value: number) => names.map((name) => [name, value]);
    const report = (size: Sizes, input: readonly string[], output: readonly string[]): Counts =>
      Object.fromEntries([
        ...named(input, inputOf(size)),
        ...named(output, size.output),
        ...named(['cached'], size.cached),
        ...named(['cache_write'], size.cache_write),
      ]);
    const totalOf = (size: Sizes, kind: string): Counts => {
      const cache = size.cached + size.cache_write;
      if (kind === 'none') return {};
      if (kind === 'zero') return { total: 0 };
      return { total: inputOf(size) + size.output - (kind === 'all' ? 0 : cache) };
    };
    fc.assert(
      fc.property(
        sizes,
        fc.array(fc.tuple(sizes, namings, outputs), { minLength: 1, maxLength: 3 }),
        namings,
        outputs,
        totals,
        (first, steps, input, output, total) => {
          let current = figuresOf({ ...report(first, input, output), ...totalOf(first, total) });
          for (const [size, inputs, completions] of steps) {
            const wanted = figuresOf(report(size, inputs, completions));
            current = new Map([...current, ...withDependents(wanted, current)]);
            const { cached, cache_write } = size;
            const right = { input: inputOf(size), output: size.output, cached, cache_write };
            const tokens = { ...right, input_audio: 0, output_audio: 0, reasoning: 0 };
            const counts = countTokens((name) => current.get(name));
            expect(costOf(rates, counts)).toBe(costOf(rates, tokens));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
