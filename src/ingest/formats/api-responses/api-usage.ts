import { isRawObject } from '../../../events/check/normalize-event.js';
import type { Metrics } from '../../../events/metric-fields.js';
import { claudeMetrics, readCounts } from '../claude-code/claude-usage.js';
import {
  countAt,
  InvalidRecordError,
  type JsonObject,
  objectAt,
  objectsAt,
  present,
} from '../log/log-record.js';
import { googleMetrics } from './google-usage.js';

/**
 * The tokens of a response, with the same meaning for every API; undefined if it has none.
 * @throws InvalidRecordError
 */
export function apiMetrics(body: JsonObject, path: string): Metrics | undefined {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const google = objectAt(body, 'usageMetadata', path);
  if (google !== undefined)
    return checked(
      googleMetrics(google, at('usageMetadata')),
      at('usageMetadata.promptTokenCount'),
    );
  const langchain = objectAt(body, 'usage_metadata', path);
  if (langchain !== undefined) return langchainUsage(langchain, at('usage_metadata'));
  const usage = objectAt(body, 'usage', path);
  if (usage === undefined) return undefined;
  if ('prompt_tokens' in usage) return chatCompletions(usage, at('usage'));
  if ('inputTokens' in usage) return converse(usage, at('usage'));
  const isResponse = ['response', 'realtime.response'].includes(String(body.object));
  if (isResponse || 'input_tokens_details' in usage || 'input_token_details' in usage) {
    return responses(usage, at('usage'));
  }
  if ('input_tokens' in usage) return claudeMetrics(readCounts(usage, at('usage')));
  return undefined;
}

/** In these APIs, the tokens of a cache are part of the input. @throws InvalidRecordError */
function checked(metrics: Metrics, path: string): Metrics {
  const { input_tokens = 0, cached_tokens = 0, cache_write_tokens = 0 } = present(metrics);
  if (cached_tokens + cache_write_tokens <= input_tokens) return metrics;
  const expected = 'an input that includes what was read from and written to a cache';
  throw new InvalidRecordError(path, expected, String(input_tokens));
}

/** The tokens written to a cache, as gateways to Claude and Qwen call them. */
const written = 'cache_creation_input_tokens';

function firstCount(record: JsonObject, names: readonly string[], path: string) {
  for (const name of names) {
    const count = countAt(record, name, path);
    if (count !== undefined) return count;
  }
  return undefined;
}

function chatCompletions(usage: JsonObject, path: string): Metrics {
  const prompt = objectAt(usage, 'prompt_tokens_details', path) ?? {};
  const completion = objectAt(usage, 'completion_tokens_details', path) ?? {};
  const [ofPrompt, ofCompletion] = [
    `${path}.prompt_tokens_details`,
    `${path}.completion_tokens_details`,
  ];
  const metrics = checked(
    present({
      input_tokens: countAt(usage, 'prompt_tokens', path),
      cached_tokens:
        countAt(prompt, 'cached_tokens', ofPrompt) ??
        firstCount(
          usage,
          ['prompt_cache_hit_tokens', 'cached_tokens', 'cache_read_input_tokens'],
          path,
        ),
      cache_write_tokens:
        firstCount(prompt, ['cache_write_tokens', 'cache_creation_tokens', written], ofPrompt) ??
        countAt(usage, written, path),
      output_tokens: countAt(usage, 'completion_tokens', path),
      reasoning_tokens: countAt(completion, 'reasoning_tokens', ofCompletion),
      input_audio_tokens: countAt(prompt, 'audio_tokens', ofPrompt),
      output_audio_tokens: countAt(completion, 'audio_tokens', ofCompletion),
    }),
    `${path}.prompt_tokens`,
  );
  return withReasoning(metrics, countAt(usage, 'total_tokens', path));
}

