import { integer, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { byteText, internalSchema } from './event-table.js';

/** Projects by name. Rows of every other table name a project by its number alone. */
export const projectTable = internalSchema.table(
  'project',
  {
    created_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    id: integer().notNull(),
    name: byteText().notNull(),
    // The zone that it reports in; null is each reader's own.
    time_zone: text(),
  },
  (table) => [primaryKey({ columns: [table.id] }), uniqueIndex('project_name').on(table.name)],
);

/** The project that is there from the start: that of events and queries that name none. */
export const seedProjectStatement =
  "insert into runfold_internal.project (id, name) values (1, 'default') on conflict do nothing";
