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

/** Text that is compared by bytes. */
export const byteText = customType<{ data: string }>({ dataType: () => textType });

const builders: Record<LogColumnType, () => PgColumnBuilderBase> = {
  bigint: () => bigint({ mode: 'number' }),
  integer: () => integer(),
  smallint: () => smallint(),
  boolean: () => boolean(),
  uuid: () => uuid(),
  [textType]: () => byteText(),
  // Not jsonb, which changes the order of an object's keys.
  json: () => json(),
};

/** A drizzle column of one of our types, not null if it is required. */
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
  occurred_at_us: PgColumnBuilderBase;
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
    // For tails of the log. All rows of a batch have the same time, and a b-tree stores equal keys
    // once: 7 bytes per event, and no measurable difference for the fold. A BRIN index is
    // even smaller, but covers new blocks only after a vacuum, which an embedded store never does.
    index('event_recorded_at').on(table.project as never, table.recorded_at),
    // For one run in a session of a hundred thousand. Without the time, so that a b-tree stores the equal
    // keys of a run once: 13 bytes per event instead of 75.
    index('event_run').on(table.project as never, table.session_id as never, table.run_id as never),
    // For the corrections of an event; there are few corrections.
    index('event_corrects')
      .on(table.project as never, table.session_id as never, table.corrects as never)
      .where(sql`corrects is not null`),
    // For the corrections in a page of a session. Its condition must not follow from `corrects = …`: otherwise Postgres
    // may look up the corrections of an event here, and read all corrections of the session for each event.
    index('event_corrected_at')
      .on(table.project as never, table.session_id as never, table.occurred_at_us as never)
      .where(sql`num_nulls(corrects) = 0`),
  ],
);
