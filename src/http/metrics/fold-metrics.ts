import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { WrittenBatch } from '../../append/written-batch.js';
import type { GroupCommitStats } from '../../worker/group-commit.js';
import type { WorkerState } from '../../worker/worker-state.js';

/** The worker of this process, for its metrics; undefined until it has started. */
export interface FoldSources {
  readonly stats: () => GroupCommitStats | undefined;
  readonly state: () => WorkerState | undefined;
}

/** The counts of the fold; once everything is written, received = applied + duplicate + rejected. */
const counts = {
  runfold_events_received_total: [
    'Events that the worker of this process took from the queue.',
    'received',
  ],
  runfold_events_applied_total: ['Events that were new and changed totals.', 'applied'],
  runfold_events_duplicate_total: [
    'Events that were in the log already and changed nothing.',
    'duplicate',
  ],
  runfold_events_rejected_total: [
    'Events that could not be stored; they are kept as rejects.',
    'rejected',
  ],
  runfold_fold_retries_total: [
    'Writes that were retried, because Postgres was unavailable or transactions conflicted.',
    'retries',
  ],
} as const satisfies Record<string, readonly [string, keyof GroupCommitStats]>;

/** The current state of the worker. */
const gauges: Readonly<Record<string, readonly [string, (state: WorkerState) => number]>> = {
  runfold_fold_lanes: [
    'The maximum number of batches that the worker writes at the same time.',
    ({ lanes }) => lanes,
  ],
  runfold_fold_busy_lanes: ['Batches that are being written.', ({ busy_lanes }) => busy_lanes],
  runfold_fold_waiting_jobs: [
    'Jobs that the worker has taken and that wait for a lane.',
    ({ waiting_jobs }) => waiting_jobs,
  ],
  runfold_fold_last_batch_timestamp_seconds: [
    'When the last batch was committed; 0 before the first.',
    ({ last_batch_at }) => last_batch_at / 1000,
  ],
  runfold_fold_last_error_timestamp_seconds: [
    'When a write or the queue last failed; 0 if nothing has failed. The log has the error.',
    ({ last_error_at }) => last_error_at / 1000,
  ],
};

/** Registers the metrics of the worker in this process; returns the counter of its batches. */
export function registerFold(
  registers: Registry[],
  { stats, state }: FoldSources,
): (batch: WrittenBatch) => void {
  for (const [name, [help, field]] of Object.entries(counts)) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(stats()?.[field] ?? 0);
      },
    });
  }
  for (const [name, [help, read]] of Object.entries(gauges)) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const now = state();
        this.set(now === undefined ? 0 : read(now));
      },
    });
  }
  const batchEvents = new Histogram({
    name: 'runfold_fold_batch_events',
    help: 'Events of a batch that the worker of this process folded.',
    buckets: [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000],
    registers,
  });
  const batchSeconds = new Histogram({
    name: 'runfold_fold_batch_seconds',
    help: 'Time to fold a batch, including waits for Postgres.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  return ({ events, seconds }) => {
    batchEvents.observe(events);
    batchSeconds.observe(seconds);
  };
}
