import { isRawObject } from '../../../events/check/normalize-event.js';
import type { Metrics } from '../../../events/metric-fields.js';
import { countAt, InvalidRecordError, type JsonObject, present } from '../log/log-record.js';

/** Five counts: input, cached, written, output, reasoning; null if not reported. */
export type CodexCounts = readonly (number | null)[];

export const noCounts: CodexCounts = [0, 0, 0, 0, 0];

const names = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_input_tokens',
  'output_tokens',
  'reasoning_output_tokens',
] as const;

/** @throws InvalidRecordError */
export const codexCounts = (usage: JsonObject, path: string): CodexCounts =>
  names.map((name) => countAt(usage, name, path) ?? null);

/** The usage of the record that a compacted history repeats, perhaps of another thread; undefined if it has none. */
export function latestRecorded({
  latest_token_usage_record: latest,
}: JsonObject): CodexCounts | undefined {
  if (!isRawObject(latest) || !isRawObject(latest.usage)) return undefined;
  return codexCounts(latest.usage, 'payload.latest_token_usage_record.usage');
}

/** The difference of two totals; null if a part of it is negative, because the total was reset. */
export function differenceOf(total: CodexCounts, before: CodexCounts): CodexCounts | null {
  const parts = total.map((count, at) => (count === null ? null : count - (before[at] ?? 0)));
  return parts.some((count) => count !== null && count < 0) ? null : parts;
}

export const isZero = (counts: CodexCounts): boolean => counts.every((count) => !count);

/** Whether two totals are equal. */
export const isSame = (a: CodexCounts, b: CodexCounts): boolean =>
  a.every((count, at) => (count ?? 0) === (b[at] ?? 0));

/** A call is identified by its thread and the total after it. */
export const callId = (thread: string, total: CodexCounts): string =>
  `${thread}/${total.map((count) => count ?? 0).join('/')}`;

/** @throws InvalidRecordError if the cache is larger than the input that includes it */
export function codexMetrics(counts: CodexCounts, path: string): Metrics {
  const [input, cached, written, output, reasoning] = counts;
  if ((cached ?? 0) + (written ?? 0) > (input ?? 0)) {
    const expected = 'an input that includes what was read from and written to a cache';
    throw new InvalidRecordError(`${path}.input_tokens`, expected, String(input ?? 'nothing'));
  }
  return present({
    input_tokens: input ?? undefined,
    cached_tokens: cached ?? undefined,
    cache_write_tokens: written ?? undefined,
    output_tokens: output ?? undefined,
    reasoning_tokens: reasoning ?? undefined,
  });
}
