import { setTimeout as pause } from 'node:timers/promises';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { startProgram } from '../../harness/programs.js';
import { type BenchServers, withBenchStore } from '../bench-database.js';
import { queueEmpty, withWorker } from '../running-worker.js';
import { runPipeline } from './pipeline.js';

/** From `emit` until a query returns the event's run, in milliseconds. */
export interface Latency {
  /** The share of the peak rate at which it was measured. */
  readonly share: number;
  readonly events_per_second: number;
  readonly probes: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const shares = [0.1, 0.5, 0.8];
/** A rate that is kept for less than a second says nothing, so one share is enough to see that it runs. */
const sharesFor = (seconds: number) => (seconds < 1 ? shares.slice(0, 1) : shares);
const probesPerSecond = 40;
/**
 * Milliseconds between two checks for probes: a measured time is too long by half of it on average,
 * and by all of it at most. Ten times as many checks would themselves load Postgres.
 */
const lookEvery = 4;
/** Probes of the first seconds do not count, because programs warm up. */
const warmUpShare = 0.2;

/** The peak rate, and the latency at shares of it, all in one run. */
export async function latencies(
  servers: BenchServers,
  events: number,
  seconds: number,
): Promise<{ readonly peak: number; readonly latencies: readonly Latency[] }> {
  const { events_per_second: peak } = await runPipeline(servers, {
    events,
    per_job: 500,
    copy: false,
  });
  const measured: Latency[] = [];
  for (const share of sharesFor(seconds))
    measured.push(await latencyAt(servers, share, peak, seconds));
  return { peak, latencies: measured };
}

function latencyAt(
  servers: BenchServers,
  share: number,
  peak: number,
  seconds: number,
): Promise<Latency> {
  return withBenchStore(servers, (store) =>
    withWorker(store, async () => {
      const database = openDatabase(store.env.DATABASE_URL ?? '', { max: 1 });
      try {
        const args = [String(peak * share), String(seconds), String(probesPerSecond)];
        const producer = startProgram('bench/processes/emit-at-rate', args, { env: store.env });
        const started = Number((await producer.waitForLine(/^start (\d+)/, 60_000))[1]);
        const over = producer.waitForLine(/^done (\d+) (\d+) ([\d.]+)/, (seconds + 120) * 1_000);
        const seen = await watchProbes(
          database,
          over.then(() => queueEmpty(store)),
        );
        const [, emitted, sent, took] = (await over).map(Number);
        if (seen.length !== sent) throw new Error(`Expected ${sent} probes, got ${seen.length}`);
        const warm = seen.filter(({ emittedAt }) => {
          return emittedAt >= started + seconds * 1_000 * warmUpShare;
        });
        const sorted = warm.map(({ ms }) => ms).sort((a, b) => a - b);
        const at = (quantile: number) =>
          sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN;
        return {
          share,
          events_per_second: (emitted ?? Number.NaN) / (took ?? Number.NaN),
          probes: sorted.length,
          p50: at(0.5),
          p95: at(0.95),
          p99: at(0.99),
        };
      } finally {
        await database.close();
      }
    }),
  );
}

/** How far beyond the first unseen probe to check: batches may overtake each other. */
const window = 400;

/** Checks for probes by key until `over`, and returns when each was first seen. */
async function watchProbes(database: Database, over: Promise<void>) {
  const seen = new Map<number, { emittedAt: number; ms: number }>();
  let isOver = false;
  const end = over.finally(() => {
    isOver = true;
  });
  end.catch(() => undefined);
  for (let isLast = false; !isLast; ) {
    isLast = isOver;
    const first = Math.max(0, ...[...seen.keys()].slice(-probesPerSecond)) - probesPerSecond;
    const wanted = Array.from({ length: window }, (_, at) => first + at).filter(
      (number) => number > 0 && !seen.has(number),
    );
    const rows = await database.query<{ run_id: string; emitted_at: number }>(
      `select run_id, extract(epoch from ended_at)::float8 * 1000 as emitted_at from runfold.runs
      where project = 1 and session_id = 'probes' and run_id = any($1)`,
      [wanted.map((number) => `probe-${number}`)],
    );
    const now = Date.now();
    for (const { run_id, emitted_at } of rows) {
      const number = Number(run_id.slice('probe-'.length));
      seen.set(number, { emittedAt: emitted_at, ms: now - emitted_at });
    }
    if (!isLast) await pause(lookEvery);
  }
  await end;
  return [...seen.values()];
}
