import { createBatch, type EventBatch } from '#runfold/append/batch.js';
import { decodeJob } from '#runfold/append/decode-job.js';
import { statementOn } from '#runfold/append/write-batch.js';
import { createWorkload } from '#runfold/cli/demo/workload.js';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { isByLabel } from '#runfold/projections/language/projection.js';
import { projections } from '#runfold/projections/projections.js';
import { runProjection } from '#runfold/projections/run.js';
import { sessionProjection } from '#runfold/projections/session.js';
import { jobVersions } from '#runfold/queue/job.js';
import { backendOf, cpuOf } from '../../harness/measure.js';
import { type BenchServers, withBenchStore } from '../bench-database.js';
import { copyRates } from '../references/copy-reference.js';
import { agentEvents } from '../workload.js';

/**
 * The result of one COPY of ready text, or of folding with some projections in batches of one size.
 */
export interface FoldRate {
  readonly events_per_second: number;
  /** CPU of the backend, in microseconds per event; NaN if the server runs on another machine. */
  readonly cpu_us: number;
}

/** Folding with two projections and with all, alternately in batches of one size. */
export interface FoldRates {
  readonly batch: number;
  readonly few: FoldRate;
  readonly all: FoldRate;
  /** All projections, and each event is looked up in the log before it is appended. */
  readonly careful: FoldRate;
}

/** The number of events of one store before it is the other's turn. */
const turnEvents = 15_000;
const few = [runProjection, sessionProjection];
/** The projections that a worker folds for a batch without labels, as all batches here are. */
const all = projections.filter((projection) => !isByLabel(projection));

/**
 * Appends and folds directly into Postgres, without a queue and on one connection: with totals of
 * runs and sessions only, with all projections, and with all while each event is looked up first.
 * Each has a separate store and they alternate, so that other load on the machine affects all of
 * them.
 */
export function foldRates(
  servers: BenchServers,
  events: number,
  batch: number,
): Promise<FoldRates & { readonly copy: FoldRate }> {
  const batches = batchesOf(agentEvents(events), batch);
  return withThreeStores(servers, async ([smaller, larger, slower]) => {
    const lanes = [
      await openLane(smaller, appendAndFoldSql(few, { repeats: 'refuse' })),
      await openLane(larger, appendAndFoldSql(all, { repeats: 'refuse' })),
      await openLane(slower, appendAndFoldSql(all)),
    ];
    const turn = Math.max(1, Math.round(turnEvents / batch));
    for (let at = 0; at < batches.length; at += turn) {
      for (const lane of lanes) await lane.fold(batches.slice(at, at + turn));
    }
    const [ofFew, ofAll, careful] = lanes.map((lane) => lane.close(events)) as [
      FoldRate,
      FoldRate,
      FoldRate,
    ];
    const audit = await verify(larger);
    if (!audit.equal || audit.events !== events) {
      throw new Error(`Expected ${events} events and equal totals, got ${JSON.stringify(audit)}`);
    }
    const { from_text, from_text_cpu_us } = await copyRates(larger, events);
    const copy = { events_per_second: from_text, cpu_us: from_text_cpu_us };
    return { batch, few: ofFew, all: ofAll, careful, copy };
  });
}

/** Runs `work` on three fresh stores. */
function withThreeStores<T>(
  servers: BenchServers,
  work: (stores: readonly [Database, Database, Database]) => Promise<T>,
): Promise<T> {
  return withBenchStore(servers, ({ database: first }) =>
    withBenchStore(servers, ({ database: second }) =>
      withBenchStore(servers, ({ database: third }) => work([first, second, third])),
    ),
  );
}

/** Bytes per event of each table with its indexes, after folding the demo's mix of events. */
export function sizesOf(
  servers: BenchServers,
  events: number,
): Promise<readonly { readonly name: string; readonly bytes: number }[]> {
  return withBenchStore(servers, async ({ database }) => {
    const demo = createWorkload(events, 1, Date.UTC(2026, 0, 5));
    const lane = await openLane(database, appendAndFoldSql(all));
    // What labels take depends on their names, so they are left out.
    const bare = demo.deliveries.map(({ labels: _, ...event }) => event as MetricEventInput);
    await lane.fold(batchesOf(bare, 4_500));
    lane.close(demo.events);
    await database.query('vacuum');
    const rows = await database.query<{ name: string; bytes: number }>(
      `select relname as name, pg_total_relation_size(oid)::float8 / $1 as bytes from pg_class
      where relnamespace = 'runfold_internal'::regnamespace and relkind = 'r'
        and relname = any($2) order by 2 desc`,
      [demo.events, ['event', ...projections.map(({ name }) => name)]],
    );
    const index = await database.query<{ bytes: number }>(
      `select pg_indexes_size('runfold_internal.event')::float8 / $1 as bytes`,
      [demo.events],
    );
    return [...rows, { name: 'event, of which index', bytes: index[0]?.bytes ?? Number.NaN }];
  });
}

/** Batches of events, created before any clock starts. */
export function batchesOf(events: Iterable<MetricEventInput>, size: number): EventBatch[] {
  const batches: EventBatch[] = [];
  let part: MetricEventInput[] = [];
  const finish = () => {
    if (part.length === 0) return;
    const job = decodeJob('bench', { v: jobVersions.objects, project: 1, events: part });
    batches.push(createBatch([job]));
    part = [];
  };
  for (const event of events) {
    part.push(event);
    if (part.length === size) finish();
  }
  finish();
  return batches;
}

async function openLane(database: Database, text: string) {
  const client = await database.pool.connect();
  const pid = await backendOf(client);
  const run = statementOn(client, text, true);
  let [milliseconds, cpu] = [0, 0];
  return {
    async fold(batches: readonly EventBatch[]) {
      const [started, before] = [performance.now(), cpuOf(pid)];
      for (const batch of batches) await run(batch, []);
      milliseconds += performance.now() - started;
      cpu += cpuOf(pid) - before;
    },
    close(events: number): FoldRate {
      client.release();
      return { events_per_second: (events / milliseconds) * 1000, cpu_us: (cpu * 1e6) / events };
    },
  };
}
