import type { Reject } from '../../append/reject.js';
import type { BatchOutcome } from '../../append/write-batch.js';
import type { SpanItem } from '../../otlp/spans/span-item.js';
import type { TraceKey } from './inbox-rows.js';

/** The result of taking or settling spans. */
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

/** Runs a transaction, and decides whether to repeat it after an error. Defaults to running it once. */
export type Repeat = <T>(transaction: () => Promise<T>) => Promise<T>;

/** The inbox of spans: each waits, durably, until its session and run are known. */
export interface SpanInbox {
  /** Stores spans, and settles those whose chain of parents is complete. */
  take(
    jobId: string,
    spans: readonly ProjectSpan[],
    rejects: readonly Reject[],
    repeat?: Repeat,
  ): Promise<InboxOutcome>;
  /** Settles traces whose wait is over, up to a given number, or the given waiting traces. */
  settle(
    which: { readonly most: number } | { readonly traces: readonly TraceKey[] },
    repeat?: Repeat,
  ): Promise<InboxOutcome>;
}

export type ProjectSpan = SpanItem & { readonly project: number };
