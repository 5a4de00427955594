import type { ClientBase } from 'pg';
import type { SpanRow } from '../../otlp/spans/place-span.js';
import { type SpanItem, spanFlags } from '../../otlp/spans/span-item.js';

/** A trace of a project. */
export interface TraceKey {
  readonly project: number;
  /** 32 hex digits. */
  readonly trace: string;
}

/** A trace whose row is locked by the transaction that read it. */
export interface LockedTrace extends TraceKey {
  readonly root: string | undefined;
  /** Whether this transaction created the row. Then none of its spans was stored before. */
  readonly is_new: boolean;
}

export interface StoredSpans {
  readonly stored: number;
  /** Those that have an event. */
  readonly open: number;
  /** Spans that replaced a placeholder for a missing parent. */
  readonly filled: readonly (TraceKey & { readonly span: string })[];
}

const { standIn, gaveRun, gaveSession, boundRun, boundSession } = spanFlags;
/** Sixteen hex digits as the signed integer that Postgres stores. */
export const idSql = (hex: string) => `('x' || ${hex})::bit(64)::bigint`;
export const hexSql = (id: string) => `lpad(to_hex(${id}), 16, '0')`;
export const traceSql = (id: string) => `replace(${id}::text, '-', '')`;

const lockSql = `insert into runfold_internal.otlp_trace as t (project, trace_id, root_id)
  select i.project, i.trace_id, ${idSql('i.root')}
  from unnest($1::integer[], $2::uuid[], $3::text[]) as i(project, trace_id, root)
  order by i.project, i.trace_id
  on conflict (project, trace_id) do update set is_pruned = false,
    last_seen = case when t.last_seen < now() - interval '10 minutes' then now() else t.last_seen end,
    root_id = least(t.root_id, excluded.root_id)
  returning t.project, ${traceSql('t.trace_id')} as trace, ${hexSql('t.root_id')} as root,
    t.xmax = 0 as is_new`;

/**
 * Locks the traces of spans in a fixed order, so that two workers never settle one at the same
 * time.
 */
export async function lockTraces(
  client: ClientBase,
  spans: readonly (SpanItem & { readonly project: number })[],
): Promise<LockedTrace[]> {
  const roots = new Map<string, TraceKey & { root: string | null }>();
  for (const { project, trace, span, parent } of spans) {
    const key = keyOf({ project, trace });
    const known = roots.get(key) ?? { project, trace, root: null };
    if (parent === undefined && (known.root === null || span < known.root)) known.root = span;
    roots.set(key, known);
  }
  const traces = [...roots.values()];
  const { rows } = await client.query(lockSql, [
    ...keyColumns(traces),
    traces.map(({ root }) => root),
  ]);
  return rows.map((row) => ({ ...row, root: row.root ?? undefined }));
}

const dueSql = `select project, ${traceSql('trace_id')} as trace, ${hexSql('root_id')} as root
  from runfold_internal.otlp_trace
  where due_at <= now() order by project, trace_id limit $1 for update skip locked`;
const chosenSql = `select t.project, ${traceSql('t.trace_id')} as trace, ${hexSql('t.root_id')} as root
  from runfold_internal.otlp_trace t
  join unnest($1::integer[], $2::uuid[]) as i(project, trace_id)
    on t.project = i.project and t.trace_id = i.trace_id
  where t.due_at is not null order by t.project, t.trace_id for update of t`;

/** Locks traces whose wait is over, or given ones that wait. */
export async function lockWaiting(
  client: ClientBase,
  which: { readonly most: number } | { readonly traces: readonly TraceKey[] },
): Promise<LockedTrace[]> {
  const { rows } =
    'most' in which
      ? await client.query(dueSql, [which.most])
      : await client.query(chosenSql, keyColumns(which.traces));
  return rows.map((row) => ({ ...row, root: row.root ?? undefined, is_new: false }));
}

