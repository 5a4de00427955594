import type { RawSpan } from '../decode/otlp-item.js';
import { keyNumber } from '../tables/key-numbers.js';
import { cleanTokens } from './read-sources.js';

const usageKey = keyNumber('langfuse.observation.usage_details');

/** Tokens of a call, as Langfuse counts them. */
export interface LangfuseSums {
  input: number | undefined;
  output: number | undefined;
}

/**
 * Input and output as sums of Langfuse's own counts, in which `input_…` and `output_…` are not part of `input` and
 * `output`. Undefined if the span has other names, or if its total shows that they are a part.
 */
export function langfuseSums({ attributes }: RawSpan): LangfuseSums | undefined {
  const usage = attributes.json(usageKey) ?? {};
  const input = cleanTokens(usage.input);
  const output = cleanTokens(usage.output);
  if (input === undefined && output === undefined) return undefined;
  if (cleanTokens(usage.total) === (input ?? 0) + (output ?? 0)) return undefined;
  const sums: LangfuseSums = { input, output };
  for (const [name, value] of Object.entries(usage)) {
    const of =
      name.startsWith('input_') || isCache(name)
        ? 'input'
        : name.startsWith('output_')
          ? 'output'
          : undefined;
    const tokens = of === undefined || isWhole(name) ? undefined : cleanTokens(value);
    if (of !== undefined && tokens !== undefined) sums[of] = (sums[of] ?? 0) + tokens;
  }
  return sums;
}

/** A sum under its provider's name, or the tokens of a service tier, which are not a part of their own. */
const isWhole = (name: string) =>
  name === 'input_tokens' || name === 'output_tokens' || name.includes('priority');

/** Names of Anthropic that Langfuse's SDK passes on. */
const isCache = (name: string) =>
  name === 'cache_read_input_tokens' || name === 'cache_creation_input_tokens';
