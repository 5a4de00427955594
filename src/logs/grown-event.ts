import type { CorrectedRow } from '../corrections/corrected-events.js';
import { nameBasedUuid } from '../events/event-id.js';
import { maxText } from '../events/limits.js';
import type { MetricEvent, MetricEventInput } from '../events/metric-event.js';
import type { MetricName, Metrics } from '../events/metric-fields.js';
import { parseTimestamp } from '../events/timestamp.js';
import type { PriceBook } from '../pricing/price-book.js';
import { countTokens } from '../pricing/token-sources.js';
import { summedFigures } from '../projections/summed-figures.js';

/** The options of computing a correction. */
export interface GrowthOptions {
  readonly book: PriceBook;
  readonly project: number;
  /** Whether the figures replace those of the log in any case, instead of only raising them. */
  readonly isExact: boolean;
}

/**
 * The event that raises a message of the log to the current figures of its file; undefined if it
 * has them already. It also carries the difference in price, so tokens and cost change in one
 * transaction, whatever happens to this process.
 */
export function growthOf(
  stored: CorrectedRow,
  now: Metrics,
  { book, project, isExact }: GrowthOptions,
): MetricEventInput | undefined {
  const { original, current, corrections } = stored;
  const target = new Map(current);
  for (const [name, units] of summedFigures) {
    const value = now[name];
    if (value === undefined || name === 'total_tokens') continue;
    if (name === 'cost' && !stored.is_reported) continue;
    const wanted = Math.round(Number(value) * units);
    target.set(name, isExact ? wanted : Math.max(wanted, current.get(name) ?? 0));
  }
  const differences = [...target].flatMap(([name, value]) => {
    const difference = value - (current.get(name) ?? 0);
    return difference === 0 ? [] : [[name, difference / (summedFigures.get(name) ?? 1)] as const];
  });
  if (differences.length === 0) return undefined;
  const metrics: Record<string, number> = Object.fromEntries(differences);
  const isRepriced = !stored.is_reported && differences.some(([name]) => name.endsWith('_tokens'));
  const price = isRepriced
    ? priceOf(original, withTotal(target, current), book, project)
    : undefined;
  if (price !== undefined) metrics.cost = (price.cost_nanos - (current.get('cost') ?? 0)) / 1e9;
  const id = `${original.id}#${corrections + 1}`;
  return {
    ...original,
    id: id.length > maxText ? nameBasedUuid(id) : id,
    corrects: original.id,
    cost_source: price?.source,
    metrics,
  };
}

/** The figures with the total that they have once the correction has added its input and output to it. */
function withTotal(
  target: ReadonlyMap<MetricName, number>,
  current: ReadonlyMap<MetricName, number>,
): ReadonlyMap<MetricName, number> {
  const before = current.get('total_tokens');
  if (before === undefined) return target;
  const grown = (['input_tokens', 'output_tokens'] as const).reduce(
    (sum, name) => sum + (target.get(name) ?? 0) - (current.get(name) ?? 0),
    0,
  );
  return new Map([...target, ['total_tokens', before + grown]]);
}

function priceOf(
  original: MetricEvent,
  figures: ReadonlyMap<MetricName, number>,
  book: PriceBook,
  project: number,
) {
  if (original.model === undefined || original.type !== 'message') return undefined;
  const price = book.price({
    project,
    provider: original.provider ?? '',
    model: original.model,
    occurred_at_us: parseTimestamp(original.occurred_at) ?? 0,
    tokens: countTokens((name) => figures.get(name)),
  });
  return 'unpriced' in price ? undefined : price;
}
