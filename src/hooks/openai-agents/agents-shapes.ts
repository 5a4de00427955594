import { isRawObject } from '../../events/check/normalize-event.js';
import type { Metrics } from '../../events/metric-fields.js';
import { apiMetrics } from '../../ingest/formats/api-responses/api-usage.js';
import { present } from '../../ingest/formats/log/log-record.js';
import { aborted } from '../record/failure.js';

/** The fields of a trace of the Agents SDK that the hook reads. */
export interface AgentsTrace {
  readonly traceId: string;
  readonly name: string;
  readonly groupId: string | null;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** The fields of a span of the Agents SDK that the hook reads. */
export interface AgentsSpan {
  readonly spanId: string;
  readonly traceId: string;
  readonly parentId: string | null;
  readonly spanData: { readonly type: string };
  readonly error: {
    readonly message: string;
    readonly data?: Readonly<Record<string, unknown>> | undefined;
  } | null;
  readonly traceMetadata?: Readonly<Record<string, unknown>> | undefined;
}

type Data = Readonly<Record<string, unknown>>;

/** The data of a model call's span at its end. */
export interface AgentsAnswer {
  readonly model: string | undefined;
  readonly provider: string | undefined;
  /** Empty if the span does not have its usage. */
  readonly metrics: Metrics;
  /** How many function calls the model requested. */
  readonly asked: number;
}

/** OpenAI's own models, for any base URL. */
const openaiModel = /^(gpt-|o\d|chatgpt-|codex-|computer-use-|ft:gpt-)/;

/** Reads the end of a model call. @throws InvalidRecordError if its counts contradict each other */
export function readAnswer(spanData: unknown): AgentsAnswer {
  const data = isRawObject(spanData) ? spanData : {};
  const isResponse = data.type === 'response';
  const body = isResponse ? asObject(data._response) : asObject(firstOf(data.output));
  const named = asText(body?.model) ?? asText(data.model);
  // The adapter of the AI SDK names its models `provider:model`.
  const [, provider, model] = (named !== undefined && !openaiModel.test(named)
    ? /^([a-z][\w.-]*):(.+)$/.exec(named)
    : null) ?? [
    undefined,
    isResponse || openaiModel.test(named ?? '') ? 'openai' : undefined,
    named,
  ];
  return { model, provider, metrics: readUsage(data, body, isResponse), asked: askedBy(body) };
}

function readUsage(data: Data, body: Data | undefined, isResponse: boolean): Metrics {
  const own = asObject(body?.usage);
  if (own !== undefined && (isResponse || 'prompt_tokens' in own)) {
    return apiMetrics({ usage: own, ...(isResponse ? { object: 'response' } : {}) }, '') ?? {};
  }
  const usage = asObject(data.usage);
  return usage === undefined ? {} : (apiMetrics({ usage, object: 'response' }, '') ?? {});
}

function askedBy(body: Data | undefined): number {
  const items = asList(body?.output).filter((item) =>
    ['function_call', 'mcp_approval_request'].includes(String(asObject(item)?.type)),
  );
  const message = asObject(asObject(firstOf(body?.choices))?.message);
  return items.length + asList(message?.tool_calls).length;
}

/** The usage of a turn with Runfold's meaning; undefined if the span does not have it. */
export function turnUsage(spanData: unknown): Metrics | undefined {
  const usage = asObject(isRawObject(spanData) ? spanData.usage : undefined);
  if (usage === undefined) return undefined;
  return present({
    input_tokens: asCount(usage.input_tokens),
    output_tokens: asCount(usage.output_tokens),
    cached_tokens: asCount(usage.cached_input_tokens),
    cache_write_tokens: asCount(usage.cache_write_input_tokens),
  });
}

/**
 * How a span failed: the name of the error and the status, or with `withText` its message. Undefined if
 * it did not.
 */
export function describeFailure({ error }: AgentsSpan, withText = false): string | undefined {
  if (error === null) return undefined;
  const text = asText(error.data?.error) ?? error.message;
  if (isAbortText(text)) return aborted;
  if (withText) return text.slice(0, 2_000).replaceAll('\0', '').toWellFormed();
  const name = /^([A-Za-z]\w{0,80}):/.exec(text)?.[1] ?? 'Error';
  const status = /^(?:\w+: )?([45]\d\d)\b/.exec(text)?.[1];
  return status === undefined ? name : `${name} ${status}`;
}

const isAbortText = (text: string) =>
  /^(AbortError|APIUserAbortError)\b/.test(text) ||
  ['This operation was aborted', 'Request was aborted.'].includes(text);

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const firstOf = (value: unknown) => asList(value)[0];
const asObject = (value: unknown): Data | undefined => (isRawObject(value) ? value : undefined);
const asCount = (value: unknown) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

export const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
