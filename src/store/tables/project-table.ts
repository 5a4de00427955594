import { integer, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { byteText, internalSchema } from './event-table.js';

/** Projects with their names. All other tables refer to a project by its number. */
export const projectTable = internalSchema.table(
  'project',
  {
    created_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    id: integer().notNull(),
    name: byteText().notNull(),
    // The reporting time zone; null for the zone of each reader.
    time_zone: text(),
  },
  (table) => [primaryKey({ columns: [table.id] }), uniqueIndex('project_name').on(table.name)],
);

/** The project that always exists: the default of events and queries. */
export const seedProjectStatement =
  "insert into runfold_internal.project (id, name) values (1, 'default') on conflict do nothing";
