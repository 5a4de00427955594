import { bigint, primaryKey, text } from 'drizzle-orm/pg-core';
import { internalSchema } from './event-table.js';

/** The views of the schema `runfold` in the store, each with the hash of its file. */
export const viewStateTable = internalSchema.table(
  'view_state',
  {
    name: text().notNull(),
    hash: text().notNull(),
    /** When the files were generated, in milliseconds. It distinguishes older views from newer ones. */
    generated_at_ms: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.name] })],
);
