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

/** The traces with spans in the inbox. A transaction that works on a trace locks its row. */
export const otlpTraceTable = internalSchema.table(
  'otlp_trace',
  {
    trace_id: uuid().notNull(),
    /** The smallest id of its spans without a parent. */
    root_id: bigint({ mode: 'bigint' }),
    last_seen: timestamp({ withTimezone: true }).notNull().defaultNow(),
    /** Since when it has always had open spans; null if it has none. */
    open_since: timestamp({ withTimezone: true }),
    /** When its open spans are settled even if spans are missing; null if it has none. */
    due_at: timestamp({ withTimezone: true }),
    project: integer().notNull(),
    /** Whether its plain spans are deleted. */
    is_pruned: boolean().notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.trace_id] }),
    index('otlp_trace_due_at').on(table.due_at).where(sql`due_at is not null`),
    index('otlp_trace_last_seen').on(table.is_pruned, table.last_seen),
  ],
);

/**
 * Received spans, so that later spans find their parents, and none counts twice. A
 * span is open while it has an `event`: it waits for its chain of parents.
 */
export const otlpSpanTable = internalSchema.table(
  'otlp_span',
  {
    trace_id: uuid().notNull(),
    span_id: bigint({ mode: 'bigint' }).notNull(),
    parent_id: bigint({ mode: 'bigint' }),
    /** The next span of the chain, if this row is a placeholder for a span, or is bound. */
    cut_parent: bigint({ mode: 'bigint' }),
    project: integer().notNull(),
    kind: smallint().notNull(),
    flags: smallint().notNull(),
    /** The names in the span itself. */
    own: json(),
    /** The future event; null if there is none, or if it is settled. */
    event: json(),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.trace_id, table.span_id] }),
    index('otlp_span_open').on(table.project, table.trace_id).where(sql`event is not null`),
  ],
);
