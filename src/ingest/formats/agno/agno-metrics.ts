import { type MetricName, type Metrics, metricFields } from '../../../events/metric-fields.js';
import type { AgnoRecord } from './agno-record.js';

/** Names under which Agno 2.x reports what Agno 1.x, and the vocabulary, call otherwise. */
const laterNames: Readonly<Record<string, string>> = {
  audio_tokens: 'audio_total_tokens',
  input_audio_tokens: 'audio_input_tokens',
  output_audio_tokens: 'audio_output_tokens',
  cached_tokens: 'cache_read_tokens',
  time: 'duration',
  additional_metrics: 'provider_metrics',
};

/** Token counts that Agno does not have: from it they are never 0, only not reported. */
const unknownToAgno: ReadonlySet<MetricName> = new Set<MetricName>(['cache_write_1h_tokens']);

/**
 * The figures of an Agno message; undefined when it has none. Agno leaves zeros out of what it
 * writes: for a message of the assistant an absent token count is therefore 0, while an absent time,
 * split of tokens or object of figures was never reported. Where the provider counts the tokens of its
 * cache beside the input they are added to it: here they are part of the input.
 */
export function agnoMetrics(
  message: AgnoRecord,
  isAssistant: boolean,
  isCacheBeside = false,
  given = message.record('metrics'),
): Metrics | undefined {
  const metrics: Record<string, unknown> = {};
  for (const { name, kind } of metricFields) {
    const value =
      kind === 'token_map' || kind === 'json'
        ? (objectOf(given, name) ?? objectOf(given, laterNames[name] ?? name))
        : given?.number(name, laterNames[name] ?? name);
    if (value !== undefined) metrics[name] = value;
    else if (isAssistant && kind === 'tokens' && !unknownToAgno.has(name)) metrics[name] = 0;
  }
  if (isCacheBeside) addCache(metrics as Record<string, number | undefined>);
  return Object.keys(metrics).length === 0 ? undefined : (metrics as Metrics);
}

/**
 * Whether a provider counts the tokens of its cache beside the input: Anthropic's own API, and that of
 * Bedrock for all models, do. Gateways in the shape of OpenAI, whatever model they serve, do not.
 */
export function isCacheBesideInput(
  provider: string | undefined,
  model: string | undefined,
): boolean {
  const isClaude = /claude/i.test(model ?? '');
  if (provider === undefined) return isClaude && !(model ?? '').includes('/');
  return /anthropic|bedrock|^aws|^claude/i.test(provider) || (isClaude && /vertex/i.test(provider));
}

/** Adds what was read from and written to a cache to the input and to what includes the input. */
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

/** An object without its nulls, which say no more than absence does; undefined when empty. */
function objectOf(given: AgnoRecord | undefined, name: string): object | undefined {
  const record = given?.record(name);
  if (record === undefined || record.names.length === 0) return undefined;
  const plain = record.plain();
  return Object.fromEntries(record.names.map((key) => [key, plain[key]]));
}
