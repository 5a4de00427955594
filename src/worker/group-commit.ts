import type { Logger } from 'pino';
import type { EventBatch } from '../append/batch.js';
import { type DecodedJob, eventsIn, readJob } from '../append/decode-job.js';
import { type BatchOutcome, type RunStatement, writeBatch } from '../append/write-batch.js';
import type { WrittenBatch } from '../append/written-batch.js';
import { quietReport } from '../environment/quiet-report.js';
import { retryDelay } from '../environment/retry-delay.js';
import { sleep } from '../environment/sleep.js';
import { faultKind } from '../postgres/postgres-errors.js';
import type { QueuedJob } from '../queue/job.js';
import { NotWrittenError } from '../queue/queue-errors.js';
import { explainDatabaseError } from '../store/store-errors.js';
import type { BatchPace } from './batch-pace.js';
import type { WorkerState } from './worker-state.js';

/** Groups the events of many jobs into few transactions. */
export interface GroupCommit {
  /**
   * Resolves after the commit that holds the job's events.
   * @throws NotWrittenError if the worker closes while Postgres is unavailable
   */
  write(job: QueuedJob): Promise<void>;
  stats(): GroupCommitStats;
  /** The current writes. */
  state(): Pick<WorkerState, 'lanes' | 'busy_lanes' | 'waiting_jobs'>;
  /** Stops waiting for an unavailable Postgres: unwritten jobs go back to the queue. */
  abandon(): void;
}

/** Counts since the start; once everything is written, received = applied + duplicate + rejected. */
export interface GroupCommitStats extends BatchOutcome {
  readonly received: number;
  readonly batches: number;
  /** Writes that were retried, because Postgres was unavailable or transactions conflicted. */
  readonly retries: number;
}

/** A job counts as at least one event per this many characters. */
const longEvent = 2_000;

interface Waiting {
  readonly job: QueuedJob;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export function createGroupCommit(options: {
  /** Prices the events of jobs, in place, before they are written. May be called again for the same jobs. */
  readonly price: (jobs: readonly DecodedJob[]) => Promise<void>;
  readonly run: RunStatement;
  /** As in `WriteOptions`. */
  readonly findOverflows?: ((batch: EventBatch) => Promise<readonly number[]>) | undefined;
  readonly log: Logger;
  /** Batches written at once. */
  readonly lanes: number;
  /** Events in a batch after which no further job joins it. */
  readonly batchEvents: number;
  /** When the next batch starts while a lane is free. */
  readonly pace: BatchPace;
  /** Called with every batch after its commit. */
  readonly onBatch?: ((batch: WrittenBatch) => void) | undefined;
  /** Called with the number of events of a job when it joins a batch. */
  readonly onJob?: ((events: number) => void) | undefined;
  /** Called with the error that prevents a batch from being written. */
  readonly onFault?: ((error: unknown) => void) | undefined;
}): GroupCommit {
  const { price, run, findOverflows, log, lanes, batchEvents, pace, onBatch, onJob, onFault } =
    options;
  const waiting: Waiting[] = [];
  const closing = new AbortController();
  const totals = { received: 0, applied: 0, duplicate: 0, rejected: 0, batches: 0, retries: 0 };
  let timer: NodeJS.Timeout | undefined;
  let busy = 0;
  let scheduled = false;
  // In an outage every attempt of every lane fails in the same way.
  const tellOutage = quietReport((err, repeated) =>
    log.error({ err, repeated }, 'write failed; waiting'),
  );

  // Jobs gather in the next batch while all lanes are busy, and as long as the pace says.
  const schedule = () => {
    if (scheduled || busy >= lanes || waiting.length === 0) return;
    const ms = pace.delay(waiting.length);
    if (ms > 0) {
      timer ??= setTimeout(() => {
        timer = undefined;
        schedule();
      }, Math.ceil(ms));
      return;
    }
    clearTimeout(timer);
    timer = undefined;
    scheduled = true;
    // Jobs that arrive in the same turn of the event loop share a batch.
    setImmediate(() => {
      scheduled = false;
      if (busy < lanes && waiting.length > 0) {
        const { batch, jobs } = takeBatch();
        pace.start();
        void commit(batch, jobs);
      }
      schedule();
    });
  };

  // Jobs are decoded just before they are written. The data is then still in the processor's cache
  // when it is sorted and encoded, and a waiting job is one string.
  const takeBatch = () => {
    const jobs: DecodedJob[] = [];
    let weight = 0;
    while (jobs.length < waiting.length && weight < batchEvents) {
      const next = waiting[jobs.length];
      if (next === undefined) break;
      const job = readJob(next.job.id, next.job.data);
      jobs.push(job);
      // A long job counts as the number of events that would fill it, whatever it contains.
      const events = Math.max(eventsIn(job), next.job.data.length / longEvent);
      weight += events;
      onJob?.(events);
    }
    return { batch: waiting.splice(0, jobs.length), jobs };
  };

  const commit = async (batch: readonly Waiting[], jobs: readonly DecodedJob[]) => {
    busy += 1;
    try {
      const events = jobs.reduce((sum, job) => sum + eventsIn(job), 0);
      const started = performance.now();
      const outcome = await writeUntilDone(jobs);
      const seconds = (performance.now() - started) / 1000;
      pace.end(seconds * 1000);
      onBatch?.({ ...outcome, events, seconds });
      totals.batches += 1;
      totals.received += events;
      totals.applied += outcome.applied;
      totals.duplicate += outcome.duplicate;
      totals.rejected += outcome.rejected;
      if (outcome.rejected > 0) log.warn({ rejected: outcome.rejected }, 'events rejected');
      log.debug({ jobs: batch.length, ...outcome }, 'batch written');
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error as Error);
    } finally {
      busy -= 1;
      schedule();
    }
  };

  const writeUntilDone = async (jobs: readonly DecodedJob[]) => {
    for (let attempt = 0; ; attempt++) {
      if (closing.signal.aborted) throw new NotWrittenError();
      try {
        await price(jobs);
        // An error that occurs twice in a row comes from the data.
        const outcome = await writeBatch(run, jobs, { findOverflows, is_repeated: attempt > 1 });
        if (attempt > 0) log.info({ attempt }, 'written after retries');
        return outcome;
      } catch (error) {
        // An outage ends on its own or needs the operator. The jobs wait here, their locks are
        // renewed, and no attempt is used up.
        totals.retries += 1;
        const isConflict = faultKind(error) === 'conflict';
        const delay = isConflict ? Math.random() * 20 : retryDelay(attempt);
        const err = explainDatabaseError(error);
        if (isConflict) log.debug({ err, attempt, delay }, 'write failed; waiting');
        else {
          onFault?.(err);
          tellOutage(err);
        }
        await sleep(delay, closing.signal);
      }
    }
  };

  return {
    write: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        schedule();
      }),
    stats: () => ({ ...totals }),
    state: () => ({ lanes, busy_lanes: busy, waiting_jobs: waiting.length }),
    abandon: () => closing.abort(),
  };
}

/** The sum of the counts of two writers. */
export function addStats(events: GroupCommitStats, ofSpans: GroupCommitStats): GroupCommitStats {
  return {
    received: events.received + ofSpans.received,
    applied: events.applied + ofSpans.applied,
    duplicate: events.duplicate + ofSpans.duplicate,
    rejected: events.rejected + ofSpans.rejected,
    batches: events.batches + ofSpans.batches,
    retries: events.retries + ofSpans.retries,
  };
}
