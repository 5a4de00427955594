import { randomBytes } from 'node:crypto';
import { openQueue } from '../src/ingest/open-queue.js';
import { verify } from '../src/projections/verify.js';
import { openDatabase } from '../src/store/database.js';
import { migrateTier, openTier } from '../src/tier.js';
import { withClient } from '../test/support/postgres-server.js';
import { startNode } from '../test/support/processes.js';
import { waitUntil } from '../test/support/wait-until.js';
import { copyRate } from './copy-reference.js';
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
  readonly copy_events_per_second: number | undefined;
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
  if (process.env.BENCH_SQL) await database.query(process.env.BENCH_SQL);
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
  if (process.env.BENCH_PEEK)
    console.log(
      await database.query(
        `select relname, n_tup_ins, n_tup_upd, n_tup_hot_upd, n_dead_tup, autovacuum_count, autoanalyze_count, pg_relation_size(relid)/1e6 as mb, pg_indexes_size(relid)/1e6 as idx_mb from pg_stat_user_tables where schemaname='runfold_internal'`,
      ),
    );
  const audit = await verify(database);
  if (!audit.equal || audit.events !== events) {
    throw new Error(`Expected ${events} events and equal totals, got ${JSON.stringify(audit)}`);
  }
  return {
    events_per_second: events / seconds,
    copy_events_per_second: run.copy ? await copyRate(database) : undefined,
    worker_cpu_us_per_event:
      (((usage?.cpu_seconds ?? Number.NaN) - (idle?.cpu_seconds ?? 0)) * 1e6) / events,
    producer_cpu_us_per_event: Number(done[2]) / events,
    worker_peak_mb: usage?.peak_mb ?? Number.NaN,
  };
}
