import { foldEventsSql } from '#runfold/projections/compile.js';
import type { RebuildReport } from '#runfold/projections/rebuild.js';
import { runProjection } from '#runfold/projections/run.js';
import { verify } from '#runfold/projections/verify.js';
import { startNode } from '../test/support/processes.js';
import { type BenchServers, withBenchStore } from './bench-database.js';
import { loadLog } from './copy-reference.js';
import { usageOf } from './measure.js';

/** What one rebuild came to. */
export interface RebuildRate {
  /** All projections, from the start of the command to its end. */
  readonly events_per_second: number;
  /** A bare `select … group by` of the run projection alone, on one connection. */
  readonly group_by_events_per_second: number;
  /** The Node process. */
  readonly peak_mb: number;
  readonly longest_lock_ms: number;
}

const main = new URL('../dist/cli/main.js', import.meta.url).pathname;

/** Rebuilds every projection from a log of `events`, none of which has been folded. */
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

    const command = startNode([main, 'rebuild', '--json'], { env });
    let peak = 0;
    const watch = setInterval(() => {
      // A process that has just ended tells its times but no longer its memory.
      const now = usageOf(command.pid ?? 0)?.peak_mb ?? Number.NaN;
      if (now > peak) peak = now;
    }, 50);
    const before = performance.now();
    const { code, stdout, stderr } = await command.exit;
    const seconds = (performance.now() - before) / 1000;
    clearInterval(watch);
    if (code !== 0) throw new Error(`Expected the rebuild to end well, got ${code}: ${stderr}`);
    const report = JSON.parse(stdout) as RebuildReport;
    const audit = await verify(database);
    if (!audit.equal || report.events !== events) {
      throw new Error(`Expected ${events} events folded and equal totals, got ${stdout}`);
    }
    return {
      events_per_second: events / seconds,
      group_by_events_per_second: events / groupBySeconds,
      peak_mb: peak,
      longest_lock_ms: report.longest_lock_ms,
    };
  });
}
