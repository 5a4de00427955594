import { index, integer, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { internalSchema } from './event-table.js';

/**
 * Events the worker could not take. The key is made from where the event came from, so that a job
 * delivered again rejects the same event into the same row.
 */
export const rejectedEventTable = internalSchema.table(
  'rejected_event',
  {
    id: uuid().notNull(),
    received_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    project: integer().notNull(),
    position: integer().notNull(),
    job_id: text().notNull(),
    code: text().notNull(),
    message: text().notNull(),
    // JSON as text: what Postgres cannot read as JSON (NUL, half a surrogate) is kept as it came.
    payload: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.id] }),
    index('rejected_event_received_at').on(table.received_at, table.id),
  ],
);
