import type pg from 'pg';
import type { Reject } from '../../append/reject.js';
import { type Settlement, settleTrace, type TraceRows } from '../../otlp/spans/settle-trace.js';
import type { Database } from '../../postgres/database.js';
import { inTransaction } from '../../postgres/in-transaction.js';
import type { ShardMap } from '../../store/shards/shard-map.js';
import type { AppendEvents } from './append-events.js';
import { appendDecided, storeDecided } from './decided-events.js';
import type { InboxOutcome, ProjectSpan, Repeat, SpanInbox } from './inbox.js';
import {
  keyOf,
  type LockedTrace,
  lockTraces,
  lockWaiting,
  readOpenSpans,
  type StoredSpans,
  spansByTrace,
  storeSpans,
} from './inbox-rows.js';
import { addEvents, addOutcomes, createWork, type Work } from './inbox-work.js';
import { writeOutcome } from './write-outcome.js';

/**
 * Seconds that a trace waits once its root has arrived. Children end before the root, so little is
 * missing.
 */
const rootSeconds = 15;
/** Seconds that a trace waits if only spans of other processes are missing. */
const remoteSeconds = 60;
/** Seconds after which a sweep appends what was decided, if the worker that decided it has died. */
const decidedSeconds = 15;

export function createSpanInbox(options: {
  readonly database: Database;
  /**
   * Called before each transaction, because inside one nothing may wait for another connection. Returns where the shards
   * are.
   */
  readonly prepare: () => Promise<ShardMap>;
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
    let seconds = secondsOf(outcome, root !== undefined);
    if (work.decided === undefined) {
      addEvents(work.events, project, outcome.events);
    } else {
      for (const { span, event } of outcome.events) {
        work.decided.push({ project, trace, span, event });
      }
      if (outcome.events.length + outcome.decided > 0) {
        work.unfinished.push({ project, trace });
        seconds ??= decidedSeconds;
      }
    }
    // If the row is new, nothing waits yet.
    if (seconds !== null || !is_new) work.waits.push({ project, trace, seconds });
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

  /** Does work in one transaction. If the log is elsewhere, that only decides, and a second one appends. */
  const transaction = async (
    { jobId, rejects, repeat }: { jobId: string; rejects: readonly Reject[]; repeat: Repeat },
    work: (client: pg.PoolClient, to: Work) => Promise<Omit<InboxOutcome, 'events'>>,
  ): Promise<InboxOutcome> => {
    const { map, outcome, unfinished } = await repeat(async () => {
      const map = await prepare();
      const to = createWork(map.is_spread === true);
      const outcome = await inTransaction(database, async (client) => {
        const done = await work(client, to);
        const events = await append(client, map, jobId, to.events, rejects);
        await writeOutcome(client, to);
        await storeDecided(client, to.decided ?? []);
        return { ...done, events };
      });
      return { map, outcome, unfinished: to.unfinished };
    });
    if (unfinished.length === 0) return outcome;
    const events = await repeat(() =>
      appendDecided(database, unfinished, (client, decided) =>
        append(client, map, jobId, decided, []),
      ),
    );
    return { ...outcome, events: addOutcomes(outcome.events, events) };
  };

  return {
    take: (jobId, spans, rejects, repeat = once) =>
      transaction({ jobId, rejects, repeat }, async (client, work) => {
        const isOver = waitSeconds === 0;
        const traces = spans.length === 0 ? [] : await lockTraces(client, spans);
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
        return {
          settled: work.settled.length + atOnce,
          stored,
          open: open + atOnce,
          duplicate: spans.length - stored,
          late: filled.length,
          isOver,
          traces: traces.length,
        };
      }),
    settle: (which, repeat = once) =>
      transaction({ jobId: 'overdue spans', rejects: [], repeat }, async (client, work) => {
        const traces = await lockWaiting(client, which);
        await settleStored(client, work, traces, [], true);
        return {
          settled: work.settled.length,
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

const once: Repeat = (run) => run();
const none: ReadonlySet<string> = new Set();
