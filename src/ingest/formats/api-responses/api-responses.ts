import { isRawObject } from '../../../events/check/normalize-event.js';
import { nameBasedUuid } from '../../../events/event-id.js';
import { maxText } from '../../../events/limits.js';
import type { Draft, LogFormat } from '../log/log-format.js';
import {
  amountAt,
  InvalidRecordError,
  type JsonObject,
  kindOf,
  microsAt,
  objectAt,
  present,
  textAt,
  timeText,
} from '../log/log-record.js';
import { anthropicProvider, modelName } from '../log/model-name.js';
import { apiMetrics, isPart } from './api-usage.js';

/** A response, and the data around it. */
interface Wrapped {
  readonly wrapper: JsonObject;
  readonly body: JsonObject;
  /** The path of the body, for faults. */
  readonly path: string;
  readonly isBatch: boolean;
}

function unwrap(record: JsonObject): Wrapped {
  const { response, result } = record;
  if (isRawObject(result) && isRawObject(result.message)) {
    return { wrapper: {}, body: result.message, path: 'result.message', isBatch: true };
  }
  if (!isRawObject(response)) return { wrapper: {}, body: record, path: '', isBatch: false };
  if (isRawObject(response.body)) {
    const { request_id } = response;
    return { wrapper: { request_id }, body: response.body, path: 'response.body', isBatch: true };
  }
  // A line of a Gemini batch names its request by a key.
  const isBatch = typeof record.key === 'string';
  return { wrapper: record, body: response, path: 'response', isBatch };
}

function read(record: JsonObject): readonly Draft[] {
  const { wrapper, body, path, isBatch } = unwrap(record);
  const metrics = apiMetrics(body, path);
  if (metrics === undefined || Object.keys(metrics).length === 0) {
    if (isPart(body) || isPart(record)) return [];
    const got = isRawObject(body.error) ? 'an error body' : kindOf(body);
    throw new InvalidRecordError(path, 'a response with usage', got);
  }
  const id =
    textAt(body, 'id', path) ??
    textAt(body, 'responseId', path) ??
    textAt(wrapper, 'request_id') ??
    nameBasedUuid(JSON.stringify(record));
  const details = isRawObject(body.response_metadata) ? body.response_metadata : {};
  const named =
    textAt(wrapper, 'model') ??
    textAt(body, 'model', path) ??
    textAt(body, 'modelVersion', path) ??
    textAt(details, 'model_name');
  const usage = isRawObject(body.usage) ? body.usage : {};
  const model = modelName(
    named,
    isBatch ? 'batch' : undefined,
    body.service_tier,
    usage.service_tier,
    usage.speed,
  );
  const [completed, created] = [
    amountAt(body, 'completed_at', path),
    amountAt(body, 'created_at', path) ?? amountAt(body, 'created', path),
  ];
  const seconds = completed ?? created;
  const at =
    microsAt(wrapper, 'timestamp') ??
    (seconds === undefined ? microsAt(body, 'createTime', path) : seconds * 1_000_000);
  if (at === undefined) throw new InvalidRecordError('timestamp', 'a time (RFC 3339)', 'nothing');
  const latency = objectAt(body, 'metrics', path);
  const milliseconds = latency && amountAt(latency, 'latencyMs', `${path}.metrics`);
  const time =
    milliseconds !== undefined
      ? milliseconds / 1000
      : completed !== undefined && created !== undefined && completed >= created
        ? completed - created
        : undefined;
  const session = textAt(wrapper, 'session_id');
  return [
    {
      key: id,
      event: present({
        type: 'message' as const,
        role: 'assistant' as const,
        id: id.length > maxText ? nameBasedUuid(id) : id,
        session_id: session ?? id,
        run_id: textAt(wrapper, 'run_id') ?? id,
        user_id: textAt(wrapper, 'user_id'),
        occurred_at: timeText(at),
        model,
        provider: anthropicProvider(id, named),
        metrics: present({ ...metrics, time }),
      }),
    },
  ];
}

/** Responses of model APIs, one per line, unchanged or with some data around them. */
export const apiResponses: LogFormat = {
  name: 'api-responses',
  doc: 'Responses of model APIs: Chat Completions, Responses, Messages, generateContent, Converse, LangChain',
  isAgent: false,
  roots: () => [],
  isLog: (path) => (/\.(jsonl|ndjson)$/.test(path) ? { order: 0 } : false),
  sortBy: 'name',
  recognizes: (head) =>
    head.some((record) => {
      const { body } = unwrap(record);
      return (
        isRawObject(body.usageMetadata) ||
        isRawObject(body.usage_metadata) ||
        (isRawObject(body.usage) &&
          ['choices', 'output', 'content', 'stopReason'].some((name) => name in body))
      );
    }),
  unit: () => 'lines',
  open: () => ({ read, settle: () => [], isOpen: () => false, save: () => ({}) }),
};
