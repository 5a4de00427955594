import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sdkMetrics } from '#runfold/hooks/ai-sdk/sdk-usage.js';
import { createTurnUsage } from '#runfold/hooks/claude-agent-sdk/turn-usage.js';
import { type ClaudeCounts, readCounts } from '#runfold/ingest/formats/claude-code/claude-usage.js';

describe('the usage of the AI SDK', () => {
  test('is as the page on usage says', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/usage-mapping.md'), 'utf8');
    const section = page.split(/^## /m).find((text) => text.startsWith('AI SDK 6')) ?? '';
    const usage = JSON.parse(/```json\n([\s\S]*?)```/.exec(section)?.[1] ?? '');
    const rows = [...section.matchAll(/^\| `(\w+)` *\| `[^`]+` *\| (\d+) *\|$/gm)].map(
      ([, field, gives]) => [String(field), Number(gives)] as const,
    );
    const { total_tokens: _sum, ...expected } = Object.fromEntries(rows);
    expect(sdkMetrics(usage)).toEqual(expected);
    const raw = { cache_creation: { ephemeral_1h_input_tokens: 100 } };
    const model = {
      inputTokens: { total: 17_312, noCache: 12, cacheRead: 17_000, cacheWrite: 300 },
      outputTokens: { total: 400, text: 100, reasoning: 300 },
      raw,
    };
    expect(sdkMetrics(model)).toMatchObject({ ...expected, cache_write_1h_tokens: 100 });
  });

  test('of version 5 counts the cache in, and reasoning, whoever counts them beside', () => {
    const inside = { inputTokens: 100, outputTokens: 20, totalTokens: 120, cachedInputTokens: 40 };
    expect(sdkMetrics({ ...inside, reasoningTokens: 5 })).toEqual({
      input_tokens: 100,
      cached_tokens: 40,
      output_tokens: 20,
      reasoning_tokens: 5,
    });
    const gemini = { inputTokens: 100, outputTokens: 20, totalTokens: 125, reasoningTokens: 5 };
    expect(sdkMetrics(gemini)).toMatchObject({ input_tokens: 100, output_tokens: 25 });
    const bedrock = { bedrock: { usage: { cacheWriteInputTokens: 10 } } };
    expect(sdkMetrics(inside, bedrock)).toMatchObject({
      input_tokens: 150,
      cached_tokens: 40,
      cache_write_tokens: 10,
    });
    expect(sdkMetrics(undefined)).toEqual({});
    expect(() => sdkMetrics({ inputTokens: { total: -1 }, outputTokens: {} })).toThrow(/-1/);
  });
});

describe('what only the result of a turn tells', () => {
  const counts = (input: number, output: number): ClaudeCounts =>
    readCounts({ input_tokens: input, output_tokens: output }, '');
  const used = (inputTokens: number, outputTokens: number) => ({ inputTokens, outputTokens });

  test('is what messages did not, by model, of this turn alone', () => {
    const usage = createTurnUsage(false);
    usage.add('claude-opus-4-6', counts(10, 1), true);
    const first = { usage: { input_tokens: 10, output_tokens: 30 } };
    expect(usage.missingOutput(first)).toMatchObject({ output: 29 });
    usage.add('claude-opus-4-6', counts(0, 29), false);
    expect(usage.rest({ modelUsage: { 'claude-opus-4-6[1m]': used(10, 30) } })).toEqual([]);
    usage.add('claude-opus-4-6', counts(5, 5), true);
    const second = { 'claude-opus-4-6[1m]': used(20, 40), 'claude-haiku-4-5': used(7, 3) };
    expect(usage.rest({ modelUsage: second })).toMatchObject([
      { model: 'claude-opus-4-6', counts: { input: 5, output: 5 } },
      { model: 'claude-haiku-4-5', counts: { input: 7, output: 3 } },
    ]);
  });

  test('is nothing where it cannot be told: a resumed session, a model under another name', () => {
    const resumed = createTurnUsage(true);
    const modelUsage = { 'claude-opus-4-6': used(500, 50) };
    expect(resumed.rest({ modelUsage })).toEqual([]);
    const next = { 'claude-opus-4-6': used(510, 55) };
    expect(resumed.rest({ modelUsage: next })).toMatchObject([
      { counts: { input: 10, output: 5 } },
    ]);
    const renamed = createTurnUsage(false);
    renamed.add('us.anthropic.claude-opus', counts(500, 50), true);
    expect(renamed.rest({ modelUsage })).toEqual([]);
    // Calls that no message reported are not the output of the last message.
    expect(
      renamed.missingOutput({ usage: { input_tokens: 900, output_tokens: 90 } }),
    ).toBeUndefined();
  });
});
