import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  json,
  primaryKey,
  smallint,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { internalSchema } from './event-table.js';

/** The traces of which spans are in the inbox. Whoever works on a trace locks its row. */
export const otlpTraceTable = internalSchema.table(
  'otlp_trace',
  {
    trace_id: uuid().notNull(),
    /** The least id among its spans without parent. */
    root_id: bigint({ mode: 'bigint' }),
    last_seen: timestamp({ withTimezone: true }).notNull().defaultNow(),
    /** Since when it has had open spans without a break; null when it has none. */
    open_since: timestamp({ withTimezone: true }),
    /** When its open spans are settled, whatever is missing; null when it has none. */
    due_at: timestamp({ withTimezone: true }),
    project: integer().notNull(),
    /** Whether its plain spans are gone. */
    is_pruned: boolean().notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.trace_id] }),
    index('otlp_trace_due_at').on(table.due_at).where(sql`due_at is not null`),
    index('otlp_trace_last_seen').on(table.is_pruned, table.last_seen),
  ],
);

/**
 * Spans that have come, so that those that come later find their parents, and none counts twice. A
 * span is open while `event` is there: it waits for its chain of parents.
 */
export const otlpSpanTable = internalSchema.table(
  'otlp_span',
  {
    trace_id: uuid().notNull(),
    span_id: bigint({ mode: 'bigint' }).notNull(),
    parent_id: bigint({ mode: 'bigint' }),
    /** Where the chain goes on when this row stands in for a span, or is bound. */
    cut_parent: bigint({ mode: 'bigint' }),
    project: integer().notNull(),
    kind: smallint().notNull(),
    flags: smallint().notNull(),
    /** What the span itself names. */
    own: json(),
    /** The event to be; null when there is none, or it is settled. */
    event: json(),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.trace_id, table.span_id] }),
    index('otlp_span_open').on(table.project, table.trace_id).where(sql`event is not null`),
  ],
);
