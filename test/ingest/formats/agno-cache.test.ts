import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromAgnoRun } from '#runfold/ingest/formats/agno/from-agno-run.js';
import { loadGenaiRates } from '#runfold/pricing/genai-rates.js';
import { costOf } from '#runfold/pricing/token-rates.js';

const path = join(import.meta.dirname, '../../golden/cache-beside-input.agno.ndjson');
const runs = readFileSync(path, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** The usage of the assistant's message in a run. */
function metricsOf(run: unknown) {
  const [message] = fromAgnoRun(run).filter(
    (event) => event.type === 'message' && event.role === 'assistant',
  );
  return message?.metrics ?? {};
}

describe('the cache of an Agno run', () => {
  test.each([
    ['run-fresh', 8_000, 0.021825],
    ['run-cached', 17_312, 0.007761],
    ['run-openai', 6_000, 0.014125],
  ])('of %s is part of the input, and each token is paid once', async (run_id, input, cost) => {
    const run = runs.find((one) => one.run_id === run_id);
    const metrics = metricsOf(run);
    expect(metrics).toMatchObject({ input_tokens: input, total_tokens: input + 100 });
    const { find } = await loadGenaiRates();
    const rates = find(run.model_provider, run.model, run.created_at * 1e6);
    const nanos =
      rates &&
      costOf(rates, {
        input: metrics.input_tokens ?? 0,
        output: metrics.output_tokens ?? 0,
        cached: metrics.cached_tokens ?? 0,
        cache_write: metrics.cache_write_tokens ?? 0,
        input_audio: 0,
        output_audio: 0,
        reasoning: 0,
      });
    expect((nanos ?? Number.NaN) / 1e9).toBe(cost);
  });

  test.each([
    ['Anthropic', 'claude-sonnet-4-5', true],
    ['AwsBedrock', 'us.amazon.nova-pro-v1:0', true],
    ['VertexAI', 'claude-sonnet-4-5@20250929', true],
    ['AzureFoundry', 'claude-sonnet-4-5', true],
    ['AzureAIFoundry', 'Phi-4', false],
    [undefined, 'claude-sonnet-4-5', true],
    ['OpenAI', 'gpt-4o', false],
    ['OpenRouter', 'anthropic/claude-sonnet-4.5', false],
    ['LiteLLM', 'claude-sonnet-4-5', false],
    ['Google', 'gemini-2.5-pro', false],
  ])('of %s, model %s, is beside the input: %s', (model_provider, model, isBeside) => {
    const metrics = metricsOf({ ...runs[0], model_provider, model });
    expect(metrics.input_tokens).toBe(isBeside ? 8_000 : 6_000);
  });

  test.each([
    ['Google', 'gemini-3-pro', 150],
    ['VertexAI', 'gemini-3-pro', 150],
    [undefined, 'gemini-3-pro', 150],
    ['OpenRouter', 'google/gemini-3-pro', 100],
    ['OpenAI', 'gpt-5', 100],
  ])(
    'and the reasoning of %s, model %s, are in an output of %s',
    (model_provider, model, output) => {
      const message = {
        role: 'assistant',
        metrics: { input_tokens: 10, output_tokens: 100, total_tokens: 110, reasoning_tokens: 50 },
      };
      const run = { run_id: 'r', created_at: 1_750_000_000, model_provider, model };
      expect(metricsOf({ ...run, messages: [message] })).toMatchObject({
        output_tokens: output,
        total_tokens: output + 10,
        reasoning_tokens: 50,
      });
    },
  );

  test('and reasoning that only the total includes, as with xAI, is part of the output', () => {
    const metrics = { input_tokens: 10, output_tokens: 100, reasoning_tokens: 50 };
    const message = { role: 'assistant', metrics: { ...metrics, total_tokens: 160 } };
    const run = { run_id: 'r', created_at: 1_750_000_000, messages: [message] };
    const grok = metricsOf({ ...run, model_provider: 'xAI', model: 'grok-3-mini' });
    expect(grok).toMatchObject({ output_tokens: 150, total_tokens: 160, reasoning_tokens: 50 });
  });
});
