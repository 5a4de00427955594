import { destination, type Logger, pino } from 'pino';
import type { AlertsOptions } from './alerts/keep-alerts.js';
import type { WrittenBatch } from './append/written-batch.js';
import type { BudgetCheck } from './budgets/ask-budgets.js';
import type { BudgetCheckOptions } from './budgets/asked-check.js';
import { createBudgetGate } from './budgets/budget-gate.js';
import { errorFields } from './environment/error-fields.js';
import { quietReport } from './environment/quiet-report.js';
import type { JobWriter } from './ingest/job-destination.js';
import { openProducer, type Producer } from './ingest/producer.js';
import type { Database } from './postgres/database.js';
import { createReads, type Reads } from './query/reads/reads.js';
import { openTier, type Tier, type TierOptions } from './tier.js';
import { openWorker, type RunningWorker } from './worker/open-worker.js';

/** Settings of `openRunfold`. */
export interface RunfoldOptions extends TierOptions {
  /** The project of emitted events and of reads. Defaults to 1. */
  readonly project?: number | undefined;
  /** Whether this process also folds events. Defaults to true on the embedded tier, otherwise false. */
  readonly worker?: boolean | undefined;
  /** Seconds that spans of OpenTelemetry wait for a missing parent. Defaults to 600. */
  readonly span_wait_seconds?: number | undefined;
  /** Days that spans are remembered; 0 for forever. Defaults to 30. */
  readonly span_keep_days?: number | undefined;
  /**
   * How this process evaluates and delivers alerts, if it folds. Defaults to no secrets and no
   * mail.
   */
  readonly alerts?: AlertsOptions | undefined;
  /** Called with every batch that this process folds, after its commit; it must not throw. */
  readonly on_batch?: ((batch: WrittenBatch) => void) | undefined;
  /** The log. Defaults to JSON lines of level `warn` on stderr. */
  readonly log?: Logger | undefined;
}

/**
 * An open store with everything that is needed to emit events, fold them and read totals, including the functions
 * of `Reads` for its project.
 */
export interface Runfold extends Reads {
  readonly tier: Tier;
  /** For SQL, and for functions that take a database. */
  readonly database: Database;
  readonly producer: Producer;
  /** Undefined if other processes fold. */
  readonly worker: RunningWorker | undefined;
  /**
   * Checks the project's budgets. With `hold_seconds`, it holds the estimate if every budget allows
   * it. @throws InvalidBudgetError
   */
  checkBudget(options: BudgetCheckOptions): Promise<BudgetCheck>;
  /** Releases what is held under an id and will not be used. Returns whether there was a hold. */
  releaseHold(options: { readonly hold_id: string }): Promise<{ readonly released: boolean }>;
  /**
   * Sends all emitted events to the queue, finishes the batches in flight, and closes everything.
   * @throws QueueUnavailableError if the queue did not accept all events within `timeout_ms`
   * (default 30,000): those that it counts are lost. Everything is closed in any case
   */
  close(options?: { readonly timeout_ms?: number | undefined }): Promise<void>;
}

/**
 * Opens Runfold: without options the embedded store in `.runfold`, with `database_url` a Postgres,
 * and with `redis_url` in addition a queue on Redis. On the embedded tier it serves and migrates the store,
 * or shares that of a process that does. On servers, `runfold migrate` creates the tables. It reads no environment
 * variables: pass `process.env.DATABASE_URL` and `process.env.REDIS_URL` if they name your store.
 */
export async function openRunfold(options: RunfoldOptions = {}): Promise<Runfold> {
  return await openRunfoldOn(await openTier(options), options);
}

/** The same on a tier that is open already. It closes the tier, also if it throws. */
export async function openRunfoldOn(
  tier: Tier,
  options: Omit<RunfoldOptions, keyof TierOptions>,
): Promise<Runfold> {
  const { project, log = defaultLog() } = options;
  const heir = tier.inherit?.();
  const opened: Closable[] = [...(heir === undefined ? [] : [heir.close]), tier.close];
  const close: Runfold['close'] = (how) => closeAll(opened.splice(0).reverse(), how);
  try {
    const isEmbedded = tier.name === 'embedded';
    const worker =
      (options.worker ?? isEmbedded)
        ? await openWorker({
            database: tier.database,
            queue: tier.queue,
            log,
            span_wait_seconds: options.span_wait_seconds,
            span_keep_days: options.span_keep_days,
            alerts: options.alerts,
            on_batch: options.on_batch,
          })
        : undefined;
    if (worker !== undefined) opened.push((how) => worker.close(how));
    const producer = await openProducer(
      {
        queue: tier.queue,
        project,
        on_error: quietReport((err, repeated) =>
          log.warn({ err, repeated }, 'queue unavailable; events stay buffered'),
        ),
      },
      // The queue of an embedded store is in the store itself: to write, take and delete its jobs
      // there would cost more than to fold their events.
      isEmbedded && worker !== undefined ? writerOf(worker) : undefined,
    );
    opened.push(producer.close);
    // What was accepted has to be written before this process ends.
    opened.push(async () => {
      if (producer.stats().waiting_events > 0) heir?.hurry();
    });
    const reads = createReads(tier.database, project);
    const gate = createBudgetGate(tier.database);
    const checkBudget: Runfold['checkBudget'] = (given) => gate.check(given, project);
    const releaseHold: Runfold['releaseHold'] = (given) => gate.release(given, project);
    const { database } = tier;
    return { ...reads, checkBudget, releaseHold, tier, database, producer, worker, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The worker as the writer of a producer's jobs. */
function writerOf({ write, state }: RunningWorker): JobWriter {
  return {
    write,
    fault() {
      const { last_error, last_error_at, last_batch_at } = state();
      return last_error === null || last_error_at < last_batch_at
        ? undefined
        : new Error(last_error);
    },
  };
}

function defaultLog(): Logger {
  const options = { level: 'warn', serializers: { err: errorFields } };
  return pino(options, destination({ fd: 2, sync: true }));
}

type Closable = (options?: { readonly timeout_ms?: number | undefined }) => Promise<void>;

/** Closes each one in order, even if an earlier one fails, and then throws the first error. */
async function closeAll(opened: readonly Closable[], ...how: Parameters<Closable>): Promise<void> {
  const faults: unknown[] = [];
  for (const close of opened) {
    try {
      await close(...how);
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}
