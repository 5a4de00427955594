import { isRawObject } from '../../events/check/normalize-event.js';
import type { Metrics } from '../../events/metric-fields.js';
import { googleAudio } from '../../ingest/formats/api-responses/google-usage.js';
import { claudeMetrics, readCounts } from '../../ingest/formats/claude-code/claude-usage.js';
import {
  countAt,
  type JsonObject,
  objectAt,
  present,
} from '../../ingest/formats/log/log-record.js';

/**
 * The tokens of a call with Runfold's meaning, from the usage of a model of AI SDK 5, 6 or 7, or of
 * the SDK itself. @throws InvalidRecordError
 */
export function sdkMetrics(usage: unknown, providerMetadata?: unknown): Metrics {
  if (!isRawObject(usage)) return {};
  const metadata = isRawObject(providerMetadata) ? providerMetadata : {};
  if (isRawObject(usage.inputTokens) || isRawObject(usage.outputTokens)) return ofParts(usage);
  if (isRawObject(usage.inputTokenDetails)) return ofDetails(usage);
  return ofFive(usage, metadata);
}

/** The usage of models of AI SDK 6 and 7: totals with their parts. */
function ofParts(usage: JsonObject): Metrics {
  const input = objectAt(usage, 'inputTokens') ?? {};
  const output = objectAt(usage, 'outputTokens') ?? {};
  return present({
    input_tokens: countAt(input, 'total', 'inputTokens'),
    cached_tokens: countAt(input, 'cacheRead', 'inputTokens'),
    cache_write_tokens: countAt(input, 'cacheWrite', 'inputTokens'),
    output_tokens: countAt(output, 'total', 'outputTokens'),
    reasoning_tokens: countAt(output, 'reasoning', 'outputTokens'),
    ...beside(usage),
  });
}

/** The usage of AI SDK 6 and 7 themselves. */
function ofDetails(usage: JsonObject): Metrics {
  const input = objectAt(usage, 'inputTokenDetails') ?? {};
  const output = objectAt(usage, 'outputTokenDetails') ?? {};
  return present({
    input_tokens: countAt(usage, 'inputTokens'),
    cached_tokens: countAt(input, 'cacheReadTokens', 'inputTokenDetails'),
    cache_write_tokens: countAt(input, 'cacheWriteTokens', 'inputTokenDetails'),
    output_tokens: countAt(usage, 'outputTokens'),
    reasoning_tokens: countAt(output, 'reasoningTokens', 'outputTokenDetails'),
    ...beside(usage),
  });
}

/** Figures that are only in the provider's own usage: audio, and caches that are kept for an hour. */
function beside({ raw }: JsonObject): Metrics {
  if (!isRawObject(raw)) return {};
  const prompt = objectAt(raw, 'prompt_tokens_details') ?? {};
  const completion = objectAt(raw, 'completion_tokens_details') ?? {};
  return {
    ...googleAudio(raw, 'raw'),
    cache_write_1h_tokens: readCounts(raw, 'raw').hour ?? undefined,
    ...present({
      input_audio_tokens: countAt(prompt, 'audio_tokens', 'raw.prompt_tokens_details'),
      output_audio_tokens: countAt(completion, 'audio_tokens', 'raw.completion_tokens_details'),
    }),
  };
}

/** The usage of models of AI SDK 5: some do not include the cache in the input, or reasoning in the output. */
function ofFive(usage: JsonObject, metadata: JsonObject): Metrics {
  const anthropic = objectAt(metadata, 'anthropic');
  const claude = anthropic && objectAt(anthropic, 'usage');
  if (claude !== undefined) return claudeMetrics(readCounts(claude, 'anthropic.usage'));
  const count = (name: string) => countAt(usage, name);
  const [input, cached] = [count('inputTokens'), count('cachedInputTokens')];
  const [output, reasoning] = [count('outputTokens'), count('reasoningTokens')];
  const isBeside =
    reasoning !== undefined && count('totalTokens') === (input ?? 0) + (output ?? 0) + reasoning;
  const bedrock = objectAt(metadata, 'bedrock');
  const writes = bedrock && objectAt(bedrock, 'usage');
  const written =
    (writes && countAt(writes, 'cacheWriteInputTokens')) ??
    (anthropic && countAt(anthropic, 'cacheCreationInputTokens'));
  const google = objectAt(metadata, 'google') ?? objectAt(metadata, 'vertex') ?? {};
  const ofGoogle = objectAt(google, 'usageMetadata', 'google') ?? {};
  // Neither includes the cache in the input.
  const outside = anthropic !== undefined || bedrock !== undefined;
  return present({
    input_tokens: outside ? (input ?? 0) + (cached ?? 0) + (written ?? 0) : input,
    cached_tokens: cached,
    cache_write_tokens: written,
    output_tokens: isBeside ? (output ?? 0) + reasoning : output,
    reasoning_tokens: reasoning,
    ...googleAudio(ofGoogle, 'google.usageMetadata'),
  });
}
