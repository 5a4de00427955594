import type { PriceBook } from '../pricing/price-book.js';
import { priceRows } from '../pricing/price-rows.js';
import type { RunStatement } from './write-batch.js';

/**
 * A statement that prices its rows first. What keeps the overrides from being read is what keeps
 * rows from being written, and waits in the same place.
 */
export function pricedStatement(book: PriceBook, run: RunStatement): RunStatement {
  return async (rows, rejects) => {
    await book.refresh();
    priceRows(book, rows);
    return run(rows, rejects);
  };
}
