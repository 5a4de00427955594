import { foreignKey, integer, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { byteText, internalSchema } from './event-table.js';
import { projectTable } from './project-table.js';

/** Keys of the HTTP service. The secret is not stored, only its hash. */
export const apiKeyTable = internalSchema.table(
  'api_key',
  {
    created_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    last_used_at: timestamp({ withTimezone: true }),
    revoked_at: timestamp({ withTimezone: true }),
    // Keys of browsers expire automatically, and end with their parent key.
    expires_at: timestamp({ withTimezone: true }),
    project: integer().notNull(),
    id: byteText().notNull(),
    name: text().notNull(),
    scopes: text().array().notNull(),
    secret_sha256: text().notNull(),
    // key or browser
    kind: text().notNull().default('key'),
    parent_id: byteText(),
  },
  (table) => [
    primaryKey({ columns: [table.id] }),
    foreignKey({
      name: 'api_key_project',
      columns: [table.project],
      foreignColumns: [projectTable.id],
    }),
  ],
);
