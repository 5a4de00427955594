import { index, integer, primaryKey, real, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { internalSchema } from './event-table.js';

/** Audits that were started over HTTP or by `runfold verify`, the last ones of each project. */
export const auditTable = internalSchema.table(
  'audit',
  {
    id: uuid().notNull(),
    started_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    ended_at: timestamp({ withTimezone: true }),
    snapshot_at: timestamp({ withTimezone: true }),
    project: integer().notNull(),
    sample: integer(),
    seconds: real(),
    // running, equal, different, failed or cancelled
    state: text().notNull(),
    // JSON as text: events, rows by projection and the first differences.
    report: text(),
  },
  (table) => [
    primaryKey({ columns: [table.id] }),
    index('audit_project_started_at').on(table.project, table.started_at),
  ],
);
