import type { MetricName } from '../events/metric-fields.js';

/** Summed figures in stored units; figures that were not reported are absent. */
export type Figures = ReadonlyMap<MetricName, number>;

type Get = (name: MetricName) => number | undefined;

/** Two names of one figure. */
const names = [
  ['input_tokens', 'prompt_tokens'],
  ['output_tokens', 'completion_tokens'],
] as const;

/**
 * The figures to set, with those that follow from them unless they are set too: the second name of a
 * figure, the total, and audio tokens of both directions. Otherwise these would contradict the new
 * figures, and the message would have no price.
 */
export function withDependents(wanted: Figures, current: Figures): Figures {
  const next = new Map(wanted);
  for (const pair of names) {
    for (const [one, other] of [pair, [pair[1], pair[0]] as const]) {
      const value = wanted.get(one);
      const beside = current.get(other);
      if (value === undefined || beside === undefined || wanted.has(other)) continue;
      // Names that differed before stay: one of them may be set to agree with the other.
      if ((current.get(one) ?? beside) === beside) next.set(other, value);
    }
  }
  const before: Get = (name) => current.get(name);
  const after: Get = (name) => next.get(name) ?? current.get(name);
  const total = wanted.has('total_tokens') ? undefined : totalOf(before, after);
  if (total !== undefined) next.set('total_tokens', total);
  const audio = before('audio_tokens');
  if (audio !== undefined && !wanted.has('audio_tokens')) {
    const [was, is] = [audioOf(before), audioOf(after)];
    next.set('audio_tokens', audio === was ? is : Math.max(audio, is));
  }
  return next;
}

/** The total changes by the same amount as its parts, so tokens that a provider counts in addition stay. */
function totalOf(before: Get, after: Get): number | undefined {
  const total = before('total_tokens');
  if (total === undefined) {
    const hasParts = after('input_tokens') !== undefined || after('output_tokens') !== undefined;
    return hasParts ? sizeOf(after) : undefined;
  }
  // Some libraries report a total of 0 beside tokens. It says nothing about them.
  if (total === 0 && sizeOf(before) > 0) return total;
  const isWithoutCache = total !== sizeOf(before) && total === sizeOf(before) - cacheOf(before);
  const cache = isWithoutCache ? cacheOf(after) - cacheOf(before) : 0;
  return Math.max(0, total + sizeOf(after) - sizeOf(before) - cache);
}

const sizeOf = (get: Get) =>
  names.reduce((sum, [name, other]) => sum + (get(name) ?? get(other) ?? 0), 0);

const cacheOf = (get: Get) =>
  (get('cached_tokens') ?? 0) + (get('cache_write_tokens') ?? get('cache_write_1h_tokens') ?? 0);

const audioOf = (get: Get) => (get('input_audio_tokens') ?? 0) + (get('output_audio_tokens') ?? 0);