/** The Responses API, and the Realtime API, which has audio and another name for the details. */
function responses(usage: JsonObject, path: string): Metrics {
  const [ofInput, ofOutput] =
    'input_token_details' in usage
      ? ['input_token_details', 'output_token_details']
      : ['input_tokens_details', 'output_tokens_details'];
  const input = objectAt(usage, ofInput, path) ?? {};
  const output = objectAt(usage, ofOutput, path) ?? {};
  return checked(
    present({
      input_tokens: countAt(usage, 'input_tokens', path),
      cached_tokens: countAt(input, 'cached_tokens', `${path}.${ofInput}`),
      cache_write_tokens: countAt(input, 'cache_write_tokens', `${path}.${ofInput}`),
      output_tokens: countAt(usage, 'output_tokens', path),
      reasoning_tokens: countAt(output, 'reasoning_tokens', `${path}.${ofOutput}`),
      input_audio_tokens: countAt(input, 'audio_tokens', `${path}.${ofInput}`),
      output_audio_tokens: countAt(output, 'audio_tokens', `${path}.${ofOutput}`),
    }),
    `${path}.input_tokens`,
  );
}

function converse(usage: JsonObject, path: string): Metrics {
  const count = (name: string) => countAt(usage, name, path);
  const [read, write] = [count('cacheReadInputTokens'), count('cacheWriteInputTokens')];
  const details = objectsAt(usage, 'cacheDetails');
  const hour = details
    .filter(({ ttl }) => ttl === '1h')
    .reduce((total, one) => total + (countAt(one, 'inputTokens', `${path}.cacheDetails`) ?? 0), 0);
  return claudeMetrics({
    input: count('inputTokens') ?? null,
    read: read ?? null,
    written: write ?? null,
    hour: details.length === 0 ? null : hour,
    output: count('outputTokens') ?? null,
    thinking: null,
  });
}

/** LangChain's counts include the cache, but those of some integrations leave it out. */
function langchainUsage(usage: JsonObject, path: string): Metrics {
  const input = objectAt(usage, 'input_token_details', path) ?? {};
  const output = objectAt(usage, 'output_token_details', path) ?? {};
  const at = `${path}.input_token_details`;
  const metrics = present({
    input_tokens: countAt(usage, 'input_tokens', path),
    cached_tokens: countAt(input, 'cache_read', at),
    cache_write_tokens: countAt(input, 'cache_creation', at),
    output_tokens: countAt(usage, 'output_tokens', path),
    reasoning_tokens: countAt(output, 'reasoning', `${path}.output_token_details`),
    input_audio_tokens: countAt(input, 'audio', at),
    output_audio_tokens: countAt(output, 'audio', `${path}.output_token_details`),
  });
  return withCache(metrics);
}

/** Adds the cache to an input that is smaller than the cache alone, and so does not include it. */
export function withCache(metrics: Metrics): Metrics {
  const { input_tokens = 0, cached_tokens = 0, cache_write_tokens = 0 } = metrics;
  const cache = cached_tokens + cache_write_tokens;
  return cache > input_tokens ? { ...metrics, input_tokens: input_tokens + cache } : metrics;
}

/** Adds reasoning to an output that does not include it, as of xAI: the counts themselves prove it. */
export function withReasoning(metrics: Metrics, total: number | undefined): Metrics {
  const { input_tokens = 0, output_tokens = 0, reasoning_tokens = 0 } = metrics;
  const isSeparate =
    reasoning_tokens > output_tokens ||
    (reasoning_tokens > 0 && total === input_tokens + output_tokens + reasoning_tokens);
  return isSeparate ? { ...metrics, output_tokens: output_tokens + reasoning_tokens } : metrics;
}

/** Whether an object is a part of a stream without usage; the last part has the usage. */
export function isPart(body: JsonObject): boolean {
  const type = String(body.type ?? '');
  return (
    String(body.object ?? '').endsWith('.chunk') ||
    type.startsWith('response.') ||
    type.startsWith('content_block_') ||
    ['message_start', 'message_delta', 'message_stop', 'ping'].includes(type) ||
    (Array.isArray(body.candidates) && !isRawObject(body.error))
  );
}
