import { foldEventsSql } from '#runfold/projections/compile.js';
import type { RebuildReport } from '#runfold/projections/rebuild.js';
import { runProjection } from '#runfold/projections/run.js';
import { verify } from '#runfold/projections/verify.js';
import { startNode } from '../test/support/processes.js';
import { type BenchServers, withBenchStore } from './bench-database.js';
import { loadLog } from './copy-reference.js';
import { usageOf } from './measure.js';

/** What rebuilds of one log came to. */
export interface RebuildRate {
  /** All projections, made where there were none: tables are swapped. The whole command. */
  readonly swapped_events_per_second: number;
  /** All projections again, all of them right: nothing is written. The whole command. */
  readonly unchanged_events_per_second: number;
  /** A bare `select … group by` of the run projection alone, on one connection. */
  readonly group_by_events_per_second: number;
  /** The Node process, the larger of both. */
  readonly peak_mb: number;
  /** The longer of both, in milliseconds. */
  readonly longest_lock_ms: number;
}

const main = new URL('../dist/cli/main.js', import.meta.url).pathname;

/** Rebuilds every projection from a log of `events`, none of which has been folded; twice. */
export function rebuildRate(servers: BenchServers, events: number): Promise<RebuildRate> {
  return withBenchStore(servers, async ({ database, env }) => {
    await loadLog(database, events);
    const client = await database.pool.connect();
    const started = performance.now();
    // Runs the statement whole and sends nothing back.
    await client.query(
      `explain (analyze, timing off) ${foldEventsSql(runProjection, 'runfold_internal.event')}`,
    );
    const groupBySeconds = (performance.now() - started) / 1000;
    client.release();

    const swapped = await rebuildOnce(env, events, 'swapped');
    const unchanged = await rebuildOnce(env, events, 'repaired');
    const audit = await verify(database);
    if (!audit.equal) throw new Error(`Expected equal totals, got ${JSON.stringify(audit)}`);
    return {
      swapped_events_per_second: events / swapped.seconds,
      unchanged_events_per_second: events / unchanged.seconds,
      group_by_events_per_second: events / groupBySeconds,
      peak_mb: Math.max(swapped.peak_mb, unchanged.peak_mb),
      longest_lock_ms: Math.max(swapped.longest_lock_ms, unchanged.longest_lock_ms),
    };
  });
}

/** Runs the command; its time is that of the whole process. */
async function rebuildOnce(
  env: Readonly<Record<string, string>>,
  events: number,
  outcome: RebuildReport['outcome'],
): Promise<{ seconds: number; peak_mb: number; longest_lock_ms: number }> {
  const started = performance.now();
  const command = startNode([main, 'rebuild', '--json'], { env });
  let peak = 0;
  const watch = setInterval(() => {
    // A process that has just ended tells its times but no longer its memory.
    const now = usageOf(command.pid ?? 0)?.peak_mb ?? Number.NaN;
    if (now > peak) peak = now;
  }, 50);
  const { code, stdout, stderr } = await command.exit;
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watch);
  if (code !== 0) throw new Error(`Expected the rebuild to end well, got ${code}: ${stderr}`);
  const report = JSON.parse(stdout) as RebuildReport;
  if (report.events !== events || report.outcome !== outcome) {
    throw new Error(`Expected ${events} events folded and ${outcome}, got ${stdout}`);
  }
  return { seconds, peak_mb: peak, longest_lock_ms: report.longest_lock_ms };
}
