import type { MetricName } from '../events/metric-fields.js';
import type { TokenCounts, TokenDetails } from './token-rates.js';

/** The source of each token count for a price: the first reported metric. */
export const tokenSources = {
  input: ['input_tokens', 'prompt_tokens'],
  output: ['output_tokens', 'completion_tokens'],
  cached: ['cached_tokens'],
  // If only the part that is kept for an hour is reported, at least that was written.
  cache_write: ['cache_write_tokens', 'cache_write_1h_tokens'],
  cache_write_1h: ['cache_write_1h_tokens'],
  input_audio: ['input_audio_tokens'],
  output_audio: ['output_audio_tokens'],
  reasoning: ['reasoning_tokens'],
  audio: ['audio_tokens'],
  total: ['total_tokens'],
  prompt: ['prompt_tokens'],
  completion: ['completion_tokens'],
} as const satisfies Readonly<Record<Exclude<keyof TokenCounts, 'details'>, readonly MetricName[]>>;

/**
 * The place of each count in the provider's own split, as OpenAI names them. OpenAI does not report tokens that are written to
 * a cache; OpenRouter, LiteLLM and Qwen do, each by a name of its own.
 */
export const detailSources = {
  cached: ['prompt_tokens_details', 'cached_tokens'],
  cache_write: [
    'prompt_tokens_details',
    'cache_write_tokens',
    'cache_creation_tokens',
    'cache_creation_input_tokens',
  ],
  input_audio: ['prompt_tokens_details', 'audio_tokens'],
  output_audio: ['completion_tokens_details', 'audio_tokens'],
  reasoning: ['completion_tokens_details', 'reasoning_tokens'],
} as const satisfies Readonly<Record<keyof TokenDetails, readonly [MetricName, ...string[]]>>;

type Split = Readonly<Record<string, unknown>>;

/** The counts in a provider's split of the tokens; undefined if the event has no split. */
export function readDetails(
  split: (metric: (typeof splitMetrics)[number]) => Split | null | undefined,
): TokenDetails | undefined {
  const [prompt, completion] = splitMetrics.map(split);
  if ((prompt ?? completion ?? null) === null) return undefined;
  const splits = { prompt_tokens_details: prompt, completion_tokens_details: completion };
  const counts = Object.entries(detailSources).map(([name, [metric, ...keys]]) => {
    const value = keys.map((key) => splits[metric]?.[key]).find((count) => count !== undefined);
    return [name, typeof value === 'number' ? value : 0] as const;
  });
  return Object.fromEntries(counts) as unknown as TokenDetails;
}

/** The metrics that hold a split. */
export const splitMetrics = ['prompt_tokens_details', 'completion_tokens_details'] as const;

/** The counts of an event for a price, given its metrics; without those of the provider's split. */
export function countTokens(metric: (name: MetricName) => number | null | undefined): TokenCounts {
  const counts = tokenCountNames.map((name) => {
    const given = tokenSources[name].map(metric).find((value) => (value ?? null) !== null);
    return [name, given ?? 0];
  });
  return Object.fromEntries(counts) as unknown as TokenCounts;
}

/** The counts by their names. */
export const tokenCountNames = Object.keys(tokenSources) as readonly (keyof typeof tokenSources)[];
