import { describe, expect, test } from 'vitest';
import type { Metrics } from '#runfold/events/metric-fields.js';
import { sdkMetrics } from '#runfold/hooks/ai-sdk/sdk-usage.js';
import { apiMetrics } from '#runfold/ingest/formats/api-responses/api-usage.js';
import { litellm } from '#runfold/ingest/formats/litellm/litellm.js';
import { loadGenaiRates } from '#runfold/pricing/genai-rates.js';
import { costOf } from '#runfold/pricing/token-rates.js';

const text = (tokenCount: number) => ({ modality: 'TEXT', tokenCount });
const audio = (tokenCount: number) => ({ modality: 'AUDIO', tokenCount });

/** What the tokens cost at the dated prices, in dollars; undefined without a price. */
async function priceOf(provider: string, model: string, metrics: Metrics | undefined) {
  const { find } = await loadGenaiRates();
  const rates = find(provider, model, Date.parse('2026-03-01T00:00:00Z') * 1_000);
  if (rates === undefined) throw new Error(`Expected a price of ${model}, got none.`);
  const cost = costOf(rates, {
    input: metrics?.input_tokens ?? 0,
    output: metrics?.output_tokens ?? 0,
    cached: metrics?.cached_tokens ?? 0,
    cache_write: metrics?.cache_write_tokens ?? 0,
    cache_write_1h: metrics?.cache_write_1h_tokens ?? 0,
    input_audio: metrics?.input_audio_tokens ?? 0,
    output_audio: metrics?.output_audio_tokens ?? 0,
    reasoning: metrics?.reasoning_tokens ?? 0,
  });
  return cost === undefined ? undefined : cost / 1e9;
}

/** Dollars of tokens at dollars a million. */
const dollars = (...parts: [tokens: number, rate: number][]) =>
  parts.reduce((sum, [tokens, rate]) => sum + tokens * rate, 0) / 1e6;

