import { isRawObject } from '../../events/check/normalize-event.js';
import type { Metrics } from '../../events/metric-fields.js';
import { apiMetrics } from '../../ingest/formats/api-responses/api-usage.js';
import { type Given, objectIn, textIn } from './langchain-shapes.js';

/** The data of a model call at its end. */
export interface LangChainAnswer {
  readonly model: string | undefined;
  readonly metrics: Metrics;
}

/** The first answer of a result. Every answer of one call repeats the usage of the call. */
function firstAnswer(output: unknown): Given | undefined {
  const generations = isRawObject(output) ? output.generations : undefined;
  const first: unknown = Array.isArray(generations) ? generations[0] : undefined;
  return Array.isArray(first) && isRawObject(first[0]) ? first[0] : undefined;
}

/**
 * Reads the model and the tokens of a result. `outputs` are the output tokens that each chunk of a
 * stream reported.
 * @throws InvalidRecordError if the counts contradict each other
 */
export function readAnswer(output: unknown, outputs: readonly number[]): LangChainAnswer {
  const message = objectIn(firstAnswer(output), 'message');
  const details = objectIn(message, 'response_metadata');
  const usage = objectIn(message, 'usage_metadata');
  const metrics =
    usage === undefined
      ? tokenUsage(objectIn(objectIn(output, 'llmOutput'), 'tokenUsage'))
      : withoutOpening(apiMetrics({ usage_metadata: usage }, '') ?? {}, outputs, details);
  const hour = objectIn(objectIn(details, 'usage'), 'cache_creation')?.ephemeral_1h_input_tokens;
  return {
    // A stream of responses repeats `model` in each of its parts, and LangChain joins them.
    model: textIn(details, 'model_name', 'model'),
    metrics:
      typeof hour === 'number' && hour <= (metrics.cache_write_tokens ?? 0)
        ? { ...metrics, cache_write_1h_tokens: hour }
        : metrics,
  };
}

/**
 * A stream of Anthropic reports its output twice: a part at its start, and all of it at its end.
 * LangChain adds both; only the last one is correct.
 */
function withoutOpening(
  metrics: Metrics,
  outputs: readonly number[],
  details: Given | undefined,
): Metrics {
  const isSummed =
    details?.model_provider === 'anthropic' &&
    outputs.length > 1 &&
    metrics.output_tokens === outputs.reduce((sum, count) => sum + count, 0);
  return isSummed ? { ...metrics, output_tokens: Math.max(...outputs) } : metrics;
}

/** The usage of models that do not have `usage_metadata`. */
function tokenUsage(usage: Given | undefined): Metrics {
  const { promptTokens, completionTokens } = usage ?? {};
  return {
    ...(typeof promptTokens === 'number' ? { input_tokens: promptTokens } : {}),
    ...(typeof completionTokens === 'number' ? { output_tokens: completionTokens } : {}),
  };
}

/** The output tokens that a chunk reports, if it does. */
export function readOutput(fields: unknown): number | undefined {
  const message = objectIn(objectIn(fields, 'chunk'), 'message');
  const count = objectIn(message, 'usage_metadata')?.output_tokens;
  return typeof count === 'number' && count > 0 ? count : undefined;
}
