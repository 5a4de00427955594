import type { MetricEvent } from '../events/metric-event.js';
import { formatTimestamp } from '../events/timestamp.js';
import type { PriceBook } from '../pricing/price-book.js';
import { correctionId } from './correction-id.js';
import type { UnpricedModel } from './reprice-report.js';
import type { PricedEvent } from './unpriced-messages.js';

/**
 * What pricing some messages again comes to: the corrections it takes, and in nano-dollars their cost
 * before and what it moves by.
 */
export function pricePage(book: PriceBook, project: number, events: readonly PricedEvent[]) {
  const corrections: MetricEvent[] = [];
  const unpriced: Omit<UnpricedModel, 'messages'>[] = [];
  let [reported, before, sum] = [0, 0, 0];
  for (const event of events) {
    if (event.is_reported) {
      reported += 1;
      continue;
    }
    const price = priceOf(book, project, event);
    if ('unpriced' in price) {
      const { provider, model } = event;
      unpriced.push({ provider, model, reason: price.unpriced });
      continue;
    }
    const difference = price.cost_nanos - (event.cost_nanos ?? 0);
    if (difference === 0 && event.cost_nanos !== null) continue;
    before += event.cost_nanos ?? 0;
    sum += difference;
    corrections.push(correctionOf(event, difference, price.source));
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
 * The difference as an event of the same time and attributes, so that it lands in the same totals.
 */
function correctionOf(event: PricedEvent, difference: number, cost_source: string): MetricEvent {
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
    cost_source,
    metrics: { cost: difference / 1e9 },
  };
}