describe('each token of a response is paid once, at the rate of its part', () => {
  test('audio of Gemini, whose prompt is split by modality', async () => {
    const usageMetadata = {
      promptTokenCount: 6_000,
      candidatesTokenCount: 100,
      promptTokensDetails: [text(1_000), audio(5_000)],
      candidatesTokensDetails: [text(100)],
    };
    const metrics = apiMetrics({ usageMetadata }, '');
    expect(metrics).toEqual({
      input_tokens: 6_000,
      output_tokens: 100,
      input_audio_tokens: 5_000,
    });
    expect(await priceOf('google', 'gemini-2.5-flash', metrics)).toBeCloseTo(
      dollars([1_000, 0.3], [5_000, 1], [100, 2.5]),
      9,
    );
  });

  test('audio of Gemini that may be cached has no price', async () => {
    const usageMetadata = {
      promptTokenCount: 6_000,
      cachedContentTokenCount: 500,
      candidatesTokenCount: 100,
      promptTokensDetails: [text(1_000), audio(5_000)],
      cacheTokensDetails: [audio(500)],
    };
    const metrics = apiMetrics({ usageMetadata }, '');
    expect(metrics).toMatchObject({ cached_tokens: 500, input_audio_tokens: 5_000 });
    expect(await priceOf('google', 'gemini-2.5-flash', metrics)).toBeUndefined();
  });

  test("the response of Gemini's Live API", () => {
    const usageMetadata = {
      promptTokenCount: 40,
      responseTokenCount: 90,
      totalTokenCount: 130,
      promptTokensDetails: [text(10), audio(30)],
      responseTokensDetails: [audio(90)],
    };
    expect(apiMetrics({ usageMetadata }, '')).toEqual({
      input_tokens: 40,
      output_tokens: 90,
      input_audio_tokens: 30,
      output_audio_tokens: 90,
    });
  });

  test("audio of OpenAI's Realtime API", async () => {
    const usage = {
      total_tokens: 253,
      input_tokens: 132,
      output_tokens: 121,
      input_token_details: { text_tokens: 119, audio_tokens: 13, cached_tokens: 0 },
      output_token_details: { text_tokens: 30, audio_tokens: 91 },
    };
    const metrics = apiMetrics({ object: 'realtime.response', usage }, '');
    expect(metrics).toEqual({
      input_tokens: 132,
      cached_tokens: 0,
      output_tokens: 121,
      input_audio_tokens: 13,
      output_audio_tokens: 91,
    });
    expect(await priceOf('openai', 'gpt-realtime', metrics)).toBeCloseTo(
      dollars([119, 4], [13, 32], [30, 16], [91, 64]),
      9,
    );
    expect(apiMetrics({ usage }, '')).toEqual(metrics);
  });

  test.each([
    ['Moonshot', { cached_tokens: 700 }, { cached_tokens: 700 }],
    ['DeepSeek', { prompt_cache_hit_tokens: 700 }, { cached_tokens: 700 }],
    [
      'LiteLLM before Claude',
      { cache_read_input_tokens: 700, cache_creation_input_tokens: 200 },
      { cached_tokens: 700, cache_write_tokens: 200 },
    ],
    [
      'Qwen',
      { prompt_tokens_details: { cached_tokens: 0, cache_creation_input_tokens: 900 } },
      { cached_tokens: 0, cache_write_tokens: 900 },
    ],
  ])('the cache of %s, in chat completions', (_name, own, expected) => {
    const usage = { prompt_tokens: 1_000, completion_tokens: 10, total_tokens: 1_010, ...own };
    expect(apiMetrics({ usage }, '')).toEqual({
      input_tokens: 1_000,
      output_tokens: 10,
      ...expected,
    });
  });

  test('audio, and a cache of an hour, in a record of LiteLLM', () => {
    const [message] = litellm.open({ name: 'f', recall: () => undefined }).read({
      id: 'c-1',
      call_type: 'acompletion',
      model: 'gpt-audio',
      startTime: '2026-03-01T00:00:00Z',
      endTime: '2026-03-01T00:00:01Z',
      prompt_tokens: 1_000,
      completion_tokens: 300,
      total_tokens: 1_300,
      metadata: {
        usage_object: {
          cache_creation_input_tokens: 50,
          prompt_tokens_details: {
            audio_tokens: 800,
            cache_creation_token_details: { ephemeral_1h_input_tokens: 40 },
          },
          completion_tokens_details: { audio_tokens: 250 },
        },
      },
    });
    expect(message?.event).toMatchObject({
      metrics: {
        input_tokens: 1_000,
        input_audio_tokens: 800,
        output_audio_tokens: 250,
        cache_write_tokens: 50,
        cache_write_1h_tokens: 40,
      },
    });
  });

  test('a cost of 0 that LiteLLM writes beside tokens is not known', () => {
    const call = { call_type: 'completion', model: 'house', endTime: '2026-03-01T00:00:01Z' };
    const costs = [{ spend: 0 }, { response_cost: 0 }, { spend: 0.5 }].map((cost, index) => {
      const record = {
        id: `c-${index}`,
        ...call,
        prompt_tokens: 10,
        completion_tokens: 0,
        ...cost,
      };
      const [message] = litellm.open({ name: 'f', recall: () => undefined }).read(record);
      return message?.event.metrics?.cost;
    });
    expect(costs).toEqual([undefined, undefined, 0.5]);
  });

  test("audio of Gemini in the AI SDK's usage of models", () => {
    const usage = {
      inputTokens: { total: 6_000, noCache: 6_000, cacheRead: 0 },
      outputTokens: { total: 100, text: 100, reasoning: 0 },
      raw: { promptTokenCount: 6_000, promptTokensDetails: [text(1_000), audio(5_000)] },
    };
    expect(sdkMetrics(usage)).toMatchObject({ input_tokens: 6_000, input_audio_tokens: 5_000 });
    const five = { inputTokens: 6_000, outputTokens: 100, totalTokens: 6_100 };
    const google = { usageMetadata: { promptTokensDetails: [text(1_000), audio(5_000)] } };
    expect(sdkMetrics(five, { google })).toMatchObject({ input_audio_tokens: 5_000 });
  });
});
