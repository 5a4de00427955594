import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  pgSchema,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import type { Pool } from 'pg';
import type { MetricEventInput } from '#runfold/events/metric-event.js';

const schema = pgSchema('naive');
const totals = {
  messages: integer().notNull().default(0),
  tool_calls: integer().notNull().default(0),
  tool_errors: integer().notNull().default(0),
  input_tokens: bigint({ mode: 'number' }).notNull().default(0),
  output_tokens: bigint({ mode: 'number' }).notNull().default(0),
  time: doublePrecision().notNull().default(0),
  cost: doublePrecision().notNull().default(0),
};
const event = schema.table(
  'event',
  {
    id: text().notNull(),
    session_id: text().notNull(),
    run_id: text().notNull(),
    type: text().notNull(),
    occurred_at: timestamp({ withTimezone: true, mode: 'string' }).notNull(),
    model: text(),
    tool_name: text(),
    error: boolean(),
    input_tokens: integer(),
    output_tokens: integer(),
    time: doublePrecision(),
    cost: doublePrecision(),
  },
  (table) => [primaryKey({ columns: [table.session_id, table.id] })],
);
const run = schema.table(
  'run',
  { session_id: text().notNull(), run_id: text().notNull(), ...totals },
  (table) => [primaryKey({ columns: [table.session_id, table.run_id] })],
);
const session = schema.table('session', { session_id: text().primaryKey(), ...totals });

/** The tables, as a migration would create them. */
export const naiveTables = `
  create schema naive;
  create table naive.event (id text not null, session_id text not null, run_id text not null,
    type text not null, occurred_at timestamptz not null, model text, tool_name text, error boolean,
    input_tokens integer, output_tokens integer, "time" float8, cost float8,
    primary key (session_id, id));
  create table naive.run (session_id text not null, run_id text not null,
    messages integer not null default 0, tool_calls integer not null default 0,
    tool_errors integer not null default 0, input_tokens bigint not null default 0,
    output_tokens bigint not null default 0, "time" float8 not null default 0,
    cost float8 not null default 0, primary key (session_id, run_id));
  create table naive.session (session_id text primary key,
    messages integer not null default 0, tool_calls integer not null default 0,
    tool_errors integer not null default 0, input_tokens bigint not null default 0,
    output_tokens bigint not null default 0, "time" float8 not null default 0,
    cost float8 not null default 0);`;

/** Writes one event in one transaction: the log, then the totals of its run and session. */
export function naiveWriter(pool: Pool): (one: MetricEventInput) => Promise<void> {
  const database = drizzle(pool);
  return (one) =>
    database.transaction(async (tx) => {
      const { metrics = {} } = one;
      const isCall = one.type === 'tool_call';
      const session_id = one.session_id ?? one.run_id;
      const isNew = await tx
        .insert(event)
        .values({
          id: one.id ?? '',
          session_id,
          run_id: one.run_id,
          type: one.type,
          occurred_at: String(one.occurred_at),
          model: one.type === 'message' ? one.model : undefined,
          tool_name: isCall ? one.tool_name : undefined,
          error: isCall ? Boolean(one.error) : undefined,
          input_tokens: metrics.input_tokens,
          output_tokens: metrics.output_tokens,
          time: metrics.time,
          cost: metrics.cost,
        })
        .onConflictDoNothing()
        .returning({ id: event.id });
      if (isNew.length === 0) return;
      const added = {
        messages: one.type === 'message' ? 1 : 0,
        tool_calls: isCall ? 1 : 0,
        tool_errors: isCall && one.error ? 1 : 0,
        input_tokens: metrics.input_tokens ?? 0,
        output_tokens: metrics.output_tokens ?? 0,
        time: one.type === 'run' ? 0 : (metrics.time ?? 0),
        cost: metrics.cost ?? 0,
      };
      await tx
        .insert(run)
        .values({ session_id, run_id: one.run_id, ...added })
        .onConflictDoUpdate({ target: [run.session_id, run.run_id], set: sums(run) });
      await tx
        .insert(session)
        .values({ session_id, ...added })
        .onConflictDoUpdate({ target: session.session_id, set: sums(session) });
    });
}

const sums = (table: typeof run | typeof session) => ({
  messages: sql`${table.messages} + excluded.messages`,
  tool_calls: sql`${table.tool_calls} + excluded.tool_calls`,
  tool_errors: sql`${table.tool_errors} + excluded.tool_errors`,
  input_tokens: sql`${table.input_tokens} + excluded.input_tokens`,
  output_tokens: sql`${table.output_tokens} + excluded.output_tokens`,
  time: sql`${table.time} + excluded.time`,
  cost: sql`${table.cost} + excluded.cost`,
});
