import { integer, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { byteText, internalSchema } from './event-table.js';

/**
 * The session that owns each message read from logs: agents copy their history into other sessions, and a
 * copy belongs to the first session. Rows are never deleted.
 */
export const logClaimTable = internalSchema.table(
  'log_claim',
  {
    key: uuid().notNull(),
    project: integer().notNull(),
    /** 0, or greater if the owner is a source that only repeats others. */
    rank: smallint().notNull(),
    format: text().notNull(),
    session_id: byteText().notNull(),
  },
  (table) => [primaryKey({ columns: [table.project, table.format, table.key] })],
);
