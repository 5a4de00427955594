import { randomBytes } from 'node:crypto';
import { openQueue } from '#runfold/ingest/open-queue.js';
import { verify } from '#runfold/projections/verify.js';
import { openDatabase } from '#runfold/store/database.js';
import { migrateTier, openTier } from '#runfold/tier.js';
import { withClient } from '../test/support/postgres-server.js';
import { startNode } from '../test/support/processes.js';
import { waitUntil } from '../test/support/wait-until.js';
import { type CopyRates, copyRates } from './copy-reference.js';
import { usageOf } from './measure.js';

/** Servers to measure on. */
export interface BenchServers {
  readonly postgres: string;
  readonly redis: string;
}

/** What one run of the pipeline came to. */
export interface PipelineRun {
  /** From the first `emit` to the last commit. */
  readonly events_per_second: number;
  /** One COPY stream of the same rows; undefined when not asked for. */
  readonly copy: CopyRates | undefined;
  readonly worker_cpu_us_per_event: number;
  readonly producer_cpu_us_per_event: number;
  readonly worker_peak_mb: number;
}

const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
const emitter = new URL('./emit-process.ts', import.meta.url).pathname;

/**
 * Producer and worker as processes of their own, Redis and Postgres beside them: emits `events`,
 * waits until all are folded, and checks the totals against the log.
 */
export async function runPipeline(
  servers: BenchServers,
  options: { readonly events: number; readonly per_job: number; readonly copy: boolean },
): Promise<PipelineRun> {
  const name = `runfold_bench_${randomBytes(4).toString('hex')}`;
  await withClient(servers.postgres, (client) => client.query(`create database ${name}`));
  const url = new URL(servers.postgres);
  url.pathname = `/${name}`;
  const env = {
    DATABASE_URL: url.href,
    REDIS_URL: servers.redis,
    RUNFOLD_REDIS_PREFIX: name,
    RUNFOLD_LOG_LEVEL: 'info',
  };
  const tier = await openTier({ database_url: url.href, redis_url: servers.redis });
  await migrateTier(tier);
  const database = openDatabase(url.href);
  const worker = startNode([main, 'worker'], { env });
  try {
    await worker.waitForLine(/worker started/);
    return await measure({ ...options, env, database, worker });
  } finally {
    worker.kill('SIGTERM');
    await worker.exit;
    await database.close();
    await tier.close();
    await withClient(servers.postgres, (client) =>
      client.query(`drop database ${name} with (force)`),
    );
  }
}

async function measure(run: {
  readonly events: number;
  readonly per_job: number;
  readonly copy: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly database: ReturnType<typeof openDatabase>;
  readonly worker: ReturnType<typeof startNode>;
}): Promise<PipelineRun> {
  const { events, env, database, worker } = run;
  const idle = usageOf(worker.pid ?? 0);
  const producer = startNode(['--import', 'tsx', emitter, String(events), String(run.per_job)], {
    env,
  });
  const queue = await openQueue(
    { kind: 'redis', url: env.REDIS_URL ?? '', prefix: env.RUNFOLD_REDIS_PREFIX },
    { onError: () => undefined },
  );
  const started = Number((await producer.waitForLine(/^start (\d+)/, 60_000))[1]);
  const done = await producer.waitForLine(/^done (\d+) ([\d.]+)/, 600_000);
  await waitUntil(
    () => queue.getJobCounts('waiting', 'active', 'delayed', 'failed'),
    (counts) => Object.values(counts).every((count) => count === 0),
    { what: 'the queue to be empty', timeoutMs: 600_000, intervalMs: 10 },
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
    copy: run.copy ? await copyRates(database, events) : undefined,
    worker_cpu_us_per_event:
      (((usage?.cpu_seconds ?? Number.NaN) - (idle?.cpu_seconds ?? 0)) * 1e6) / events,
    producer_cpu_us_per_event: Number(done[2]) / events,
    worker_peak_mb: usage?.peak_mb ?? Number.NaN,
  };
}