const storeSql = `with done as (
  insert into runfold_internal.otlp_span as s
    (project, trace_id, span_id, parent_id, kind, flags, own, event)
  select i.project, i.trace_id, ${idSql('i.span')}, ${idSql('i.parent')}, i.kind, i.flags,
    i.own::json, i.event::json
  from unnest($1::integer[], $2::uuid[], $3::text[], $4::text[], $5::smallint[], $6::smallint[],
    $7::text[], $8::text[]) as i(project, trace_id, span, parent, kind, flags, own, event)
  on conflict (project, trace_id, span_id) do update set
    parent_id = excluded.parent_id, kind = excluded.kind, own = excluded.own,
    event = excluded.event, flags = excluded.flags
      | case when s.flags & ${gaveRun} <> 0 then ${boundRun} else 0 end
      | case when s.flags & ${gaveSession} <> 0 then ${boundSession} else 0 end
  where s.flags & ${standIn} <> 0
  returning s.project, s.trace_id, s.span_id, s.xmax = 0 as is_new, s.event is not null as is_open)
select (select count(*) from done)::integer as stored,
  (select count(*) from done where is_open)::integer as open,
  (select json_agg(json_build_array(project, ${traceSql('trace_id')}, ${hexSql('span_id')}))
    from done where not is_new) as filled`;

/** The spans of each trace. If a span occurs twice, the first counts. */
export function spansByTrace<T extends TraceKey & { readonly span: string }>(
  spans: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const traces = new Map<string, Map<string, T>>();
  for (const span of spans) {
    const key = keyOf(span);
    const own = traces.get(key) ?? new Map<string, T>();
    traces.set(key, own);
    if (!own.has(span.span)) own.set(span.span, span);
  }
  return new Map([...traces].map(([key, own]) => [key, [...own.values()]]));
}

/** Stores spans that are new. Each is given once. */
export async function storeSpans(
  client: ClientBase,
  list: readonly (SpanItem & { readonly project: number })[],
): Promise<StoredSpans> {
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  const { rows } = await client.query(storeSql, [
    ...keyColumns(list),
    list.map(({ span }) => span),
    list.map(({ parent }) => parent ?? null),
    list.map(({ kind }) => kind),
    list.map(({ flags }) => flags),
    list.map(({ own }) => json(own)),
    list.map(({ event }) => json(event)),
  ]);
  const [{ stored, open, filled } = { stored: 0, open: 0, filled: null }] = rows;
  return {
    stored,
    open,
    filled: (filled ?? []).map(([project, trace, span]: [number, string, string]) => ({
      project,
      trace,
      span,
    })),
  };
}

const fields = (alias: string) =>
  ['project', 'trace_id', 'span_id', 'parent_id', 'cut_parent', 'kind', 'flags']
    .map((name) => `${alias}.${name}`)
    .concat(`${alias}.own::text as own`, `${alias}.event::text as event`)
    .join(', ');
const readSql = `with recursive up as (
  (select ${fields('s')} from unnest($1::integer[], $2::uuid[]) as i(project, trace_id)
    join runfold_internal.otlp_span s on s.project = i.project and s.trace_id = i.trace_id
    where s.event is not null
  union
  select ${fields('s')} from unnest($3::integer[], $4::uuid[], $5::text[]) as i(project, trace_id, span)
    join runfold_internal.otlp_span s
    on s.project = i.project and s.trace_id = i.trace_id and s.span_id = ${idSql('i.span')})
  union
  select ${fields('p')}
  from up cross join lateral (values (up.parent_id), (up.cut_parent)) as above(id)
  join runfold_internal.otlp_span p
    on p.project = up.project and p.trace_id = up.trace_id and p.span_id = above.id)
select project, ${traceSql('trace_id')} as trace, ${hexSql('span_id')} as span,
  ${hexSql('parent_id')} as parent, ${hexSql('cut_parent')} as cut_parent, kind, flags, own, event
from up`;

/** Reads the open spans of traces and some others, with all their ancestors. */
export async function readOpenSpans(
  client: ClientBase,
  traces: readonly TraceKey[],
  others: readonly (TraceKey & { readonly span: string })[],
): Promise<(SpanRow & { readonly project: number })[]> {
  const { rows } = await client.query(readSql, [
    ...keyColumns(traces),
    ...keyColumns(others),
    others.map(({ span }) => span),
  ]);
  return rows.map((row) => ({
    project: row.project,
    trace: row.trace,
    span: row.span,
    parent: row.parent ?? undefined,
    cutParent: row.cut_parent ?? undefined,
    kind: row.kind,
    flags: row.flags,
    own: row.own === null ? undefined : JSON.parse(row.own),
    event: row.event === null ? undefined : JSON.parse(row.event),
  }));
}

/** Keys as two columns, the form in which a statement takes them. */
export function keyColumns(list: readonly TraceKey[]): [number[], string[]] {
  return [list.map(({ project }) => project), list.map(({ trace }) => trace)];
}

export function keyOf({ project, trace }: TraceKey): string {
  return `${project}/${trace}`;
}
