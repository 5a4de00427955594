import { formatTimestamp } from '../../events/timestamp.js';
import type { Database } from '../../postgres/database.js';
import type { ProjectOptions } from '../conditions.js';

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
  /** When it is settled, whatever is missing. */
  readonly due_at: string;
}

/** What waits in a project. */
export interface WaitingSpans {
  /** The longest waiting first. */
  readonly items: readonly WaitingSpan[];
  /** How many wait in all. */
  readonly waiting: number;
}

const micros = (column: string) => `(extract(epoch from ${column}) * 1000000)::bigint`;

/** How many to list. */
export interface ListWaitingOptions extends ProjectOptions {
  /** Defaults to 100. */
  readonly limit?: number | undefined;
}

/** Lists spans that wait, the longest waiting first. */
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
  /** Only those of this run's traces. */
  readonly run_id?: string | undefined;
}

/** The most that is counted of a whole project. */
export const mostCounted = 1_000;

/**
 * How many spans wait: in the traces of a run, or in a project, of which at most 1,000 are counted.
 * Those of a run are the spans of the trace that bears its id, or in which a span names it; they may
 * turn out to belong to another run of that trace.
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

/** How many spans wait in the traces of a run, as an expression, for statements that read the run too. */
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
