import type { Metrics } from '../../../events/metric-fields.js';
import { countAt, type JsonObject, present } from '../log/log-record.js';

/** Counts with Copilot's names; undefined if not reported. The input includes the cache. */
export type CopilotCounts = Readonly<Record<string, number | undefined>>;

const names = [
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'outputTokens',
  'reasoningTokens',
] as const;

/** @throws InvalidRecordError */
export const countsAt = (usage: JsonObject, path: string): CopilotCounts =>
  Object.fromEntries(names.map((name) => [name, countAt(usage, name, path)]));

/** What a total has since an earlier one. If a part of it is smaller, it was reset, and all of it is new. */
export function countsSince(before: CopilotCounts, total: CopilotCounts): CopilotCounts {
  const isReset = names.some((name) => (total[name] ?? 0) < (before[name] ?? 0));
  if (isReset) return total;
  return Object.fromEntries(
    names.map((name) => {
      const count = total[name];
      return [name, count === undefined ? undefined : count - (before[name] ?? 0)];
    }),
  );
}

export const isNothing = (counts: CopilotCounts): boolean => names.every((name) => !counts[name]);

export const metricsOf = (counts: CopilotCounts): Metrics =>
  present({
    input_tokens: counts.inputTokens,
    cached_tokens: counts.cacheReadTokens,
    cache_write_tokens: counts.cacheWriteTokens,
    output_tokens: counts.outputTokens,
    reasoning_tokens: counts.reasoningTokens,
  });
