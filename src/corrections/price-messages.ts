import type { MetricEvent } from '../events/metric-event.js';
import { formatTimestamp } from '../events/timestamp.js';
import type { PriceBook } from '../pricing/price-book.js';
import { correctionId } from './correction-id.js';
import type { UnpricedModel } from './reprice-report.js';
import type { PricedEvent } from './unpriced-messages.js';

/** A message that has no price today; its cost is that of an earlier price, or null. */
type UnpricedMessage = Pick<UnpricedModel, 'provider' | 'model' | 'reason'> &
  Pick<PricedEvent, 'cost_nanos'>;

/**
 * The result of pricing some messages again: the corrections, and in nano-dollars the cost before and
 * the difference. A message that has a cost but still counts as unpriced, because an older
 * correction did not say so, gets a correction that changes only that.
 */
export function pricePage(book: PriceBook, project: number, events: readonly PricedEvent[]) {
  const corrections: MetricEvent[] = [];
  const unpriced: UnpricedMessage[] = [];
  let [reported, before, sum] = [0, 0, 0];
  for (const event of events) {
    const isStale = event.is_unpriced && event.cost_nanos !== null;
    if (event.is_reported) {
      reported += 1;
      if (isStale) corrections.push(toCorrection(event));
      continue;
    }
    const price = priceOf(book, project, event);
    if ('unpriced' in price) {
      const { provider, model } = event;
      unpriced.push({ provider, model, reason: price.unpriced, cost_nanos: event.cost_nanos });
      if (isStale) corrections.push(toCorrection(event));
      continue;
    }
    const difference = price.cost_nanos - (event.cost_nanos ?? 0);
    if (difference === 0 && event.cost_nanos !== null) {
      if (isStale) corrections.push(toCorrection(event));
      continue;
    }
    before += event.cost_nanos ?? 0;
    sum += difference;
    const { source: cost_source } = price;
    corrections.push(toCorrection(event, { cost_source, metrics: { cost: difference / 1e9 } }));
  }
  return { corrections, unpriced, reported, before, difference: sum };
}

function priceOf(book: PriceBook, project: number, event: PricedEvent) {
  if (event.model === null) return { unpriced: 'unknown_model' } as const;
  return book.price({
    project,
    provider: event.provider ?? '',
    model: event.model,
    occurred_at_us: event.occurred_at_us,
    tokens: event.tokens,
  });
}

/**
 * The difference as an event with the same time and attributes, so that it adds to the same totals.
 */
function toCorrection(
  event: PricedEvent,
  change: Pick<MetricEvent, 'cost_source' | 'metrics'> = {},
): MetricEvent {
  const { id, session_id, corrections } = event;
  return {
    ...event.attributes,
    type: 'message',
    role: 'assistant',
    id: correctionId(event, corrections),
    corrects: id,
    session_id,
    run_id: event.run_id,
    occurred_at: formatTimestamp(event.occurred_at_us),
    ...(event.is_unpriced ? { pricing: 'first' as const } : {}),
    ...change,
  };
}
