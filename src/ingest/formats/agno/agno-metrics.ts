import { type Metrics, metricFields } from '../../../events/metric-fields.js';
import type { AgnoRecord } from './agno-record.js';

/** Names under which Agno 2.x reports what Agno 1.x, and the vocabulary, call otherwise. */
const laterNames: Readonly<Record<string, string>> = {
  audio_tokens: 'audio_total_tokens',
  input_audio_tokens: 'audio_input_tokens',
  output_audio_tokens: 'audio_output_tokens',
  cached_tokens: 'cache_read_tokens',
  time: 'duration',
};

/**
 * The figures of an Agno message; undefined when it has none. Agno leaves zeros out of what it
 * writes: for a message of the assistant an absent token count is therefore 0, while an absent time,
 * split of tokens or object of figures was never reported.
 */
export function agnoMetrics(message: AgnoRecord, isAssistant: boolean): Metrics | undefined {
  const given = message.record('metrics');
  const metrics: Record<string, unknown> = {};
  for (const { name, kind } of metricFields) {
    const value =
      kind === 'token_map' || kind === 'json'
        ? objectOf(given, name)
        : given?.number(name, laterNames[name] ?? name);
    if (value !== undefined) metrics[name] = value;
    else if (isAssistant && kind === 'tokens') metrics[name] = 0;
  }
  return Object.keys(metrics).length === 0 ? undefined : (metrics as Metrics);
}

/** An object without its nulls, which say no more than absence does; undefined when empty. */
function objectOf(given: AgnoRecord | undefined, name: string): object | undefined {
  const record = given?.record(name);
  if (record === undefined || record.names.length === 0) return undefined;
  const plain = record.plain();
  return Object.fromEntries(record.names.map((key) => [key, plain[key]]));
}
