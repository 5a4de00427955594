import type { MetricName } from '../events/metric-fields.js';
import type { TokenCounts } from './token-rates.js';

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
} as const satisfies Readonly<Record<keyof TokenCounts, readonly MetricName[]>>;

/** The counts of an event for a price, given its metrics. */
export function countTokens(metric: (name: MetricName) => number | null | undefined): TokenCounts {
  const counts = tokenCountNames.map((name) => {
    const given = tokenSources[name].map(metric).find((value) => (value ?? null) !== null);
    return [name, given ?? 0];
  });
  return Object.fromEntries(counts) as unknown as TokenCounts;
}

/** The counts by their names. */
export const tokenCountNames = Object.keys(tokenSources) as readonly (keyof TokenCounts)[];
