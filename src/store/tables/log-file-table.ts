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
 * How far log files have been read. It only saves work: without these rows, files are read
 * again, but nothing counts twice. A file is the name-based UUID of its machine and path; its
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
    /** How often this row was written: if two processes read the same file, only one continues. */
    saves: integer().notNull(),
    /** Whether some of its messages are not counted yet, because more lines may follow. */
    is_open: boolean().notNull(),
    format: text().notNull(),
    /** Length and hash of the beginning of the file, to recognize it. */
    head: text().notNull(),
    /** The state that its reader needs to continue: ids and figures. */
    state: json().notNull(),
  },
  (table) => [primaryKey({ columns: [table.project, table.format, table.file] })],
);
