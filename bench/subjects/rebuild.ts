import { setTimeout as pause } from 'node:timers/promises';
import type { EventBatch } from '#runfold/append/batch.js';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { foldEventsSql, tableOf } from '#runfold/projections/fold/fold-sql.js';
import { projections } from '#runfold/projections/projections.js';
import type { RebuildReport } from '#runfold/projections/rebuild/rebuild.js';
import { runProjection } from '#runfold/projections/run.js';
import { usageOf } from '../../harness/measure.js';
import { startNode } from '../../harness/processes.js';
import { commandLineProgram } from '../../harness/programs.js';
import { type BenchServers, withBenchStore } from '../bench-database.js';
import { loadLog } from '../references/copy-reference.js';
import { agentEvents } from '../workload.js';
import { batchesOf } from './fold.js';
import { pacedBatch, startWriters } from './paced-writers.js';

/** The results of rebuilds of one log. */
export interface RebuildRate {
  /** All projections, from nothing: tables are swapped. */
  readonly swapped: CommandRate;
  /** All projections again, all of them correct: nothing is written. */
  readonly unchanged: CommandRate;
  /** A bare `select … group by` of the run projection alone, on one connection. */
  readonly group_by_events_per_second: number;
  /** The peak memory of the Node.js process, the larger of both. */
  readonly peak_mb: number;
  /** The longest lock of both, in milliseconds. */
  readonly longest_lock_ms: number;
  /**
   * The longest time between two commits of a writer, while two writers together fold 10,000 events
   * per second.
   */
  readonly writers: {
    readonly alone_gap_ms: number;
    readonly gap_ms: number;
    /**
     * Their rate while everything was rebuilt. It is below the target rate if the machine is too
     * busy.
     */
    readonly events_per_second: number;
  };
}

/** Events per second of the rebuild, and of the whole command with its start and end. */
export interface CommandRate {
  readonly events_per_second: number;
  readonly command_events_per_second: number;
}

/** Rebuilds every projection twice, from a log of `events` events that have not been folded. */
export function rebuildRate(servers: BenchServers, events: number): Promise<RebuildRate> {
  return withBenchStore(servers, async ({ database, env }) => {
    await loadLog(database, events);
    const client = await database.pool.connect();
    const started = performance.now();
    // Runs the whole statement without returning its rows.
    await client.query(
      `explain (analyze, timing off) ${foldEventsSql(runProjection, 'runfold_internal.event')}`,
    );
    const groupBySeconds = (performance.now() - started) / 1000;
    client.release();

    const swapped = await rebuildOnce(env, events, 'swapped');
    const unchanged = await rebuildOnce(env, events, 'repaired');
    const writers = await gapsWhileRebuilding(database, env, events);
    const audit = await verify(database);
    if (!audit.equal) throw new Error(`Expected equal totals, got ${JSON.stringify(audit)}`);
    return {
      swapped: rateOf(swapped),
      unchanged: rateOf(unchanged),
      group_by_events_per_second: events / groupBySeconds,
      peak_mb: Math.max(swapped.peak_mb, unchanged.peak_mb),
      longest_lock_ms: Math.max(swapped.report.longest_lock_ms, unchanged.report.longest_lock_ms),
      writers,
    };
  });
}

/** Two writers, first alone and then while all tables are rebuilt and swapped. */
async function gapsWhileRebuilding(
  database: Database,
  env: Readonly<Record<string, string>>,
  events: number,
) {
  const batches = followingBatches(events);
  const before = startWriters(database, batches);
  await pause(Math.min(mostAloneMs, events / 100));
  const alone = await before.stop();
  // Totals with a changed declaration are swapped. Half of them are wrong, so that they are not
  // repaired.
  await database.query('delete from runfold_internal.projection_state');
  for (const projection of projections) {
    await database.query(`delete from ${tableOf(projection)} where ctid >= '(2,0)'`);
  }
  const during = startWriters(database, batches);
  const command = await runCommand(env);
  const written = await during.stop();
  if (command.report.outcome !== 'swapped') {
    throw new Error(`Expected the totals swapped, got ${JSON.stringify(command.report)}`);
  }
  return {
    alone_gap_ms: alone.longest_gap_ms,
    gap_ms: written.longest_gap_ms,
    events_per_second: written.events / command.seconds,
  };
}

/**
 * Batches of the events after the loaded ones. If the log has two million events, half a minute of
 * batches is created before the clock starts. The others are created as needed.
 */
function followingBatches(loaded: number): Iterator<EventBatch> {
  const events = skip(agentEvents(Number.POSITIVE_INFINITY), loaded);
  const ready = batchesOf(take(events, Math.round(loaded * 0.15)), pacedBatch);
  return (function* () {
    yield* ready;
    for (;;) yield* batchesOf(take(events, pacedBatch), pacedBatch);
  })();
}

function* take<T>(values: Iterator<T>, count: number): Generator<T> {
  for (let at = 0; at < count; at++) {
    const { value, done } = values.next();
    if (done) return;
    yield value;
  }
}

function* skip<T>(values: Iterable<T>, count: number): Generator<T> {
  let at = 0;
  for (const value of values) if (at++ >= count) yield value;
}

/** Runs the command over the given number of events. */
async function rebuildOnce(
  env: Readonly<Record<string, string>>,
  events: number,
  outcome: RebuildReport['outcome'],
): Promise<Command> {
  const command = await runCommand(env);
  const { report } = command;
  if (report.events !== events || report.outcome !== outcome) {
    throw new Error(
      `Expected ${events} events folded and ${outcome}, got ${JSON.stringify(report)}`,
    );
  }
  return command;
}

/** How long the writers run alone, in milliseconds. Beside a small log, which nobody measures, less. */
const mostAloneMs = 3_000;

interface Command {
  readonly report: RebuildReport;
  /** For the whole process. */
  readonly seconds: number;
  readonly peak_mb: number;
}

const rateOf = ({ report, seconds }: Command): CommandRate => ({
  events_per_second: report.events / report.seconds,
  command_events_per_second: report.events / seconds,
});

async function runCommand(env: Readonly<Record<string, string>>): Promise<Command> {
  const started = performance.now();
  const command = startNode([commandLineProgram, 'rebuild', '--json'], { env });
  let peak_mb = 0;
  const watch = setInterval(() => {
    // A process that has just ended still has its times but no longer its memory.
    const now = usageOf(command.pid ?? 0)?.peak_mb ?? Number.NaN;
    if (now > peak_mb) peak_mb = now;
  }, 50);
  const { code, stdout, stderr } = await command.exit;
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watch);
  if (code !== 0) throw new Error(`Expected the rebuild to end well, got ${code}: ${stderr}`);
  return { report: JSON.parse(stdout) as RebuildReport, seconds, peak_mb };
}
