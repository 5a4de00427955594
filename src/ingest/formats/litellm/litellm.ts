import { isRawObject } from '../../../events/check/normalize-event.js';
import type { Metrics } from '../../../events/metric-fields.js';
import { parseTimestamp } from '../../../events/timestamp.js';
import { withCache, withReasoning } from '../api-responses/api-usage.js';
import type { Draft, LogFormat } from '../log/log-format.js';
import {
  amountAt,
  countAt,
  InvalidRecordError,
  type JsonObject,
  kindOf,
  objectAt,
  present,
  requiredText,
  textAt,
  timeText,
} from '../log/log-record.js';

function read(record: JsonObject): readonly Draft[] {
  const id = textAt(record, 'request_id') ?? requiredText(record, 'id');
  const metadata = metadataOf(record);
  // Older versions have it in the metadata.
  const isFailure = (record.status ?? metadata.status) === 'failure';
  const isCached = record.cache_hit === true || /^true$/i.test(String(record.cache_hit));
  const [start, end] = [timeAt(record, 'startTime'), timeAt(record, 'endTime')];
  if (end === undefined) throw new InvalidRecordError('endTime', 'a time', 'nothing');
  const first = timeAt(record, 'completionStartTime');
  const cost = amountAt(record, 'spend') ?? amountAt(record, 'response_cost');
  const tokens = isFailure || isCached ? {} : tokensOf(record, metadata);
  // LiteLLM writes 0 if it does not know the price.
  const isUnknown = cost === 0 && (tokens.input_tokens ?? 0) + (tokens.output_tokens ?? 0) > 0;
  const metrics = present({
    ...tokens,
    time: start === undefined || end < start ? undefined : (end - start) / 1_000_000,
    // Without a stream, the first token arrives with the last.
    time_to_first_token:
      start === undefined || first === undefined || first === end || first < start
        ? undefined
        : (first - start) / 1_000_000,
    cost: isCached ? 0 : isFailure || isUnknown ? undefined : cost,
  });
  const common = present({
    session_id: textAt(record, 'session_id') ?? textAt(record, 'trace_id') ?? id,
    run_id: id,
    user_id: textAt(record, 'user') ?? textAt(metadata, 'user_api_key_user_id', 'metadata'),
    team_id: textAt(record, 'team_id') ?? textAt(metadata, 'user_api_key_team_id', 'metadata'),
    agent_id: textAt(record, 'agent_id'),
    occurred_at: timeText(end),
  });
  const message: Draft = {
    event: present({
      type: 'message' as const,
      role: 'assistant' as const,
      id,
      ...common,
      model: textAt(record, 'model'),
      provider: textAt(record, 'custom_llm_provider'),
      error: isFailure ? failureOf(record, metadata) : undefined,
      metrics,
    }),
  };
  if (!isFailure) return [message];
  return [message, { event: { type: 'run', id: `${id}/end`, ...common, status: 'error' } }];
}

/** The class of an error, such as `RateLimitError`; its message may contain content. */
function failureOf(record: JsonObject, metadata: JsonObject): string | true {
  const error =
    objectAt(record, 'error_information') ?? objectAt(metadata, 'error_information', 'metadata');
  const name = error && textAt(error, 'error_class', 'error_information');
  return name !== undefined && /^[\w.]{1,200}$/.test(name) ? name : true;
}

/** `metadata` as an object, or as its JSON. */
function metadataOf(record: JsonObject): JsonObject {
  if (typeof record.metadata !== 'string') return objectAt(record, 'metadata') ?? {};
  try {
    const value: unknown = JSON.parse(record.metadata);
    if (isRawObject(value)) return value;
  } catch {
    throw new InvalidRecordError('metadata', 'an object, or the JSON of one', 'other text');
  }
  return {};
}

function tokensOf(record: JsonObject, metadata: JsonObject): Metrics {
  const usage = objectAt(metadata, 'usage_object', 'metadata') ?? {};
  const at = 'metadata.usage_object';
  const prompt = objectAt(usage, 'prompt_tokens_details', at) ?? {};
  const completion = objectAt(usage, 'completion_tokens_details', at) ?? {};
  const metrics = withCache(
    present({
      input_tokens: countAt(record, 'prompt_tokens'),
      cached_tokens:
        countAt(prompt, 'cached_tokens', `${at}.prompt_tokens_details`) ??
        countAt(usage, 'cache_read_input_tokens', at),
      cache_write_tokens:
        countAt(usage, 'cache_creation_input_tokens', at) ??
        countAt(prompt, 'cache_creation_tokens', `${at}.prompt_tokens_details`),
      output_tokens: countAt(record, 'completion_tokens'),
      reasoning_tokens: countAt(completion, 'reasoning_tokens', `${at}.completion_tokens_details`),
      cache_write_1h_tokens: countAt(
        objectAt(prompt, 'cache_creation_token_details', `${at}.prompt_tokens_details`) ?? {},
        'ephemeral_1h_input_tokens',
        `${at}.prompt_tokens_details.cache_creation_token_details`,
      ),
      input_audio_tokens: countAt(prompt, 'audio_tokens', `${at}.prompt_tokens_details`),
      output_audio_tokens: countAt(completion, 'audio_tokens', `${at}.completion_tokens_details`),
    }),
  );
  return withReasoning(metrics, countAt(record, 'total_tokens'));
}

/** A time in seconds since 1970, or as a string; without a zone it is UTC, as in LiteLLM's database. */
function timeAt(record: JsonObject, name: string): number | undefined {
  const value = record[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number' && value >= 0) return Math.round(value * 1_000_000);
  if (typeof value === 'string') {
    const micros = parseTimestamp(/([Zz]|[+-]\d\d:\d\d)$/.test(value) ? value : `${value}Z`);
    if (micros !== undefined) return micros;
  }
  throw new InvalidRecordError(name, 'a time (RFC 3339), or seconds since 1970', kindOf(value));
}

/** What LiteLLM logs of each call: standard logging payloads, or rows of its spend table. */
export const litellm: LogFormat = {
  name: 'litellm',
  doc: 'Calls through LiteLLM: standard logging payloads, or rows of its spend table',
  isAgent: false,
  roots: () => [],
  isLog: (path) => (/\.(jsonl|ndjson)$/.test(path) ? { order: 0 } : false),
  sortBy: 'name',
  recognizes: (head) =>
    head.some(
      ({ call_type, startTime, spend, response_cost }) =>
        typeof call_type === 'string' &&
        startTime !== undefined &&
        (spend !== undefined || response_cost !== undefined),
    ),
  unit: () => 'lines',
  open: () => ({ read, settle: () => [], isOpen: () => false, save: () => ({}) }),
};
