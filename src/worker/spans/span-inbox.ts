import type pg from 'pg';
import type { Reject } from '../../append/reject.js';
import type { BatchOutcome } from '../../append/write-batch.js';
import type { SpanRow } from '../../otlp/spans/place-span.js';
import { type SettledEvent, type Settlement, settleTrace } from '../../otlp/spans/settle-trace.js';
import type { SpanItem } from '../../otlp/spans/span-item.js';
import type { Database } from '../../postgres/database.js';
import type { AppendEvents } from './append-events.js';
import {
  keyOf,
  type LockedTrace,
  lockTraces,
  lockWaiting,
  readOpenSpans,
  type StoredSpans,
  storeSpans,
  type TraceKey,
} from './inbox-rows.js';
import { writeOutcome } from './write-outcome.js';

/** What a transaction of the inbox did. */
export interface InboxOutcome {
  /** Spans that were new. */
  readonly stored: number;
  /** Those of them that have an event to settle. */
  readonly open: number;
  readonly duplicate: number;
  /** Spans that came after others had been settled without them. */
  readonly late: number;
  /** Spans that were settled, and whether their chain was whole or their wait over. */
  readonly settled: number;
  readonly isOver: boolean;
  readonly traces: number;
  readonly events: BatchOutcome;
}

/** The inbox of spans: each waits, durably, until it is known where it belongs. */
export interface SpanInbox {
  /** Keeps spans, and settles those whose chain of parents is whole, in one transaction. */
  take(
    jobId: string,
    spans: readonly ProjectSpan[],
    rejects: readonly Reject[],
  ): Promise<InboxOutcome>;
  /** Settles traces whose wait is over, at most so many, or given ones that wait. */
  settle(
    which: { readonly most: number } | { readonly traces: readonly TraceKey[] },
  ): Promise<InboxOutcome>;
}

export type ProjectSpan = SpanItem & { readonly project: number };

/** Seconds that a trace waits once its root is there: children end before it, so little is to come. */
const rootSeconds = 15;
/** Seconds that a trace waits when all that is missing is in other processes. */
const remoteSeconds = 60;

export function createSpanInbox(options: {
  readonly database: Database;
  /** Called before each transaction: within one, nothing may ask another connection. */
  readonly prepare: () => Promise<void>;
  /** Appends and folds events within the transaction of a connection. */
  readonly append: AppendEvents;
  /** Seconds that a trace waits for a parent; 0 for none. */
  readonly waitSeconds: number;
}): SpanInbox {
  const { database, prepare, append, waitSeconds } = options;

  const settleLocked = async (
    client: pg.PoolClient,
    jobId: string,
    traces: readonly LockedTrace[],
    filled: StoredSpans['filled'],
    rejects: readonly Reject[],
    isOver: boolean,
  ) => {
    const rows = await readOpenSpans(client, traces, filled);
    const byTrace = groupByTrace(rows);
    const filledByTrace = groupByTrace(filled);
    const settled: (TraceKey & { span: string })[] = [];
    const changed: (SpanRow & { project: number })[] = [];
    const waits: (TraceKey & { seconds: number | null })[] = [];
    const events = new Map<number, SettledEvent[]>();
    for (const { project, trace, root } of traces) {
      const key = keyOf({ project, trace });
      const outcome = settleTrace({
        trace,
        rows: byTrace.get(key) ?? [],
        root,
        filled: new Set(filledByTrace.get(key)?.map(({ span }) => span)),
        isOver,
      });
      for (const span of outcome.settled) settled.push({ project, trace, span });
      for (const row of outcome.changed) changed.push({ ...row, project });
      waits.push({ project, trace, seconds: secondsOf(outcome, root !== undefined) });
      if (outcome.events.length > 0) {
        events.set(project, [...(events.get(project) ?? []), ...outcome.events]);
      }
    }
    const written = await append(client, jobId, events, rejects);
    await writeOutcome(client, { changed, settled, waits });
    return { settled: settled.length, events: written };
  };

  const secondsOf = ({ waiting, isRemote }: Settlement, hasRoot: boolean): number | null => {
    if (waiting === 0) return null;
    return Math.min(waitSeconds, hasRoot ? rootSeconds : isRemote ? remoteSeconds : waitSeconds);
  };

  const transaction = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    await prepare();
    const client = await database.pool.connect();
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      // On a broken connection there is nothing to roll back; the first error tells the story.
      const isBroken = await client.query('rollback').then(
        () => false,
        () => true,
      );
      client.release(isBroken);
      throw error;
    }
  };

  return {
    take: (jobId, spans, rejects) =>
      transaction(async (client) => {
        const traces = spans.length === 0 ? [] : await lockTraces(client, spans);
        const { stored, open, filled } = await storeSpans(client, spans);
        const isOver = waitSeconds === 0;
        const outcome = await settleLocked(client, jobId, traces, filled, rejects, isOver);
        return {
          ...outcome,
          stored,
          open,
          duplicate: spans.length - stored,
          late: filled.length,
          isOver,
          traces: traces.length,
        };
      }),
    settle: (which) =>
      transaction(async (client) => {
        const traces = await lockWaiting(client, which);
        const outcome = await settleLocked(client, 'overdue spans', traces, [], [], true);
        return {
          ...outcome,
          stored: 0,
          open: 0,
          duplicate: 0,
          late: 0,
          isOver: true,
          traces: traces.length,
        };
      }),
  };
}

function groupByTrace<T extends TraceKey>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}
