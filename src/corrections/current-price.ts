import type { MetricName } from '../events/metric-fields.js';
import { parseTimestamp } from '../events/timestamp.js';
import type { Price, PriceBook } from '../pricing/price-book.js';
import type { TokenDetails } from '../pricing/token-rates.js';
import { countTokens, readDetails, tokenSources } from '../pricing/token-sources.js';
import type { CorrectedEvent } from './corrected-event.js';
import type { Figures } from './dependent-figures.js';

/**
 * The price of an assistant's message with other figures. Undefined if its cost was reported and so
 * stays, or if these figures have no price.
 */
export function currentPrice(
  book: PriceBook,
  project: number,
  event: CorrectedEvent,
  figures: Figures,
): Exclude<Price, { readonly unpriced: unknown }> | undefined {
  const { original, is_reported } = event;
  if (is_reported || original.type !== 'message' || original.role !== 'assistant') return undefined;
  if (original.model === undefined) return undefined;
  const price = book.price({
    project,
    provider: original.provider ?? '',
    model: original.model,
    occurred_at_us: parseTimestamp(original.occurred_at) ?? 0,
    tokens: {
      ...countTokens((name) => figures.get(name)),
      details: detailsOf(event, figures),
    },
  });
  return 'unpriced' in price ? undefined : price;
}

/** The provider's split, without the counts whose figures were corrected. */
function detailsOf(
  { original, corrected, current }: CorrectedEvent,
  figures: Figures,
): TokenDetails | undefined {
  const details = readDetails((name) => original.metrics?.[name]);
  if (details === undefined) return undefined;
  const isCorrected = (name: MetricName) =>
    corrected.has(name) || figures.get(name) !== current.get(name);
  const counts = Object.entries(details).map(([name, count]) => [
    name,
    isCorrected(tokenSources[name as keyof TokenDetails][0]) ? 0 : count,
  ]);
  return Object.fromEntries(counts) as unknown as TokenDetails;
}
