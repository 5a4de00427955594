import { primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { internalSchema } from './event-table.js';

/** What the store knows of each projection: the declaration its totals were made with. */
export const projectionStateTable = internalSchema.table(
  'projection_state',
  {
    name: text().notNull(),
    fingerprint: text().notNull(),
    rebuilt_at: timestamp({ withTimezone: true }),
  },
  (table) => [primaryKey({ columns: [table.name] })],
);
