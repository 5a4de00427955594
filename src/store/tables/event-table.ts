import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  json,
  type PgColumnBuilderBase,
  pgSchema,
  primaryKey,
  smallint,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { type LogColumnType, logColumns, textType } from '../../events/columns/log-columns.js';

/** The schema of the tables; they may change from one version to the next. */
export const internalSchema = pgSchema('runfold_internal');

/** Text that compares by its bytes. */
export const byteText = customType<{ data: string }>({ dataType: () => textType });

const builders: Record<LogColumnType, () => PgColumnBuilderBase> = {
  bigint: () => bigint({ mode: 'number' }),
  integer: () => integer(),
  smallint: () => smallint(),
  boolean: () => boolean(),
  uuid: () => uuid(),
  [textType]: () => byteText(),
  // Not jsonb, which puts an object's keys in an order of its own.
  json: () => json(),
};

/** A drizzle column of a type of ours, not null where it is required. */
export function columnOfType(type: LogColumnType, required = false): PgColumnBuilderBase {
  const builder = builders[type]() as PgColumnBuilderBase & { notNull(): PgColumnBuilderBase };
  return required ? builder.notNull() : builder;
}

const columns = Object.fromEntries(
  logColumns.map((column) => [column.name, columnOfType(column.type, column.required)]),
) as Record<string, PgColumnBuilderBase> & {
  project: PgColumnBuilderBase;
  session_id: PgColumnBuilderBase;
  run_id: PgColumnBuilderBase;
  corrects: PgColumnBuilderBase;
  id: PgColumnBuilderBase;
};

/**
 * The log: every event once, never changed. Its primary key serves uniqueness, session scans and
 * run scans with one index, and holds the session id so that the table can be distributed by it.
 */
export const eventTable = internalSchema.table(
  'event',
  {
    recorded_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    ...columns,
  },
  (table) => [
    primaryKey({ columns: [table.project, table.session_id, table.id] as never }),
    // For those who follow the log. All rows of a batch have one time, and a b-tree keeps equal keys
    // once: 7 bytes an event, and no difference to the fold that could be measured. A BRIN index is
    // smaller still, but covers new blocks only after a vacuum, which an embedded store never has.
    index('event_recorded_at').on(table.project as never, table.recorded_at),
    // One run of a session of a hundred thousand. Without the time, so that a b-tree keeps the equal
    // keys of a run once: 13 bytes an event instead of 75.
    index('event_run').on(table.project as never, table.session_id as never, table.run_id as never),
    // What corrects an event; corrections are few.
    index('event_corrects')
      .on(table.project as never, table.session_id as never, table.corrects as never)
      .where(sql`corrects is not null`),
  ],
);
