import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  primaryKey,
  real,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { byteText, internalSchema } from './event-table.js';

/** Limits on use. The use itself is in no column: it is summed from the totals. */
export const budgetTable = internalSchema.table(
  'budget',
  {
    created_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    changed_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    from_at: timestamp({ withTimezone: true }).notNull(),
    // In nano-dollars for cost, otherwise a count.
    limit_units: bigint({ mode: 'number' }).notNull(),
    id: integer().generatedAlwaysAsIdentity(),
    project: integer().notNull(),
    // Quarters of an hour of a rolling window.
    rolling_quarters: integer(),
    stop: boolean().notNull(),
    name: byteText().notNull(),
    scope: text().notNull(),
    // The name of the label if the scope is `label`.
    label: byteText(),
    // '' is the project; null is each value separately.
    value: byteText(),
    measure: text().notNull(),
    window_kind: text().notNull(),
    time_zone: text().notNull(),
    when_unknown: text().notNull(),
    shares: real().array().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.id] }),
    uniqueIndex('budget_name').on(table.project, table.name),
  ],
);

/**
 * Amounts held for future events. The statement that appends the event deletes the hold. There is
 * no foreign key, because each check would then lock the row of its budget.
 */
export const budgetHoldTable = internalSchema.table(
  'budget_hold',
  {
    created_at: timestamp({ withTimezone: true }).notNull().default(sql`clock_timestamp()`),
    expires_at: timestamp({ withTimezone: true }).notNull(),
    amount: bigint({ mode: 'number' }).notNull(),
    project: integer().notNull(),
    budget_id: integer().notNull(),
    hold_id: byteText().notNull(),
    value: byteText().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.hold_id, table.budget_id] }),
    index('budget_hold_value').on(table.budget_id, table.value, table.expires_at),
  ],
);
