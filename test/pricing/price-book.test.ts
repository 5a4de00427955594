import { calcPrice } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadGenaiRates } from '#runfold/pricing/genai-rates.js';
import { costOf } from '#runfold/pricing/token-rates.js';

const models = [
  ['openai', 'gpt-5'],
  ['openai', 'gpt-4o-audio-preview'],
  ['anthropic', 'claude-opus-4-5'],
  ['anthropic', 'claude-sonnet-4-5'],
  ['google', 'gemini-2.5-pro'],
  ['google', 'gemini-2.5-flash'],
  ['deepseek', 'deepseek-chat'],
  ['groq', 'llama-3.3-70b-versatile'],
  ['', 'gpt-5-mini'],
] as const;

describe('the price book', () => {
  test('prices as the library does, to the nano-dollar', async () => {
    const { find } = await loadGenaiRates();
    const usage = fc
      .record({
        input: fc.nat(600_000),
        output: fc.nat(60_000),
        a: fc.nat(100),
        b: fc.nat(100),
        c: fc.nat(100),
      })
      .map(({ input, output, a, b, c }) => ({
        input,
        output,
        cached: Math.floor((input * a) / 201),
        cache_write: Math.floor((input * b) / 201),
        reasoning: Math.floor((output * c) / 100),
      }));
    const time = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2026, 5, 1) });
    fc.assert(
      fc.property(fc.constantFrom(...models), usage, time, ([provider, model], tokens, at) => {
        const rates = find(provider, model, at * 1_000);
        const price = calcPrice(
          {
            input_tokens: tokens.input,
            output_tokens: tokens.output,
            cache_read_tokens: tokens.cached,
            cache_write_tokens: tokens.cache_write,
            output_reasoning_tokens: tokens.reasoning,
          },
          model,
          { timestamp: new Date(at), ...(provider === '' ? {} : { providerId: provider }) },
        );
        expect(rates).toBeDefined();
        if (rates === undefined || price === null) return;
        const cost = costOf(rates, { ...tokens, input_audio: 0, output_audio: 0 }) ?? Number.NaN;
        expect(Math.abs(cost - price.total_price * 1e9)).toBeLessThanOrEqual(0.51);
      }),
      { numRuns: 600 },
    );
  });

  test('knows no price for a model nobody has', async () => {
    const { find, source } = await loadGenaiRates();
    expect(find('acme', 'acme-1', 1_770_000_000_000_000)).toBeUndefined();
    expect(source).toMatch(/^genai-prices@\d+\.\d+\.\d+$/);
  });

  test('pays no token twice, and prices none where the parts exceed the whole', () => {
    const rates = { input: 10, output: 20, cached: 1, cache_write: 12 };
    const none = { input_audio: 0, output_audio: 0, cached: 0, cache_write: 0 };
    const tokens = { ...none, input: 100, output: 10, reasoning: 10 };
    expect(costOf(rates, tokens)).toBe(100 * 10_000 + 10 * 20_000);
    expect(costOf(rates, { ...tokens, cached: 60, cache_write: 40 })).toBe(
      60 * 1_000 + 40 * 12_000 + 10 * 20_000,
    );
    expect(costOf(rates, { ...tokens, cached: 101 })).toBeUndefined();
  });
});
