import type { RunStatement } from '../append/write-batch.js';
import type { PriceBook } from '../pricing/price-book.js';
import { priceEvents } from '../pricing/price-events.js';

/**
 * A statement that prices its events first. If the price overrides cannot be read, the events
 * cannot be written either, and wait in the same place.
 */
export function pricedStatement(book: PriceBook, run: RunStatement): RunStatement {
  return async (batch, rejects) => {
    await book.refresh();
    for (const { project, events } of batch.jobs) priceEvents(book, project, events);
    return run(batch, rejects);
  };
}
