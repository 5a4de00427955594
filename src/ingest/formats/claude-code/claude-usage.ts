import type { Metrics } from '../../../events/metric-fields.js';
import {
  countAt,
  type JsonObject,
  objectAt,
  objectsAt,
  present,
  textAt,
} from '../log/log-record.js';

/** Counts as Anthropic reports them, with the cache separate from the input; null if not reported. */
export interface ClaudeCounts {
  readonly input: number | null;
  readonly read: number | null;
  readonly written: number | null;
  readonly hour: number | null;
  readonly output: number | null;
  readonly thinking: number | null;
}

/** A call within another call, such as that of an advisor. */
export interface InnerCall {
  /** The suffix of the message's id: `advisor/0`. */
  readonly name: string;
  readonly model: string | undefined;
  readonly counts: ClaudeCounts;
}

const kinds = ['input', 'read', 'written', 'hour', 'output', 'thinking'] as const;

/** The counts of a `usage` object: per kind the greater of the top level and the sum of its iterations. */
export function readCounts(usage: JsonObject, path: string): ClaudeCounts {
  const own = countsOf(usage, path);
  const iterations = objectsAt(usage, 'iterations')
    .map((iteration, index) => ({ iteration, at: `${path}.iterations[${index}]` }))
    .filter(({ iteration }) => iteration.type === 'message')
    .map(({ iteration, at }) => countsOf(iteration, at));
  const sum = iterations.reduce<ClaudeCounts | undefined>(
    (sum, one) => (sum === undefined ? one : combine(sum, one, (a, b) => a + b)),
    undefined,
  );
  return sum === undefined ? own : greater(own, sum);
}

/** Calls of other models, and calls that compacted the history; the top level does not include them. */
export function readInnerCalls(usage: JsonObject, path: string, model: string | undefined) {
  const seen = { advisor: 0, compaction: 0 };
  return objectsAt(usage, 'iterations').flatMap((iteration, index): InnerCall[] => {
    const kind =
      iteration.type === 'advisor_message'
        ? 'advisor'
        : iteration.type === 'compaction'
          ? 'compaction'
          : undefined;
    if (kind === undefined) return [];
    const at = `${path}.iterations[${index}]`;
    const counts = countsOf(iteration, at);
    const name = `${kind}/${seen[kind]++}`;
    return isNothing(counts)
      ? []
      : [{ name, model: textAt(iteration, 'model', at) ?? model, counts }];
  });
}

function countsOf(usage: JsonObject, path: string): ClaudeCounts {
  const split = objectAt(usage, 'cache_creation', path);
  const at = `${path}.cache_creation`;
  const hour = split && countAt(split, 'ephemeral_1h_input_tokens', at);
  const minutes = split && countAt(split, 'ephemeral_5m_input_tokens', at);
  const written = countAt(usage, 'cache_creation_input_tokens', path);
  const details = objectAt(usage, 'output_tokens_details', path);
  return {
    input: countAt(usage, 'input_tokens', path) ?? null,
    read: countAt(usage, 'cache_read_input_tokens', path) ?? null,
    written:
      split === undefined
        ? (written ?? null)
        : Math.max(written ?? 0, (hour ?? 0) + (minutes ?? 0)),
    hour: hour ?? null,
    output: countAt(usage, 'output_tokens', path) ?? null,
    thinking:
      (details && countAt(details, 'thinking_tokens', `${path}.output_tokens_details`)) ?? null,
  };
}

function combine(a: ClaudeCounts, b: ClaudeCounts, how: (a: number, b: number) => number) {
  return Object.fromEntries(
    kinds.map((kind) => {
      const [one, other] = [a[kind], b[kind]];
      return [kind, one === null ? other : other === null ? one : how(one, other)];
    }),
  ) as unknown as ClaudeCounts;
}

/** The greater of two counts of each kind. */
export const greater = (a: ClaudeCounts, b: ClaudeCounts) => combine(a, b, Math.max);

/** Whether `a` has a count of any kind above that of `b`. */
export function isGreater(a: ClaudeCounts, b: ClaudeCounts): boolean {
  return kinds.some((kind) => (a[kind] ?? -1) > (b[kind] ?? -1));
}

/** Whether nothing was used, as in a message that the client itself made. */
export const isNothing = ({ input, read, written, output }: ClaudeCounts) =>
  !input && !read && !written && !output;

/** The counts with Runfold's meaning: the input includes tokens read from and written to a cache. */
export function claudeMetrics(counts: ClaudeCounts): Metrics {
  const { input, read, written, hour, output, thinking } = counts;
  const known = input !== null || read !== null || written !== null;
  return present({
    input_tokens: known ? (input ?? 0) + (read ?? 0) + (written ?? 0) : undefined,
    cached_tokens: read ?? undefined,
    cache_write_tokens: written ?? undefined,
    cache_write_1h_tokens: hour ?? undefined,
    output_tokens: output ?? undefined,
    reasoning_tokens: thinking ?? undefined,
  });
}

/** For a checkpoint. */
export const packCounts = (counts: ClaudeCounts) => kinds.map((kind) => counts[kind]);
/** The inverse of `packCounts`. */
export const unpackCounts = (packed: readonly (number | null)[]) =>
  Object.fromEntries(
    kinds.map((kind, index) => [kind, packed[index] ?? null]),
  ) as unknown as ClaudeCounts;
