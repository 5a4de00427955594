import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseEvent } from '#runfold/events/check/parse-event.js';
import { costOf } from '#runfold/pricing/token-rates.js';

/** Each section of the page: a provider, its usage object, and the table of our fields. */
const page = readFileSync(join(import.meta.dirname, '../../docs/usage-mapping.md'), 'utf8');
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((text) => {
    const rows = [...text.matchAll(/^\| `(\w+)` *\| `([^`]+)` *\| (\d+) *\|$/gm)];
    return {
      name: text.split('\n')[0] ?? '',
      usage: JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '{}'),
      rows: rows.map(([, field = '', from = '', gives]) => ({ field, from, gives: Number(gives) })),
    };
  });

/** The value of a row for a usage object: paths and sums of paths. */
function valueAt(usage: Record<string, unknown>, from: string): number {
  const values = from.split(' + ').map((path) => {
    const names = path.split('.').slice(1);
    return names.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], usage);
  });
  return values.reduce<number>((sum, value) => sum + Number(value), 0);
}

describe('the page on the usage of providers', () => {
  test('has those that people ask for', () => {
    expect(sections.map(({ name }) => name)).toEqual([
      'OpenAI, chat completions',
      'OpenAI, responses',
      'Anthropic, messages',
      'Gemini',
      'Bedrock, Converse',
      'AI SDK 6',
      'LangChain',
    ]);
  });

  test.each(sections)(
    '$name: every row gives what it says, and the parts fit',
    ({ usage, rows }) => {
      expect(rows.length).toBeGreaterThan(3);
      const metrics: Record<string, number> = {};
      for (const { field, from, gives } of rows) {
        metrics[field] = valueAt(usage, from);
        expect(metrics[field], field).toBe(gives);
      }
      const parsed = parseEvent({
        type: 'message',
        role: 'assistant',
        id: 'm',
        occurred_at: '2026-03-01T00:00:00Z',
        run_id: 'r',
        metrics,
      });
      expect(parsed.ok).toBe(true);
      const { input_tokens: input = 0, output_tokens: output = 0, total_tokens } = metrics;
      expect(total_tokens ?? input + output).toBe(input + output);
      const [cached, cache_write] = [metrics.cached_tokens ?? 0, metrics.cache_write_tokens ?? 0];
      const parts = { cached, cache_write, input_audio: 0, output_audio: 0 };
      const rates = { input: 3, output: 15, cached: 0.3, cache_write: 3.75 };
      // Computed by hand: the uncached, the cached and the written tokens at separate rates.
      const fresh = input - cached - cache_write;
      const wanted = fresh * 3 + cached * 0.3 + cache_write * 3.75 + output * 15;
      const reasoning = metrics.reasoning_tokens ?? 0;
      expect(costOf(rates, { input, output, reasoning, ...parts })).toBe(
        Math.round(wanted * 1_000),
      );
    },
  );
});
