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
        d: fc.nat(100),
      })
      .map(({ input, output, a, b, c, d }) => ({
        input,
        output,
        cached: Math.floor((input * a) / 201),
        cache_write: Math.floor((input * b) / 201),
        cache_write_1h: Math.floor((Math.floor((input * b) / 201) * d) / 100),
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
            cache_write_1h_tokens: tokens.cache_write_1h,
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
    const none = { input_audio: 0, output_audio: 0, cached: 0, cache_write: 0, cache_write_1h: 0 };
    const tokens = { ...none, input: 100, output: 10, reasoning: 10 };
    expect(costOf(rates, tokens)).toBe(100 * 10_000 + 10 * 20_000);
    expect(costOf(rates, { ...tokens, cached: 60, cache_write: 40 })).toBe(
      60 * 1_000 + 40 * 12_000 + 10 * 20_000,
    );
    expect(costOf(rates, { ...tokens, cached: 101 })).toBeUndefined();
    const written = { ...tokens, cache_write: 40, cache_write_1h: 30 };
    expect(costOf(rates, written)).toBe(60 * 10_000 + 40 * 12_000 + 10 * 20_000);
    const hourly = { ...rates, cache_write_1h: 16 };
    expect(costOf(hourly, written)).toBe(60 * 10_000 + 10 * 12_000 + 30 * 16_000 + 10 * 20_000);
    expect(costOf(hourly, { ...written, cache_write: 20 })).toBeUndefined();
  });

  test.each([
    ['cached beyond input', { cached: 101 }],
    ['written beyond input', { cache_write: 101 }],
    ['cached and written beyond input', { cached: 60, cache_write: 41 }],
    ['audio beyond input', { input_audio: 101 }],
    ['audio beyond output', { output_audio: 51 }],
    ['reasoning beyond output', { reasoning: 51 }],
    ['reasoning and audio beyond output', { reasoning: 30, output_audio: 30 }],
    ['audio beyond input and output', { audio: 151 }],
    ['split audio beyond all audio', { input_audio: 20, output_audio: 20, audio: 30 }],
    ['less than nothing', { cached: -1 }],
    ['audio that may be cached', { cached: 10, input_audio: 10 }],
    ['audio that may be written to a cache', { cache_write: 10, input_audio: 10 }],
    ['audio of input or output', { audio: 10 }],
  ])('has no price for %s, whatever has a rate of its own', (_name, parts) => {
    const whole = { input: 100, output: 50, cached: 0, cache_write: 0 };
    const tokens = { ...whole, input_audio: 0, output_audio: 0, reasoning: 0, ...parts };
    const plain = { input: 1, output: 2 };
    const full = { ...plain, cached: 0.1, cache_write: 1.25, input_audio: 40, output_audio: 80 };
    expect(costOf(full, tokens)).toBeUndefined();
    const isAmbiguous = _name.startsWith('audio that') || _name === 'audio of input or output';
    // If no part has a separate rate, it does not matter which tokens they are.
    if (isAmbiguous) expect(costOf(plain, tokens)).toBe(200_000);
    else expect(costOf(plain, tokens)).toBeUndefined();
  });
});
