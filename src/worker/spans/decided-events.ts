import type { ClientBase, PoolClient } from 'pg';
import type { BatchOutcome } from '../../append/write-batch.js';
import type { SettledEvent } from '../../otlp/spans/settle-trace.js';
import { spanFlags } from '../../otlp/spans/span-item.js';
import type { Database } from '../../postgres/database.js';
import { inTransaction } from '../../postgres/in-transaction.js';
import { hexSql, idSql, keyColumns, lockWaiting, type TraceKey, traceSql } from './inbox-rows.js';
import { addEvents, type DecidedEvent } from './inbox-work.js';

const decideSql = `update runfold_internal.otlp_span s
  set event = i.event::json, flags = s.flags | ${spanFlags.decided}
  from unnest($1::integer[], $2::uuid[], $3::text[], $4::text[]) as i(project, trace_id, span, event)
  where s.project = i.project and s.trace_id = i.trace_id and s.span_id = ${idSql('i.span')}`;
const readSql = `select s.project, ${traceSql('s.trace_id')} as trace, ${hexSql('s.span_id')} as span, s.event
  from unnest($1::integer[], $2::uuid[]) as i(project, trace_id)
  join runfold_internal.otlp_span s on s.project = i.project and s.trace_id = i.trace_id
  where s.event is not null and s.flags & ${spanFlags.decided} <> 0 order by 1, 2, 3`;
const appendedSql = `update runfold_internal.otlp_span s
  set event = null, flags = s.flags & ~${spanFlags.decided}::smallint
  from unnest($1::integer[], $2::uuid[], $3::text[]) as i(project, trace_id, span)
  where s.project = i.project and s.trace_id = i.trace_id and s.span_id = ${idSql('i.span')}`;
const doneSql = `update runfold_internal.otlp_trace t set due_at = null, open_since = null
  from unnest($1::integer[], $2::uuid[]) as i(project, trace_id)
  where t.project = i.project and t.trace_id = i.trace_id and not exists (
    select from runfold_internal.otlp_span s
    where s.project = t.project and s.trace_id = t.trace_id and s.event is not null)`;

/** Stores the events of spans that are stored already. */
export async function storeDecided(
  client: ClientBase,
  decided: readonly DecidedEvent[],
): Promise<void> {
  if (decided.length === 0) return;
  await client.query(decideSql, [
    ...keyColumns(decided),
    decided.map(({ span }) => span),
    decided.map(({ event }) => JSON.stringify(event)),
  ]);
}

/**
 * Appends what was decided for some traces, with their rows locked. Another worker may have done so meanwhile. Traces of
 * which nothing waits any more are done.
 */
export function appendDecided(
  database: Database,
  traces: readonly TraceKey[],
  append: (
    client: PoolClient,
    events: ReadonlyMap<number, SettledEvent[]>,
  ) => Promise<BatchOutcome>,
): Promise<BatchOutcome> {
  return inTransaction(database, async (client) => {
    const locked = await lockWaiting(client, { traces });
    const { rows } = await client.query<DecidedEvent>(readSql, keyColumns(locked));
    const events = new Map<number, SettledEvent[]>();
    for (const one of rows) addEvents(events, one.project, [one]);
    const outcome = await append(client, events);
    if (rows.length > 0) {
      await client.query(appendedSql, [...keyColumns(rows), rows.map(({ span }) => span)]);
    }
    await client.query(doneSql, keyColumns(locked));
    return outcome;
  });
}
