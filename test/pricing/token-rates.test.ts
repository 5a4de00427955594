import { expect, test } from 'vitest';
import { costOf, type TokenCounts, type TokenRates } from '#runfold/pricing/token-rates.js';

const none: TokenCounts = {
  input: 0,
  output: 0,
  cached: 0,
  cache_write: 0,
  input_audio: 0,
  output_audio: 0,
  reasoning: 0,
};
const base: TokenRates = { input: 1, output: 10 };

test.each<[string, TokenRates, Partial<TokenCounts>, number | undefined]>([
  ['audio of the input', { ...base, input_audio: 5 }, { input: 100, input_audio: 40 }, 60 + 200],
  ['audio of the output', { ...base, output_audio: 50 }, { output: 10, output_audio: 4 }, 60 + 200],
  ['reasoning', { ...base, reasoning: 3 }, { output: 10, reasoning: 4 }, 60 + 12],
  ['reasoning without a rate of its own', base, { output: 10, reasoning: 4 }, 100],
  ['cached tokens', { ...base, cached: 0.5 }, { input: 100, cached: 40 }, 60 + 20],
  [
    'tokens written to a cache',
    { ...base, cache_write: 2 },
    { input: 100, cache_write: 40 },
    60 + 80,
  ],
  [
    'tokens kept for an hour',
    { ...base, cache_write: 2, cache_write_1h: 4 },
    { input: 100, cache_write: 40, cache_write_1h: 10 },
    60 + 60 + 40,
  ],
  [
    'audio that may be cached',
    { ...base, input_audio: 5, cached: 0.5 },
    { input: 100, input_audio: 40, cached: 10 },
    undefined,
  ],
  ['audio that is not split', { ...base, input_audio: 5 }, { input: 100, audio: 40 }, undefined],
])('each token is paid once, at the rate of its part: %s', (_, rates, tokens, dollars) => {
  const cost = dollars === undefined ? undefined : dollars * 1_000;
  expect(costOf(rates, { ...none, ...tokens })).toBe(cost);
});

test('a step of a price holds above its border, and for the whole prompt', () => {
  const rates = { ...base, input: { base: 1, steps: [{ over: 200, rate: 2 }] } };
  expect(costOf(rates, { ...none, input: 200 })).toBe(200_000);
  expect(costOf(rates, { ...none, input: 201 })).toBe(402_000);
});
