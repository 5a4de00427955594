import { maxDollars, maxErrorText, maxSeconds } from '../../events/limits.js';
import type { Metrics } from '../../events/metric-fields.js';
import { formatTimestamp } from '../../events/timestamp.js';
import type { RawSpan } from '../decode/otlp-item.js';
import { keys, nameSources } from '../tables/attribute-keys.js';
import { providerName } from '../tables/provider-names.js';
import { firstTokenOf } from './first-token.js';
import {
  cleanId,
  cleanName,
  cleanText,
  placesOf,
  readFirst,
  readId,
  readName,
} from './read-sources.js';
import { costOf } from './span-cost.js';
import type { SpanEvent } from './span-item.js';
import type { KindOfSpan } from './span-kind.js';
import { type Usage, usageOf } from './span-usage.js';

const places = {
  model: placesOf(nameSources.model),
  provider: placesOf(nameSources.provider),
  toolName: placesOf(nameSources.tool_name),
  toolCallId: placesOf(nameSources.tool_call_id),
};

/** Options for error messages. */
export interface ErrorOptions {
  /** Whether to store error messages, which may contain content. */
  readonly keepsErrorText: boolean;
}

/** The event of a span; undefined if it makes none. */
export function eventOf(
  span: RawSpan,
  kind: KindOfSpan,
  options: ErrorOptions,
): SpanEvent | undefined {
  switch (kind.kind) {
    case 'plain':
      return undefined;
    case 'model':
      return messageOf(span, kind, options);
    case 'tool':
      return toolCallOf(span, options);
    case 'run':
      return runOf(span);
  }
}

function messageOf(
  span: RawSpan,
  { isEmbedding }: KindOfSpan,
  options: ErrorOptions,
): SpanEvent | undefined {
  const { attributes } = span;
  const model = readName(attributes, places.model);
  const usage = usageOf(span, model);
  const error = errorOf(span, options);
  const isMetered = usage.input_tokens !== undefined || usage.output_tokens !== undefined;
  // AI SDK 7 wraps each embedding in a span without tokens.
  if (isEmbedding && !isMetered && error === undefined) return undefined;
  const metrics = metricsOf(span, usage);
  const provider = readFirst(attributes, places.provider, (value) => {
    const name = cleanName(value);
    return name === undefined ? undefined : providerName(name);
  });
  return {
    type: 'message',
    role: 'assistant',
    occurred_at: formatTimestamp(span.endUs),
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
    ...(metrics.cost === undefined ? {} : { cost_source: 'reported' }),
    ...(error === undefined ? {} : { error }),
    metrics,
  };
}

function toolCallOf(span: RawSpan, options: ErrorOptions): SpanEvent {
  const { attributes } = span;
  const entity =
    attributes.get(keys.traceloopKind) === 'tool' ? attributes.get(keys.traceloopName) : undefined;
  const id = readId(attributes, places.toolCallId);
  const error = errorOf(span, options);
  const time = timeOf(span);
  return {
    type: 'tool_call',
    occurred_at: formatTimestamp(span.endUs),
    tool_name:
      readName(attributes, places.toolName) ??
      cleanName(entity) ??
      cleanName(span.name.replace(/^execute_tool /, '')) ??
      'unknown',
    ...(id === undefined || id === '<not specified>' ? {} : { tool_call_id: id }),
    ...(error === undefined ? {} : { error }),
    ...(time === undefined ? {} : { metrics: { time } }),
  };
}

/** A run's usage repeats that of its calls: it goes into the event, but no total reads it. */
function runOf(span: RawSpan): SpanEvent {
  const model = readName(span.attributes, places.model);
  return {
    type: 'run',
    occurred_at: formatTimestamp(span.endUs),
    status: span.statusCode === 2 ? 'error' : 'completed',
    metrics: metricsOf(span, usageOf(span, model)),
  };
}

function metricsOf(span: RawSpan, usage: Usage): Metrics {
  const time = timeOf(span);
  const first = firstTokenOf(span);
  const cost = costOf(span);
  return {
    ...usage,
    ...(time === undefined ? {} : { time }),
    ...(first === undefined ? {} : { time_to_first_token: first }),
    ...(cost === undefined || cost > maxDollars ? {} : { cost }),
  };
}

/** Seconds from start to end; undefined if unknown. */
function timeOf({ startUs, endUs }: RawSpan): number | undefined {
  if (startUs === 0 || endUs < startUs) return undefined;
  const seconds = (endUs - startUs) / 1_000_000;
  return seconds > maxSeconds ? undefined : seconds;
}

/** How a span failed: a short text, or true; undefined if it did not fail. */
function errorOf(
  { attributes, statusCode, statusMessage, exceptionType }: RawSpan,
  { keepsErrorText }: ErrorOptions,
): boolean | string | undefined {
  const type = cleanId(attributes.get(keys.errorType));
  const hasFailed =
    statusCode === 2 ||
    type !== undefined ||
    attributes.get(keys.toolStatus) === 'error' ||
    attributes.get(keys.toolIsError) === true ||
    // Mastra's failed calls have no other sign.
    attributes.get(keys.finishReasons) === '["error"]' ||
    attributes.get(keys.langfuseLevel) === 'ERROR';
  if (!hasFailed) return undefined;
  if (keepsErrorText) {
    const text = cleanText(statusMessage)?.slice(0, maxErrorText).toWellFormed();
    if (text !== undefined) return text;
  }
  if (type !== undefined && type !== 'unknown' && type !== '_OTHER') return type;
  return cleanName(exceptionType) ?? true;
}
