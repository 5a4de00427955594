import {
  type MetricKind,
  type MetricName,
  type Metrics,
  metricFields,
} from '../../events/metric-fields.js';
import { agreedColumnsSql } from '../../projections/agreement.js';
import { summedFigures } from '../../projections/summed-figures.js';

/** The metrics of an Agno 1.x message, in the order in which Agno writes them. */
export const agnoMetricNames = [
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'audio_tokens',
  'input_audio_tokens',
  'output_audio_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'prompt_tokens',
  'completion_tokens',
  'prompt_tokens_details',
  'completion_tokens_details',
  'additional_metrics',
  'time',
  'time_to_first_token',
] as const satisfies readonly MetricName[];

export type AgnoMetricName = (typeof agnoMetricNames)[number];

const kinds = new Map<string, MetricKind>(metricFields.map(({ name, kind }) => [name, kind]));

/** Whether a metric is an object rather than a number. */
export function isObjectMetric(name: AgnoMetricName): boolean {
  const kind = kinds.get(name);
  return kind === 'token_map' || kind === 'json';
}

/** Whether a metric counts tokens. */
export function isTokenMetric(name: AgnoMetricName): boolean {
  return kinds.get(name) === 'tokens';
}

/**
 * Combines objects as Agno does: token details are added key by key, other objects are merged,
 * and later keys win. Null if the result is empty.
 */
export function combineObjects(
  name: AgnoMetricName,
  objects: readonly Record<string, unknown>[],
): Record<string, unknown> | null {
  // A map, not an object, so that `__proto__` and `toString` are ordinary names.
  const combined = new Map<string, unknown>();
  const adds = kinds.get(name) === 'token_map';
  for (const [key, value] of objects.flatMap((object) => Object.entries(object))) {
    combined.set(key, adds ? Number(combined.get(key) ?? 0) + Number(value) : value);
  }
  return combined.size === 0 ? null : Object.fromEntries(combined);
}

/**
 * `select` of the assistant's messages that meet a condition on the view `runfold.messages`, aliased
 * `m`: one row per message, with its corrections added to its figures and its objects as an ordered list.
 * A correction that does not agree with its message, or whose message does not meet the condition, is a separate row,
 * as in the totals. `more` has additional columns.
 */
export function correctedMessagesSql(condition: string, more: readonly string[] = []): string {
  const order = `m.corrects is not null, m.occurred_at, coalesce(m.sequence, 0), m.id collate "C"`;
  const original = 'filter (where m.corrects is null)';
  const figures = agnoMetricNames.map((name) => {
    if (isObjectMetric(name)) {
      return `json_agg(m.${name} order by ${order}) filter (where m.${name} is not null) as ${name}`;
    }
    // As in the totals, a correction changes only summed figures.
    return summedFigures.has(name)
      ? `sum(m.${name}) as ${name}`
      : `min(m.${name}) ${original} as ${name}`;
  });
  return `select m.session_id, coalesce(m.corrects, m.id) collate "C" as id,
      coalesce(min(m.occurred_at) ${original}, min(m.occurred_at)) as at,
      coalesce(min(coalesce(m.sequence, 0)) ${original}, min(coalesce(m.sequence, 0))) as sequence,
      ${[...figures, ...more].join(',\n      ')}
    from runfold.messages m where ${condition} and m.role = 'assistant'
    group by ${agreedColumnsSql('m')}, coalesce(m.corrects, m.id) collate "C"`;
}

/** The order of corrected messages, aliased `c`: that of the messages themselves. */
export const messageOrder = 'c.at, c.sequence, c.id';

/** The value of a metric as a reader gets it. */
export type AgnoValue<N extends AgnoMetricName> = NonNullable<Metrics[N]>;
