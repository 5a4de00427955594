import type { Logger } from 'pino';
import type { BatchOutcome } from '../../append/write-batch.js';
import type { WrittenBatch } from '../../append/written-batch.js';
import { quietReport } from '../../environment/quiet-report.js';
import { retryDelay } from '../../environment/retry-delay.js';
import { sleep } from '../../environment/sleep.js';
import { isConflict, isDataFault } from '../../postgres/postgres-errors.js';
import type { QueuedJob } from '../../queue/job.js';
import { NotWrittenError } from '../../queue/queue-errors.js';
import { explainDatabaseError } from '../../store/store-errors.js';
import { type DecodedSpanJob, decodeSpanJob, rejectedJob, spansIn } from './decode-span-job.js';
import type { InboxOutcome, SpanInbox } from './inbox.js';

/** Counts of spans since the start; at any time stored = settled + waiting in the inbox. */
export interface SpanStats {
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  /** Spans without an event to settle, or whose chain of parents was complete. */
  readonly settled_by_chain: number;
  /** Spans that were settled when their wait was over. */
  readonly settled_by_wait: number;
  readonly late_parents: number;
}

/** Counts of events since the start. */
export interface EventStats extends BatchOutcome {
  readonly received: number;
  readonly batches: number;
  readonly retries: number;
}

/** Puts the spans of many jobs into the inbox, in few transactions. */
export interface SpanCommit {
  /** Resolves after the commit that holds the job's spans. @throws NotWrittenError */
  write(job: QueuedJob): Promise<void>;
  /** Settles the traces whose wait is over. Resolves when there are none left. */
  sweep(): Promise<void>;
  stats(): SpanStats;
  /** Counts of the events that spans became, and of rejects. */
  eventStats(): EventStats;
  abandon(): void;
}

interface Waiting {
  readonly job: QueuedJob;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The number of spans in a transaction after which no further job joins it. */
const batchSpans = 2_000;
/** The number of traces that one transaction of a sweep settles. */
const sweptTraces = 200;

export function createSpanCommit(options: {
  readonly inbox: SpanInbox;
  readonly log: Logger;
  /** Called with the events of each transaction after its commit. */
  readonly onBatch?: ((batch: WrittenBatch) => void) | undefined;
  /** Called with the number of spans in a job. */
  readonly onJob?: ((spans: number) => void) | undefined;
}): SpanCommit {
  const { inbox, log, onBatch, onJob } = options;
  const waiting: Waiting[] = [];
  const closing = new AbortController();
  const tellOutage = quietReport((err, repeated) =>
    log.error({ err, repeated }, 'spans not written; waiting'),
  );
  const totals = {
    stored: 0,
    duplicate: 0,
    rejected: 0,
    settled_by_chain: 0,
    settled_by_wait: 0,
    late_parents: 0,
  };
  const events = { received: 0, applied: 0, duplicate: 0, rejected: 0, batches: 0, retries: 0 };
  let isBusy = false;

  const note = (outcome: InboxOutcome, rejected: number, seconds: number) => {
    totals.stored += outcome.stored;
    totals.duplicate += outcome.duplicate;
    totals.rejected += rejected;
    totals.late_parents += outcome.late;
    // A span without an event does not wait.
    totals.settled_by_chain += outcome.isOver ? 0 : outcome.settled;
    totals.settled_by_wait += outcome.isOver ? outcome.settled : 0;
    totals.settled_by_chain += outcome.stored - outcome.open;
    const { applied, duplicate, rejected: refused } = outcome.events;
    const written = applied + duplicate + refused;
    if (written > 0) {
      onBatch?.({ ...outcome.events, events: written, seconds });
      events.batches += 1;
      log.debug({ stored: outcome.stored, ...outcome.events }, 'batch written');
    }
    events.received += written;
    events.applied += applied;
    events.duplicate += duplicate;
    events.rejected += refused;
    if (refused > 0) log.warn({ rejected: refused }, 'events of spans rejected');
  };

  const commitWaiting = async () => {
    if (isBusy || waiting.length === 0) return;
    isBusy = true;
    const jobs: DecodedSpanJob[] = [];
    let spans = 0;
    while (jobs.length < waiting.length && spans < batchSpans) {
      const next = waiting[jobs.length];
      if (next === undefined) break;
      const job = decodeSpanJob(next.job);
      jobs.push(job);
      spans += spansIn(job);
      onJob?.(spansIn(job));
    }
    const batch = waiting.splice(0, jobs.length);
    try {
      await takeJobs(jobs);
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error as Error);
    } finally {
      isBusy = false;
      setImmediate(() => void commitWaiting());
    }
  };

  const takeJobs = async (jobs: readonly DecodedSpanJob[]): Promise<void> => {
    const spans = jobs.flatMap(({ project, items }) => items.map((item) => ({ ...item, project })));
    const rejects = jobs.flatMap((job) => job.rejects);
    const started = performance.now();
    try {
      const outcome = await inbox.take(jobs[0]?.job.id ?? '', spans, rejects, untilDone);
      const seconds = (performance.now() - started) / 1000;
      note(outcome, rejects.length, seconds);
    } catch (error) {
      if (!isDataFault(error)) throw error;
      // Postgres cannot store some of it: the invalid job becomes a reject, the others are stored.
      const [only] = jobs;
      if (jobs.length === 1 && only !== undefined) {
        const reject = rejectedJob(
          only.job,
          `job: expected spans that Postgres can store, got: ${error.message}`,
        );
        const outcome = await inbox.take(only.job.id, [], [reject], untilDone);
        note(outcome, spans.length, (performance.now() - started) / 1000);
        return;
      }
      for (const job of jobs) await takeJobs([job]);
    }
  };

  /** Retries while Postgres is unavailable or transactions conflict, because both pass. */
  const untilDone = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      if (closing.signal.aborted) throw new NotWrittenError();
      try {
        return await work();
      } catch (error) {
        if (isDataFault(error)) throw error;
        events.retries += 1;
        const delay = isConflict(error) ? Math.random() * 20 : retryDelay(attempt);
        const err = explainDatabaseError(error);
        if (isConflict(error)) log.debug({ err, attempt, delay }, 'spans not written; waiting');
        else tellOutage(err);
        await sleep(delay, closing.signal);
      }
    }
  };

  return {
    write: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        setImmediate(() => void commitWaiting());
      }),
    async sweep() {
      while (!closing.signal.aborted) {
        const started = performance.now();
        const outcome = await inbox.settle({ most: sweptTraces });
        note(outcome, 0, (performance.now() - started) / 1000);
        if (outcome.traces < sweptTraces) return;
      }
    },
    stats: () => ({ ...totals }),
    eventStats: () => ({ ...events }),
    abandon: () => closing.abort(),
  };
}
