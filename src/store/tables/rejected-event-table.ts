import { index, integer, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { internalSchema } from './event-table.js';

/**
 * Events that the worker could not store. The key is made from the job and the index in it, so if a job
 * is delivered again, the same event is rejected into the same row.
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
    // JSON as text: input that Postgres cannot read as JSON (NUL, lone surrogates) is kept unchanged.
    payload: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.id] }),
    index('rejected_event_received_at').on(table.received_at, table.id),
  ],
);
