import type { CorrectedEvent } from '../corrections/corrected-event.js';
import { currentPrice } from '../corrections/current-price.js';
import { withDependents } from '../corrections/dependent-figures.js';
import { nameBasedUuid } from '../events/event-id.js';
import { maxText } from '../events/limits.js';
import type { MetricEventInput } from '../events/metric-event.js';
import type { MetricName, Metrics } from '../events/metric-fields.js';
import type { PriceBook } from '../pricing/price-book.js';
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
  stored: CorrectedEvent,
  now: Metrics,
  { book, project, isExact }: GrowthOptions,
): MetricEventInput | undefined {
  const { original, current, corrections } = stored;
  const given = new Map<MetricName, number>();
  for (const [name, units] of summedFigures) {
    const value = now[name];
    if (value === undefined || name === 'total_tokens') continue;
    if (name === 'cost' && !stored.is_reported) continue;
    const wanted = Math.round(Number(value) * units);
    given.set(name, isExact ? wanted : Math.max(wanted, current.get(name) ?? 0));
  }
  const target = new Map([...current, ...withDependents(given, current)]);
  const differences = [...target].flatMap(([name, value]) => {
    const difference = value - (current.get(name) ?? 0);
    return difference === 0 ? [] : [[name, difference / (summedFigures.get(name) ?? 1)] as const];
  });
  if (differences.length === 0) return undefined;
  const metrics: Record<string, number> = Object.fromEntries(differences);
  // If it were left out, it would become the sum of its parts.
  if ('input_tokens' in metrics || 'output_tokens' in metrics) metrics.total_tokens ??= 0;
  const isRepriced = differences.some(([name]) => name.endsWith('_tokens'));
  const price = isRepriced ? currentPrice(book, project, stored, target) : undefined;
  if (price !== undefined) metrics.cost = (price.cost_nanos - (current.get('cost') ?? 0)) / 1e9;
  const id = `${original.id}#${corrections + 1}`;
  return {
    ...original,
    id: id.length > maxText ? nameBasedUuid(id) : id,
    corrects: original.id,
    cost_source: price?.source,
    ...(stored.is_unpriced && metrics.cost !== undefined ? { pricing: 'first' as const } : {}),
    metrics,
  };
}
