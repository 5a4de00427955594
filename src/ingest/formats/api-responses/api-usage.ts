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

/**
 * The tokens of a response, with the same meaning for every API; undefined if it has none.
 * @throws InvalidRecordError
 */
export function apiMetrics(body: JsonObject, path: string): Metrics | undefined {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const google = objectAt(body, 'usageMetadata', path);
  if (google !== undefined) return generateContent(google, at('usageMetadata'));
  const langchain = objectAt(body, 'usage_metadata', path);
  if (langchain !== undefined) return langchainUsage(langchain, at('usage_metadata'));
  const usage = objectAt(body, 'usage', path);
  if (usage === undefined) return undefined;
  if ('prompt_tokens' in usage) return chatCompletions(usage, at('usage'));
  if ('inputTokens' in usage) return converse(usage, at('usage'));
  if (body.object === 'response' || 'input_tokens_details' in usage) {
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
        countAt(usage, 'prompt_cache_hit_tokens', path),
      cache_write_tokens:
        countAt(prompt, 'cache_write_tokens', ofPrompt) ??
        countAt(prompt, 'cache_creation_tokens', ofPrompt),
      output_tokens: countAt(usage, 'completion_tokens', path),
      reasoning_tokens: countAt(completion, 'reasoning_tokens', ofCompletion),
      input_audio_tokens: countAt(prompt, 'audio_tokens', ofPrompt),
      output_audio_tokens: countAt(completion, 'audio_tokens', ofCompletion),
    }),
    `${path}.prompt_tokens`,
  );
  return withReasoning(metrics, countAt(usage, 'total_tokens', path));
}

function responses(usage: JsonObject, path: string): Metrics {
  const input = objectAt(usage, 'input_tokens_details', path) ?? {};
  const output = objectAt(usage, 'output_tokens_details', path) ?? {};
  return checked(
    present({
      input_tokens: countAt(usage, 'input_tokens', path),
      cached_tokens: countAt(input, 'cached_tokens', `${path}.input_tokens_details`),
      cache_write_tokens: countAt(input, 'cache_write_tokens', `${path}.input_tokens_details`),
      output_tokens: countAt(usage, 'output_tokens', path),
      reasoning_tokens: countAt(output, 'reasoning_tokens', `${path}.output_tokens_details`),
    }),
    `${path}.input_tokens`,
  );
}

function generateContent(usage: JsonObject, path: string): Metrics {
  const count = (name: string) => countAt(usage, name, path);
  const [prompt, tools] = [count('promptTokenCount'), count('toolUsePromptTokenCount')];
  const [candidates, thoughts] = [count('candidatesTokenCount'), count('thoughtsTokenCount')];
  return checked(
    present({
      input_tokens: sum(prompt, tools),
      cached_tokens: count('cachedContentTokenCount'),
      output_tokens: sum(candidates, thoughts),
      reasoning_tokens: thoughts,
    }),
    `${path}.promptTokenCount`,
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

const sum = (a: number | undefined, b: number | undefined) =>
  a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);

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
