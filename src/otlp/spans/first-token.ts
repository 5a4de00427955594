import { maxSeconds } from '../../events/limits.js';
import { parseTimestamp } from '../../events/timestamp.js';
import type { RawSpan } from '../decode/otlp-item.js';
import { keys } from '../tables/attribute-keys.js';
import { firstTokenSources } from '../tables/figure-keys.js';
import { keyNumber } from '../tables/key-numbers.js';
import { cleanNumber } from './read-sources.js';

const sources = firstTokenSources.map(({ key, unit }) => ({ key: keyNumber(key), unit }));
const serverKey = keyNumber('gen_ai.server.time_to_first_token');

/** Seconds until the first token; undefined if the span does not say. */
export function firstTokenOf(span: RawSpan): number | undefined {
  const { attributes } = span;
  for (const { key, unit } of sources) {
    const value = attributes.get(key);
    if (value === undefined) continue;
    const seconds =
      unit === 'instant' ? secondsUntil(span, value) : secondsOf(span, key, unit, value);
    if (seconds !== undefined && seconds <= maxSeconds) return seconds;
  }
  return undefined;
}

function secondsOf(
  { attributes }: RawSpan,
  key: number,
  unit: 'seconds' | 'milliseconds',
  value: unknown,
): number | undefined {
  const number = cleanNumber(value);
  if (number === undefined) return undefined;
  const isMillis =
    unit === 'milliseconds' ||
    (key === serverKey &&
      [keys.system, keys.providerName].some((name) => attributes.get(name) === 'strands-agents'));
  return isMillis ? number / 1000 : number;
}

/** The time from the start of a span to an instant within it; Mastra may repeat the instant of an earlier call. */
function secondsUntil({ startUs, endUs }: RawSpan, value: unknown): number | undefined {
  if (typeof value !== 'string' || startUs === 0) return undefined;
  // Langfuse writes the instant as JSON.
  const micros = parseTimestamp(value.replace(/^"(.*)"$/, '$1'));
  if (micros === undefined || micros < startUs || micros > endUs) return undefined;
  return (micros - startUs) / 1_000_000;
}
