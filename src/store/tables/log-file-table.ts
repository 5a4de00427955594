import {
  bigint,
  boolean,
  integer,
  json,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { internalSchema } from './event-table.js';

/**
 * How far the files of logs have been read. It only saves work: without these rows files are read
 * again, and nothing is counted twice. A file is the name-based UUID of its machine and path; its
 * path is not stored.
 */
export const logFileTable = internalSchema.table(
  'log_file',
  {
    file: uuid().notNull(),
    size: bigint({ mode: 'number' }).notNull(),
    modified_us: bigint({ mode: 'number' }).notNull(),
    position: bigint({ mode: 'number' }).notNull(),
    seen_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    project: integer().notNull(),
    line: integer().notNull(),
    /** How often this row was written: of two processes that read one file, one goes on. */
    saves: integer().notNull(),
    /** Whether messages in it are not counted yet, because more lines of them may follow. */
    is_open: boolean().notNull(),
    format: text().notNull(),
    /** Length and hash of the beginning of the file, by which it is known again. */
    head: text().notNull(),
    /** What its reader needs to go on: ids and figures. */
    state: json().notNull(),
  },
  (table) => [primaryKey({ columns: [table.project, table.format, table.file] })],
);
