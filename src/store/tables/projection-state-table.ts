import { primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { internalSchema } from './event-table.js';

/** The state of each projection: the declaration that its totals were computed with. */
export const projectionStateTable = internalSchema.table(
  'projection_state',
  {
    name: text().notNull(),
    fingerprint: text().notNull(),
    rebuilt_at: timestamp({ withTimezone: true }),
  },
  (table) => [primaryKey({ columns: [table.name] })],
);
