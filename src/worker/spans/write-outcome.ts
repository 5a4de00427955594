import type { ClientBase } from 'pg';
import type { SpanRow } from '../../otlp/spans/place-span.js';
import { idSql, keyColumns, type TraceKey } from './inbox-rows.js';

const changeSql = `insert into runfold_internal.otlp_span as s
    (project, trace_id, span_id, cut_parent, kind, flags)
  select i.project, i.trace_id, ${idSql('i.span')}, ${idSql('i.cut')}, 0, i.flags
  from unnest($1::integer[], $2::uuid[], $3::text[], $4::text[], $5::smallint[])
    as i(project, trace_id, span, cut, flags)
  on conflict (project, trace_id, span_id) do update
    set cut_parent = excluded.cut_parent, flags = excluded.flags`;
const settleSql = `update runfold_internal.otlp_span s set event = null
  from unnest($1::integer[], $2::uuid[], $3::text[]) as i(project, trace_id, span)
  where s.project = i.project and s.trace_id = i.trace_id and s.span_id = ${idSql('i.span')}`;
const waitSql = `update runfold_internal.otlp_trace t set
    due_at = case when i.seconds is not null then least(now() + make_interval(secs => i.seconds),
      coalesce(t.open_since, now()) + interval '24 hours') end,
    open_since = case when i.seconds is not null then coalesce(t.open_since, now()) end
  from unnest($1::integer[], $2::uuid[], $3::double precision[]) as i(project, trace_id, seconds)
  where t.project = i.project and t.trace_id = i.trace_id
    and (t.due_at is not null or i.seconds is not null)`;

/** The outcome for the traces of a transaction. */
export interface InboxChanges {
  readonly changed: (SpanRow & { readonly project: number })[];
  readonly settled: (TraceKey & { readonly span: string })[];
  /** Seconds that each trace still waits; null if nothing of it waits. */
  readonly waits: (TraceKey & { readonly seconds: number | null })[];
}

/** Writes the outcome for the traces. */
export async function writeOutcome(client: ClientBase, outcome: InboxChanges): Promise<void> {
  const { changed, settled, waits } = outcome;
  if (changed.length > 0) {
    await client.query(changeSql, [
      ...keyColumns(changed),
      changed.map(({ span }) => span),
      changed.map(({ cutParent }) => cutParent ?? null),
      changed.map(({ flags }) => flags),
    ]);
  }
  if (settled.length > 0) {
    await client.query(settleSql, [...keyColumns(settled), settled.map(({ span }) => span)]);
  }
  if (waits.length > 0) {
    await client.query(waitSql, [...keyColumns(waits), waits.map(({ seconds }) => seconds)]);
  }
}
