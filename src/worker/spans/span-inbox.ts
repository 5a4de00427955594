import type pg from 'pg';
import type { Reject } from '../../append/reject.js';
import type { BatchOutcome } from '../../append/write-batch.js';
import {
  type SettledEvent,
  type Settlement,
  settleTrace,
  type TraceRows,
} from '../../otlp/spans/settle-trace.js';
import type { SpanItem } from '../../otlp/spans/span-item.js';
import type { Database } from '../../postgres/database.js';
import type { AppendEvents } from './append-events.js';
import { inTransaction } from './in-transaction.js';
import {
  keyOf,
  type LockedTrace,
  lockTraces,
  lockWaiting,
  readOpenSpans,
  type StoredSpans,
  spansByTrace,
  storeSpans,
  type TraceKey,
} from './inbox-rows.js';
import { type InboxChanges, writeOutcome } from './write-outcome.js';

/** The result of a transaction of the inbox. */
export interface InboxOutcome {
  /** Spans that were new. */
  readonly stored: number;
  /** Those of them that have an event to settle. */
  readonly open: number;
  readonly duplicate: number;
  /** Spans that arrived after others had been settled without them. */
  readonly late: number;
  /** Settled spans, by whether their chain was complete or their wait was over. */
  readonly settled: number;
  readonly isOver: boolean;
  readonly traces: number;
  readonly events: BatchOutcome;
}

/** The inbox of spans: each waits, durably, until its session and run are known. */
export interface SpanInbox {
  /** Stores spans, and settles those whose chain of parents is complete, in one transaction. */
  take(
    jobId: string,
    spans: readonly ProjectSpan[],
    rejects: readonly Reject[],
  ): Promise<InboxOutcome>;
  /** Settles traces whose wait is over, up to a given number, or the given waiting traces. */
  settle(
    which: { readonly most: number } | { readonly traces: readonly TraceKey[] },
  ): Promise<InboxOutcome>;
}

export type ProjectSpan = SpanItem & { readonly project: number };

/**
 * Seconds that a trace waits once its root has arrived. Children end before the root, so little is
 * missing.
 */
const rootSeconds = 15;
/** Seconds that a trace waits if only spans of other processes are missing. */
const remoteSeconds = 60;

export function createSpanInbox(options: {
  readonly database: Database;
  /** Called before each transaction, because inside one nothing may wait for another connection. */
  readonly prepare: () => Promise<void>;
  /** Appends and folds events within the transaction of a connection. */
  readonly append: AppendEvents;
  /** Seconds that a trace waits for a parent; 0 for none. */
  readonly waitSeconds: number;
}): SpanInbox {
  const { database, prepare, append, waitSeconds } = options;

  /** Settles what it can of one trace, and records what to write. */
  const settleOne = (
    work: Work,
    { project, trace, root, is_new }: LockedTrace,
    given: Pick<TraceRows, 'rows' | 'filled' | 'isOver'>,
  ): Settlement => {
    const outcome = settleTrace({ trace, root, ...given });
    for (const row of outcome.changed) work.changed.push({ ...row, project });
    const seconds = secondsOf(outcome, root !== undefined);
    // If the row is new, nothing waits yet.
    if (seconds !== null || !is_new) work.waits.push({ project, trace, seconds });
    const events = work.events.get(project);
    if (events !== undefined) events.push(...outcome.events);
    else if (outcome.events.length > 0) work.events.set(project, [...outcome.events]);
    return outcome;
  };

  /** Settles traces that have rows already. */
  const settleStored = async (
    client: pg.PoolClient,
    work: Work,
    traces: readonly LockedTrace[],
    filled: StoredSpans['filled'],
    isOver: boolean,
  ) => {
    if (traces.length === 0) return;
    // When a wait is over, a chain with a missing parent continues at the root. The ancestors of the
    // open spans do not lead there.
    const roots = (isOver ? traces : []).flatMap(({ root: span, ...key }) =>
      span === undefined ? [] : [{ ...key, span }],
    );
    const rows = spansByTrace(await readOpenSpans(client, traces, [...filled, ...roots]));
    const filledByTrace = spansByTrace(filled);
    for (const place of traces) {
      const { project, trace } = place;
      const key = keyOf(place);
      const { settled } = settleOne(work, place, {
        rows: rows.get(key) ?? [],
        filled: new Set(filledByTrace.get(key)?.map(({ span }) => span)),
        isOver,
      });
      for (const span of settled) work.settled.push({ project, trace, span });
    }
  };

  const secondsOf = ({ waiting, isRemote }: Settlement, hasRoot: boolean): number | null => {
    if (waiting === 0) return null;
    return Math.min(waitSeconds, hasRoot ? rootSeconds : isRemote ? remoteSeconds : waitSeconds);
  };

  const transaction = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    await prepare();
    return await inTransaction(database, work);
  };

  return {
    take: (jobId, spans, rejects) =>
      transaction(async (client) => {
        const isOver = waitSeconds === 0;
        const traces = spans.length === 0 ? [] : await lockTraces(client, spans);
        const work = createWork();
        const given = spansByTrace(spans);
        const kept: ProjectSpan[] = [];
        let atOnce = 0;
        for (const place of traces) {
          const own = given.get(keyOf(place)) ?? [];
          if (!place.is_new) {
            kept.push(...own);
            continue;
          }
          // All spans of the trace are here, so they are settled without being stored first.
          const outcome = settleOne(work, place, { rows: own, filled: none, isOver });
          const done = new Set(outcome.settled);
          atOnce += done.size;
          for (const span of own) {
            kept.push(done.has(span.span) ? { ...span, event: undefined } : span);
          }
        }
        const { stored, open, filled } = await storeSpans(client, kept);
        const old = traces.filter(({ is_new }) => !is_new);
        await settleStored(client, work, old, filled, isOver);
        const events = await append(client, jobId, work.events, rejects);
        await writeOutcome(client, work);
        return {
          settled: work.settled.length + atOnce,
          events,
          stored,
          open: open + atOnce,
          duplicate: spans.length - stored,
          late: filled.length,
          isOver,
          traces: traces.length,
        };
      }),
    settle: (which) =>
      transaction(async (client) => {
        const traces = await lockWaiting(client, which);
        const work = createWork();
        await settleStored(client, work, traces, [], true);
        const events = await append(client, 'overdue spans', work.events, []);
        await writeOutcome(client, work);
        return {
          settled: work.settled.length,
          events,
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

/** What a transaction will write. */
interface Work extends InboxChanges {
  readonly events: Map<number, SettledEvent[]>;
}

const createWork = (): Work => ({ events: new Map(), changed: [], settled: [], waits: [] });
const none: ReadonlySet<string> = new Set();
