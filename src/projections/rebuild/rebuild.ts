import { setTimeout as pause } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { Database } from '../../postgres/database.js';
import { explainDatabaseError } from '../../postgres/database-errors.js';
import { type TableNames, wholeStore } from '../../store/table-names.js';
import { rebuiltSql, recordedSql, staleAmong } from '../fold/fingerprint.js';
import type { Projection } from '../language/projection.js';
import { projections as allProjections } from '../projections.js';
import { drainRecorded, startRecording, stopRecording } from './event-recorder.js';
import { foldLog } from './fold-log.js';
import { claimRebuild, cleanUpRebuild, type RebuildClaim } from './rebuild-claim.js';
import type { RebuildProgress } from './rebuild-progress.js';
import { type RebuildReport, reportOf } from './rebuild-report.js';
import { createRun, type RebuildRun } from './rebuild-run.js';
import { collectCandidates, type RowChanges, repairRows } from './row-differences.js';
import { addPrimaryKeys, furnishShadows } from './shadow-table.js';
import { keepInStep, swapTables } from './swap-tables.js';

export type { RebuildProgress, RebuildStep } from './rebuild-progress.js';
export type { ProjectionRebuild, RebuildReport } from './rebuild-report.js';

/** Settings of a rebuild. */
export interface RebuildOptions {
  /** The projections to rebuild. Defaults to all. */
  readonly projections?: readonly Projection[] | undefined;
  /** The tables to rebuild, and the log to fold. Defaults to those of a store that is not divided. */
  readonly tables?: TableNames | undefined;
  /** Connections that fold at the same time, at most the pool's. Defaults to 2; an embedded store has one. */
  readonly lanes?: number | undefined;
  /** Events one statement folds, about. Defaults to 200,000, and to 10,000 on an embedded store. */
  readonly chunk?: number | undefined;
  /** Builds and compares, and changes nothing. Defaults to false. */
  readonly dry_run?: boolean | undefined;
  /** Rows to correct in place at most; where more differ the tables are swapped. Defaults to 2,000. */
  readonly repair_limit?: number | undefined;
  /** How long to wait for others' long transactions, in milliseconds. Defaults to 600,000. */
  readonly patience_ms?: number | undefined;
  /** Told of each step; the rebuild goes on when what it returns has settled. */
  readonly on_progress?: ((progress: RebuildProgress) => void | Promise<void>) | undefined;
  /** Stops the rebuild before its next statement; the live totals are then as before. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Recomputes projections from the log while ingest goes on, and puts the result in place in one
 * transaction: readers see the old totals or the new. However it ends before that, the live tables
 * are untouched, and it can be started again.
 *
 * Where few rows differ, as in a healthy store, those are corrected in place: no reader, view, right
 * or plan notices. To correct many in place would keep writers off these rows for as long as it
 * takes to write them; then new tables take the place of the old, which takes milliseconds however
 * much differs, but has to wait for a moment without a reader on them.
 *
 * The temporary tables need the right to create a schema, and the swap to own the tables and views.
 *
 * @throws RebuildRunningError when another rebuild is under way.
 * @throws RebuildBlockedError when others' transactions stay open for longer than `patience_ms`.
 * @throws RebuildDependentError when tables cannot be swapped because of what depends on them.
 */
export async function rebuild(
  database: Database,
  options: RebuildOptions = {},
): Promise<RebuildReport> {
  try {
    const client = await database.pool.connect();
    // A broken connection fails the query under way, which reports it; the event says it again.
    const ignore = () => undefined;
    client.on('error', ignore);
    let claim: RebuildClaim | undefined;
    try {
      claim = await claimRebuild(database, client);
      return await rebuildAs(database, client, claim, options);
    } finally {
      const released = await giveBack(claim);
      client.off('error', ignore);
      client.release(!released);
      if (!released) await cleanUpAfter(database, claim);
    }
  } catch (error) {
    throw explainDatabaseError(error);
  }
}

/**
 * Without its connection a rebuild's claim is gone, a moment after the server has noticed; what it
 * made is removed by whoever comes first, at best by itself.
 */
async function cleanUpAfter(database: Database, claim: RebuildClaim | undefined): Promise<void> {
  for (const since = performance.now(); performance.now() - since < 2_000; await pause(100)) {
    // Why the rebuild failed matters more than why this does.
    if (await cleanUpRebuild(database, claim?.schema).catch(() => false)) return;
  }
}

async function giveBack(claim: RebuildClaim | undefined): Promise<boolean> {
  if (claim === undefined) return true;
  return claim.release().then(
    () => true,
    () => false,
  );
}

async function rebuildAs(
  database: Database,
  client: PoolClient,
  claim: RebuildClaim,
  options: RebuildOptions,
): Promise<RebuildReport> {
  const { dry_run = false, repair_limit = 2_000, patience_ms = 600_000 } = options;
  const started = performance.now();
  const targets = options.projections ?? allProjections;
  const { rows: recorded } = await client.query(recordedSql);
  const run = createRun({
    database,
    client,
    claim,
    tables: options.tables ?? wholeStore,
    targets,
    expects_swap: !dry_run && staleAmong(targets, recorded).length > 0,
    lanes: claim.shared_session ? 1 : (options.lanes ?? 2),
    patience_ms,
    signal: options.signal,
    onProgress: options.on_progress,
  });
  await run.reach('cut', 0);
  const cut = await startRecording(run);
  const chunk = options.chunk ?? (claim.shared_session ? 10_000 : 200_000);
  let events = await foldLog(run, cut, chunk);
  await addPrimaryKeys(run);
  events += await catchUp(run);
  if (!dry_run && (await collectCandidates(run, repair_limit)) <= repair_limit) {
    events += await catchUp(run);
    await run.reach('swap', 0);
    const { changes, drained } = await repairInPlace(run);
    return reportOf(run, 'repaired', changes, events + drained, started);
  }
  if (!dry_run) await furnishShadows(run);
  events += await catchUp(run);
  const { changes, drained } = await keepInStep(run);
  if (!dry_run) await swapTables(run);
  return reportOf(run, dry_run ? 'dry_run' : 'swapped', changes, events + drained, started);
}

/** Drains until there is little left to drain under the lock, or it no longer gets less. */
async function catchUp(run: RebuildRun): Promise<number> {
  let events = 0;
  for (let round = 1, before = Number.POSITIVE_INFINITY; round <= 20; round++) {
    const drained = await drainRecorded(run);
    events += drained;
    await run.reach('catch_up', round, 20);
    if (drained < 500 || drained > before * 0.8) break;
    before = drained;
  }
  return events;
}

/** Corrects the rows that differ, with writers kept out. */
async function repairInPlace(run: RebuildRun) {
  return run.underLock({}, async () => {
    // Few rows against large tables: whatever the statistics say, look them up by their keys.
    await run.client.query('set local enable_hashjoin = off; set local enable_mergejoin = off');
    const drained = await drainRecorded(run);
    const changes = new Map<Projection, RowChanges>();
    for (const projection of run.targets) {
      changes.set(projection, await repairRows(run, projection));
      await run.client.query(rebuiltSql(projection));
    }
    await stopRecording(run);
    return { changes, drained };
  });
}
