import { bigint, integer, primaryKey } from 'drizzle-orm/pg-core';
import { byteText, internalSchema } from './event-table.js';

/**
 * Own prices, in nano-dollars per million tokens, each from a given time. They override those of
 * the price book. An empty provider means any.
 */
export const priceOverrideTable = internalSchema.table(
  'price_override',
  {
    from_us: bigint({ mode: 'number' }).notNull(),
    input_nanos: bigint({ mode: 'number' }).notNull(),
    output_nanos: bigint({ mode: 'number' }).notNull(),
    cached_nanos: bigint({ mode: 'number' }),
    cache_write_nanos: bigint({ mode: 'number' }),
    cache_write_1h_nanos: bigint({ mode: 'number' }),
    project: integer().notNull(),
    model: byteText().notNull(),
    provider: byteText().notNull(),
  },
  (table) => [primaryKey({ columns: [table.project, table.model, table.provider, table.from_us] })],
);
