import { formatTimestamp } from '../../events/timestamp.js';
import type { Database } from '../../postgres/database.js';
import type { ProjectOptions } from '../conditions.js';
import { isSpread } from '../readers/readers.js';

/** A span of OpenTelemetry that waits for the spans above it; its figures are in no total yet. */
export interface WaitingSpan {
  readonly trace_id: string;
  readonly span_id: string;
  readonly type: 'message' | 'tool_call' | 'run';
  readonly model: string | null;
  readonly tool_name: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly waiting_since: string;
  /** When it is settled even if spans are missing. */
  readonly due_at: string;
}

/** The waiting spans of a project. */
export interface WaitingSpans {
  /** Longest waiting first. */
  readonly items: readonly WaitingSpan[];
  /** The total number of waiting spans. */
  readonly waiting: number;
}

const micros = (column: string) => `(extract(epoch from ${column}) * 1000000)::bigint`;

/** How many to list. */
export interface ListWaitingOptions extends ProjectOptions {
  /** Defaults to 100. */
  readonly limit?: number | undefined;
}

/** Lists waiting spans, longest waiting first. */
export async function listWaitingSpans(
  database: Database,
  options: ListWaitingOptions = {},
): Promise<WaitingSpans> {
  const { project = 1, limit = 100 } = options;
  const rows = await database.query<
    WaitingSpan & { waiting: string; waiting_since: string; due_at: string }
  >(
    `select trace_id, span_id, type, model, tool_name, input_tokens, output_tokens,
      ${micros('waiting_since')} as waiting_since, ${micros('due_at')} as due_at,
      count(*) over () as waiting
    from runfold.waiting_spans where project = $1
    order by waiting_since, trace_id, span_id limit $2`,
    [project, limit],
  );
  return {
    items: rows.map(({ waiting: _all, waiting_since, due_at, ...row }) => ({
      ...row,
      waiting_since: formatTimestamp(Number(waiting_since)),
      due_at: formatTimestamp(Number(due_at)),
    })),
    waiting: Number(rows[0]?.waiting ?? 0),
  };
}

/** What to count. */
export interface WaitingOptions extends ProjectOptions {
  /** Only spans in this run's traces. */
  readonly run_id?: string | undefined;
}

/** The maximum count for a whole project. */
export const mostCounted = 1_000;

/**
 * The number of waiting spans: in the traces of a run, or in a project, counted up to 1,000.
 * The traces of a run are the trace with its id, and those in which a span names it; their spans may
 * belong to another run of that trace.
 */
export async function countWaitingSpans(
  database: Database,
  { project = 1, run_id }: WaitingOptions = {},
): Promise<number> {
  const [row] =
    run_id === undefined
      ? await database.query<{ spans: number }>(
          `select count(*)::integer as spans from (
            select from runfold_internal.otlp_trace t
            join runfold_internal.otlp_span s
              on s.project = t.project and s.trace_id = t.trace_id and s.event is not null
            where t.project = $1 and t.due_at is not null limit ${mostCounted}) w`,
          [project],
        )
      : await database.query<{ spans: number }>(`select ${waitingSql('$1', '$2')} as spans`, [
          project,
          run_id,
        ]);
  return row?.spans ?? 0;
}

/** The number of waiting spans in a run's traces, as an expression for statements that also read the run. */
export function waitingSql(project: string, run: string): string {
  return `(select count(*)::integer
    from runfold_internal.otlp_trace t
    join runfold_internal.otlp_span s
      on s.project = t.project and s.trace_id = t.trace_id and s.event is not null
    where t.project = ${project} and t.due_at is not null
      and (t.trace_id = substring(${run}::text from '^[0-9a-f]{32}')::uuid or exists (
        select from runfold_internal.otlp_span o
        where o.project = t.project and o.trace_id = t.trace_id and o.own->>'run' = ${run}::text)))`;
}

/**
 * The number of waiting spans in a run's traces, as an expression for the statement that reads the run as `$1` and `$2`.
 * The spans of a store on several servers are on none of those with runs, so they are counted before: a span that
 * settles meanwhile is also in the totals.
 */
export async function waitingWith(
  database: Database,
  { project, run_id }: WaitingOptions & { readonly run_id: string },
): Promise<string> {
  if (!(await isSpread(database))) return waitingSql('$1', '$2');
  return String(await countWaitingSpans(database, { project, run_id }));
}
