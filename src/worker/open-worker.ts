import { type Job, WaitingError } from 'bullmq';
import type { Logger } from 'pino';
import type { AlertsOptions } from '../alerts/keep-alerts.js';
import { openEventWriter } from '../append/writer/event-writer.js';
import type { WrittenBatch } from '../append/written-batch.js';
import { quietReport } from '../environment/quiet-report.js';
import type { Database } from '../postgres/database.js';
import { openPriceBook } from '../pricing/price-book.js';
import { priceJobs } from '../pricing/price-events.js';
import type { Projection } from '../projections/language/projection.js';
import { projections as allProjections } from '../projections/projections.js';
import { cleanUpRebuild } from '../projections/rebuild/rebuild-claim.js';
import { connectQueue } from '../queue/connect-queue.js';
import { isSpanJob, type QueuedJob } from '../queue/job.js';
import { findOutage } from '../queue/open-queue.js';
import { explainQueueError, NotWrittenError, QueueConnectionError } from '../queue/queue-errors.js';
import type { QueueTarget } from '../queue/queue-target.js';
import { readShardMap } from '../store/shards/open-shard-map.js';
import { adaptiveConcurrency } from './adaptive-concurrency.js';
import { openBatchPace, unpaced } from './batch-pace.js';
import { batchSizes } from './batch-sizes.js';
import { closeWorker } from './close-worker.js';
import { addStats, createGroupCommit, type GroupCommitStats } from './group-commit.js';
import { openReaders } from './queue-readers.js';
import { openSpanPart, type SpanInboxOptions } from './spans/open-spans.js';
import type { SpanStats } from './spans/span-commit.js';
import { keepStatistics } from './statistics-keeper.js';
import { keepWorkerAlerts } from './worker-alerts.js';
import { openWorkerNotes, type WorkerState } from './worker-state.js';

/** Settings of a worker. */
export interface EventWorkerOptions extends SpanInboxOptions {
  readonly database: Database;
  readonly queue: QueueTarget;
  readonly log: Logger;
  /** Batches written at once. Defaults to 2, and to 1 on a shared session. */
  readonly lanes?: number | undefined;
  /**
   * Events in a batch after which no further job joins it. Defaults to 5,000, and in a divided
   * store to 5,000 per stripe, at most 40,000.
   */
  readonly events_per_batch?: number | undefined;
  /** Milliseconds between checks for jobs whose worker died. Defaults to 5,000. */
  readonly stalled_interval_ms?: number | undefined;
  /**
   * Milliseconds after which a job of a dead worker may be taken over. A live worker renews its
   * locks after half of that. Defaults to 10,000.
   */
  readonly lock_ms?: number | undefined;
  /** The projections to fold into. Defaults to all. */
  readonly projections?: readonly Projection[];
  /** How alerts are evaluated and delivered. Defaults to no secrets and no mail. */
  readonly alerts?: AlertsOptions | undefined;
  /** Called with every batch after its commit, for metrics; it must not throw. */
  readonly on_batch?: ((batch: WrittenBatch) => void) | undefined;
}

/** A running worker. */
export interface RunningWorker {
  /**
   * Writes a job that is not on the queue, and resolves after the commit that holds its events.
   * @throws NotWrittenError if the worker closes while Postgres is unavailable
   */
  write(job: QueuedJob): Promise<void>;
  /** Counts of events, including those from spans. */
  stats(): GroupCommitStats;
  /** Counts of OpenTelemetry spans. */
  span_stats(): SpanStats;
  /** Its current state. */
  state(): WorkerState;
  /** The queues that it reads now, by their key prefix. */
  queues(): readonly string[];
  /**
   * Takes no more jobs, writes those in flight, and closes. Jobs that are not written within `timeout_ms` (default
   * 20,000), because Postgres is unavailable or does not respond, go back to the queue; the connections of `database`
   * are then broken. If the queue does not respond for three seconds more, the worker closes without it. May be called
   * again.
   */
  close(options?: { readonly timeout_ms?: number | undefined }): Promise<void>;
}

