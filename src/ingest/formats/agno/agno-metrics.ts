import { type MetricName, type Metrics, metricFields } from '../../../events/metric-fields.js';
import type { AgnoRecord } from './agno-record.js';

/** Names of Agno 2.x that differ from those of Agno 1.x and of Runfold. */
const laterNames: Readonly<Record<string, string>> = {
  audio_tokens: 'audio_total_tokens',
  input_audio_tokens: 'audio_input_tokens',
  output_audio_tokens: 'audio_output_tokens',
  cached_tokens: 'cache_read_tokens',
  time: 'duration',
  additional_metrics: 'provider_metrics',
};

/** Token counts that Agno does not have: they are not reported instead of 0. */
const unknownToAgno: ReadonlySet<MetricName> = new Set<MetricName>(['cache_write_1h_tokens']);

/**
 * The figures of an Agno message; undefined if it has none. Agno leaves out zeros: for a message of the
 * assistant, an absent token count is therefore 0, while an absent time, token details or
 * object of figures was not reported. Tokens that the provider counts separately from the
 * input or the output are added to it, because here they are part of it.
 */
export function agnoMetrics(
  message: AgnoRecord,
  isAssistant: boolean,
  beside: TokensBeside = nothingBeside,
  given = message.record('metrics'),
): Metrics | undefined {
  const metrics: Record<string, unknown> = {};
  for (const { name, kind } of metricFields) {
    const value =
      kind === 'token_map' || kind === 'json'
        ? (readObject(given, name) ?? readObject(given, laterNames[name] ?? name))
        : given?.number(name, laterNames[name] ?? name);
    if (value !== undefined) metrics[name] = value;
    else if (isAssistant && kind === 'tokens' && !unknownToAgno.has(name)) metrics[name] = 0;
  }
  const counts = metrics as Record<string, number | undefined>;
  if (beside.cache) addCache(counts);
  if (beside.reasoning || isReasoningInTotal(counts)) addReasoning(counts);
  return Object.keys(metrics).length === 0 ? undefined : (metrics as Metrics);
}

/** Which tokens a provider counts separately. */
export interface TokensBeside {
  /** Tokens read from and written to a cache are not part of the input. */
  readonly cache: boolean;
  /** Reasoning tokens are not part of the output. */
  readonly reasoning: boolean;
}

const nothingBeside: TokensBeside = { cache: false, reasoning: false };

/** Which tokens the provider of a model counts separately, as Agno passes them on. */
export const tokensBeside = (
  provider: string | undefined,
  model: string | undefined,
): TokensBeside => ({
  cache: isCacheBeside(provider, model),
  reasoning: isReasoningBeside(provider, model),
});

/** Google's own API counts reasoning separately. Agno before 2.4 added it, and then reports no reasoning tokens. */
function isReasoningBeside(provider: string | undefined, model = ''): boolean {
  if (!/gemini/i.test(model)) return false;
  return provider === undefined ? !model.includes('/') : /^(google|vertex|gemini)/i.test(provider);
}

/**
 * Anthropic's own API, and that of Bedrock for all models, count the cache separately. Gateways with an API like
 * OpenAI's do not, whatever model they serve.
 */
function isCacheBeside(provider: string | undefined, model: string | undefined): boolean {
  const isClaude = /claude/i.test(model ?? '');
  if (provider === undefined) return isClaude && !(model ?? '').includes('/');
  return (
    /anthropic|bedrock|^aws|^claude/i.test(provider) ||
    (isClaude && /vertex|foundry/i.test(provider))
  );
}

/** Adds the tokens read from and written to a cache to the input and to sums that include the input. */
function addCache(metrics: Record<string, number | undefined>): void {
  const { input_tokens: input, output_tokens: output = 0, total_tokens, prompt_tokens } = metrics;
  const cache = (metrics.cached_tokens ?? 0) + (metrics.cache_write_tokens ?? 0);
  if (input === undefined || cache === 0) return;
  metrics.input_tokens = input + cache;
  if (total_tokens === input + output) metrics.total_tokens = total_tokens + cache;
  if (prompt_tokens !== undefined && prompt_tokens !== 0 && prompt_tokens === input) {
    metrics.prompt_tokens = prompt_tokens + cache;
  }
}

/** Whether the total says that the output does not include the reasoning, as with xAI. */
function isReasoningInTotal(metrics: Record<string, number | undefined>): boolean {
  const { input_tokens = 0, output_tokens = 0, total_tokens, reasoning_tokens = 0 } = metrics;
  return reasoning_tokens > 0 && total_tokens === input_tokens + output_tokens + reasoning_tokens;
}

/** Adds the reasoning tokens to the output and to sums that include the output. */
function addReasoning(metrics: Record<string, number | undefined>): void {
  const { input_tokens: input = 0, output_tokens: output, total_tokens } = metrics;
  const { reasoning_tokens: reasoning = 0, completion_tokens } = metrics;
  if (output === undefined || reasoning === 0) return;
  metrics.output_tokens = output + reasoning;
  if (total_tokens === input + output) metrics.total_tokens = total_tokens + reasoning;
  if (completion_tokens !== undefined && completion_tokens !== 0 && completion_tokens === output) {
    metrics.completion_tokens = completion_tokens + reasoning;
  }
}

/** An object without its nulls, which mean the same as absence; undefined if it is empty. */
function readObject(given: AgnoRecord | undefined, name: string): object | undefined {
  const record = given?.record(name);
  if (record === undefined || record.names.length === 0) return undefined;
  const plain = record.plain();
  return Object.fromEntries(record.names.map((key) => [key, plain[key]]));
}
