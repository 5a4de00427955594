import { verify } from '#runfold/projections/audit/verify.js';
import { openQueue } from '#runfold/queue/open-queue.js';
import { usageOf } from '../../harness/measure.js';
import type { RunningProcess } from '../../harness/processes.js';
import { startProgram } from '../../harness/programs.js';
import { waitUntil } from '../../harness/wait-until.js';
import { type BenchServers, type BenchStore, withBenchStore } from '../bench-database.js';
import { type CopyRates, copyRates } from '../references/copy-reference.js';
import { withWorker } from '../running-worker.js';

/** The result of one run of the pipeline. */
export interface PipelineRun {
  /** From the first `emit` to the last commit. */
  readonly events_per_second: number;
  /** One COPY stream of the same rows; undefined if not requested. */
  readonly copy: CopyRates | undefined;
  readonly worker_cpu_us_per_event: number;
  readonly producer_cpu_us_per_event: number;
  readonly worker_peak_mb: number;
}

/** How many events, how many per job, and whether COPY is measured too. */
export interface PipelineOptions {
  readonly events: number;
  readonly per_job: number;
  readonly copy: boolean;
}

/**
 * Producer and worker are separate processes, beside Redis and Postgres. Emits `events`, waits
 * until all are folded, and checks the totals against the log.
 */
export function runPipeline(servers: BenchServers, options: PipelineOptions): Promise<PipelineRun> {
  return withBenchStore(servers, (store) =>
    withWorker(store, (worker) => measure(store, worker, options)),
  );
}

async function measure(
  { database, env }: BenchStore,
  worker: RunningProcess,
  { events, per_job, copy }: PipelineOptions,
): Promise<PipelineRun> {
  const idle = usageOf(worker.pid ?? 0);
  const producer = startProgram('bench/processes/emit', [String(events), String(per_job)], { env });
  const queue = await openQueue(
    { kind: 'redis', url: env.REDIS_URL ?? '', prefix: env.RUNFOLD_REDIS_PREFIX },
    { onError: () => undefined },
  );
  const started = Number((await producer.waitForLine(/^start (\d+)/, 60_000))[1]);
  const done = await producer.waitForLine(/^done (\d+) ([\d.]+)/, 600_000);
  await waitUntil(
    () => queue.getJobCounts('waiting', 'active', 'delayed', 'failed'),
    (counts) => Object.values(counts).every((count) => count === 0),
    { what: 'the queue to be empty', timeoutMs: 600_000, intervalMs: 25 },
  );
  const seconds = (Date.now() - started) / 1000;
  const usage = usageOf(worker.pid ?? 0);
  await queue.close();
  const audit = await verify(database);
  if (!audit.equal || audit.events !== events) {
    throw new Error(`Expected ${events} events and equal totals, got ${JSON.stringify(audit)}`);
  }
  return {
    events_per_second: events / seconds,
    copy: copy ? await copyRates(database, events) : undefined,
    worker_cpu_us_per_event:
      (((usage?.cpu_seconds ?? Number.NaN) - (idle?.cpu_seconds ?? 0)) * 1e6) / events,
    producer_cpu_us_per_event: Number(done[2]) / events,
    worker_peak_mb: usage?.peak_mb ?? Number.NaN,
  };
}
