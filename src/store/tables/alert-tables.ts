import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  primaryKey,
  real,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { byteText, internalSchema } from './event-table.js';

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const time = () => timestamp({ withTimezone: true });

/** Where notifications go. Secrets are encrypted. */
export const alertChannelTable = internalSchema.table(
  'alert_channel',
  {
    created_at: time().notNull().defaultNow(),
    id: integer().generatedAlwaysAsIdentity(),
    project: integer().notNull(),
    name: byteText().notNull(),
    kind: text().notNull(),
    // The part that may be shown: a host, or the recipients of the mail.
    shown: text().notNull(),
    secret: bytes().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.id] }),
    uniqueIndex('alert_channel_name').on(table.project, table.name),
  ],
);

/** The rules that trigger notifications. */
export const alertRuleTable = internalSchema.table(
  'alert_rule',
  {
    created_at: time().notNull().defaultNow(),
    id: integer().generatedAlwaysAsIdentity(),
    project: integer().notNull(),
    for_seconds: integer().notNull(),
    name: byteText().notNull(),
    kind: text().notNull(),
    settings: jsonb().notNull(),
    channels: text().array().notNull(),
    // Until then no notifications are sent.
    muted_until: time(),
  },
  (table) => [
    primaryKey({ columns: [table.id] }),
    uniqueIndex('alert_rule_name').on(table.project, table.name),
  ],
);

/** The state of each value of a rule. A value without a row is inactive. */
export const alertStateTable = internalSchema.table(
  'alert_state',
  {
    since: time().notNull(),
    changed_at: time().notNull(),
    rule_id: integer().notNull(),
    // The quarter of an hour in which the window began; 0 without a window.
    window_first: integer().notNull(),
    share: real().notNull(),
    state: text().notNull(),
    budget: byteText().notNull(),
    value: byteText().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.rule_id, table.budget, table.value, table.window_first, table.share],
    }),
  ],
);

/** One row per crossing, written in the transaction that changes the state. */
export const alertNotificationTable = internalSchema.table(
  'alert_notification',
  {
    created_at: time().notNull().defaultNow(),
    // The window. Without one, the time when it started firing.
    episode: bigint({ mode: 'number' }).notNull(),
    id: uuid().notNull(),
    rule_id: integer().notNull(),
    project: integer().notNull(),
    share: real().notNull(),
    state: text().notNull(),
    rule: byteText().notNull(),
    budget: byteText().notNull(),
    value: byteText().notNull(),
    body: jsonb().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.id] }),
    uniqueIndex('alert_notification_once').on(
      table.rule_id,
      table.budget,
      table.value,
      table.episode,
      table.share,
      table.state,
    ),
    index('alert_notification_created_at').on(table.project, table.created_at, table.id),
  ],
);

/**
 * Deliveries to channels, and how often each was tried. Receivers recognize a repeated one by its
 * id.
 */
export const alertDeliveryTable = internalSchema.table(
  'alert_delivery',
  {
    created_at: time().notNull().defaultNow(),
    next_at: time().notNull().defaultNow(),
    delivered_at: time(),
    id: uuid().notNull(),
    notification_id: uuid().notNull(),
    channel_id: integer().notNull(),
    attempts: integer().notNull().default(0),
    is_open: boolean().notNull().default(true),
    channel: byteText().notNull(),
    fault: text(),
  },
  (table) => [
    primaryKey({ columns: [table.id] }),
    uniqueIndex('alert_delivery_once').on(table.notification_id, table.channel_id),
    index('alert_delivery_next_at').on(table.is_open, table.next_at),
  ],
);

/** How far the rules have been evaluated, and which process evaluates: one row. */
export const alertCursorTable = internalSchema.table(
  'alert_cursor',
  {
    floor_us: bigint({ mode: 'number' }).notNull(),
    leased_until: time().notNull(),
    id: integer().notNull(),
    lease: uuid(),
  },
  (table) => [primaryKey({ columns: [table.id] })],
);

/** The only row, which every store has. */
export const seedAlertCursorStatement = `insert into runfold_internal.alert_cursor (id, floor_us, leased_until)
  values (1, (extract(epoch from now()) * 1000000)::bigint, '-infinity') on conflict do nothing`;