/**
 * Starts a worker: it moves events from the queue into the log and the projections. If Redis is
 * unavailable, it logs that once, and starts when Redis responds.
 * @throws QueueConnectionError if Redis refuses the password
 */
export async function openWorker(options: EventWorkerOptions): Promise<RunningWorker> {
  const { database, log } = options;
  const shared = database.shares_session;
  // The triggers of a dead rebuild record every event. While Postgres is unavailable the cleanup
  // has to wait.
  await cleanUpRebuild(database).catch((error) =>
    log.warn({ err: error }, 'could not look for the remains of a rebuild'),
  );
  const writer = openEventWriter(database, options.projections ?? allProjections);
  const book = openPriceBook(database);
  const onJob = (size: number) => {
    readers.setConcurrency(concurrency.after(size));
  };
  const notes = openWorkerNotes();
  const statistics = keepStatistics(database, log);
  const map = await readShardMap(database).catch(() => undefined);
  const sizes = batchSizes(map?.stripes ?? 1);
  const batchEvents = options.events_per_batch ?? sizes.batch;
  const concurrency = adaptiveConcurrency(sizes.in_hand);
  const onBatch = (batch: WrittenBatch) => {
    notes.batch();
    statistics.noteBatch(batch, batch.events < batchEvents);
    options.on_batch?.(batch);
  };
  const commit = createGroupCommit({
    findOverflows: writer.findOverflows,
    price: (jobs) => priceJobs(book, jobs),
    run: writer.run,
    log,
    lanes: options.lanes ?? (shared ? 1 : 2),
    batchEvents,
    pace: shared ? unpaced : openBatchPace(batchEvents, concurrency),
    onBatch,
    onJob,
    onFault: notes.fault,
  });
  // This comes before anything that keeps a process alive, because it throws if Redis refuses.
  const outage = await findOutage(options.queue);
  const spans = openSpanPart({ ...options, onBatch, onJob }, book);
  const alerts = keepWorkerAlerts(options);
  const tell = (err: Error, repeated = 0) => {
    notes.fault(err);
    log.error({ err, repeated }, 'queue error; retrying');
  };
  const quiet = quietReport(tell);
  const connected = await connectQueue(options.queue, {
    role: 'worker',
    // Each outage of Redis is reported once.
    onError: (error) => (error instanceof QueueConnectionError ? tell(error) : quiet(error)),
  });

  const write = (job: QueuedJob) => (isSpanJob(job.data) ? spans.write(job) : commit.write(job));
  const process = async (job: Job, token?: string) => {
    try {
      await write({ id: job.id ?? '', data: job.data });
    } catch (error) {
      if (!(error instanceof NotWrittenError) || token === undefined) throw error;
      await job.moveToWait(token);
      throw new WaitingError();
    }
  };

  const readers = await openReaders(
    {
      connected,
      process,
      log,
      is_patient: outage !== undefined,
      lock_ms: options.lock_ms,
      stalled_interval_ms: options.stalled_interval_ms,
    },
    concurrency.current(),
  );
  const starting = readers.started.then(() => {
    notes.start();
    log.info('worker started');
  });
  if (outage !== undefined) starting.catch(connected.onError);
  else {
    try {
      await starting;
    } catch (error) {
      await readers.close(true).catch(() => undefined);
      await Promise.all([spans.close(), alerts.close()]);
      await statistics.close();
      await connected.close();
      throw explainQueueError(error, options.queue);
    }
  }

  return {
    write,
    stats: () => addStats(commit.stats(), spans.eventStats()),
    span_stats: spans.stats,
    queues: readers.names,
    state: () => ({ ...notes.read(), ...commit.state() }),
    async close({ timeout_ms = 20_000 } = {}) {
      const parts = { database, readers, connected, commit, spans, alerts, statistics };
      await closeWorker(parts, { timeout_ms, log });
      log.info(addStats(commit.stats(), spans.eventStats()), 'worker stopped');
    },
  };
}
