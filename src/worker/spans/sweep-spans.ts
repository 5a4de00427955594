import type { Logger } from 'pino';
import { quietReport } from '../../environment/quiet-report.js';
import { sleep } from '../../environment/sleep.js';
import type { Database } from '../../postgres/database.js';
import type { SpanCommit } from './span-commit.js';

/** Milliseconds between two checks for traces whose wait is over. */
const sweepMs = 5_000;
/** Milliseconds between two checks for rows that are no longer needed. */
const forgetMs = 600_000;
/** The maximum number of traces that one statement deletes. */
const forgottenTraces = 1_000;

const forgetSql = `with gone as (
  delete from runfold_internal.otlp_trace where ctid in (
    select ctid from runfold_internal.otlp_trace
    where due_at is null and last_seen < now() - make_interval(days => $1)
    limit $2 for update skip locked)
  returning project, trace_id),
spans as (
  delete from runfold_internal.otlp_span s using gone g
  where s.project = g.project and s.trace_id = g.trace_id)
select count(*)::integer as traces from gone`;

/** Spans without an event are needed only while descendants may still arrive. */
const pruneSql = `with old as (
  update runfold_internal.otlp_trace set is_pruned = true where ctid in (
    select ctid from runfold_internal.otlp_trace
    where not is_pruned and due_at is null and last_seen < now() - interval '1 day'
    limit $1 for update skip locked)
  returning project, trace_id),
spans as (
  delete from runfold_internal.otlp_span s using old o
  where s.project = o.project and s.trace_id = o.trace_id and s.kind = 0 and s.flags & 4 = 0)
select count(*)::integer as traces from old`;

/**
 * Deletes what is no longer needed: spans without an event a day after their trace was last seen,
 * and the whole trace after the given number of days, 0 for never. A trace that waits is kept.
 */
export async function forgetSpans(
  database: Pick<Database, 'query'>,
  keepDays: number,
  signal?: AbortSignal,
): Promise<void> {
  const repeat = async (sql: string, values: readonly number[]) => {
    for (;;) {
      const [row] = await database.query<{ traces: number }>(sql, values);
      if (signal?.aborted || (row?.traces ?? 0) < forgottenTraces) return;
    }
  };
  await repeat(pruneSql, [forgottenTraces]);
  if (keepDays > 0) await repeat(forgetSql, [keepDays, forgottenTraces]);
}

/** Settles traces whose wait is over, and forgets old ones, until it is closed. */
export function startSweep(options: {
  readonly database: Database;
  readonly commit: SpanCommit;
  readonly log: Logger;
  /** Days after which a trace is forgotten; 0 for never. */
  readonly keepDays: number;
}): { close(): Promise<void> } {
  const { database, commit, log, keepDays } = options;
  const closing = new AbortController();
  const tellOutage = quietReport((err, repeated) =>
    log.warn({ err, repeated }, 'could not settle waiting spans; retrying'),
  );
  const loop = async () => {
    let forgotten = performance.now();
    while (!closing.signal.aborted) {
      await sleep(sweepMs, closing.signal);
      if (closing.signal.aborted) return;
      try {
        await commit.sweep();
        if (performance.now() - forgotten < forgetMs) continue;
        forgotten = performance.now();
        await forgetSpans(database, keepDays, closing.signal);
      } catch (error) {
        tellOutage(error);
      }
    }
  };
  const running = loop();
  return {
    close: () => {
      closing.abort();
      return running;
    },
  };
}
