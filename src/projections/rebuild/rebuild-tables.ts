import { setTimeout as pause } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { Database } from '../../postgres/database.js';
import type { TableNames } from '../../store/shards/table-names.js';
import { explainDatabaseError } from '../../store/store-errors.js';
import { rebuiltSql } from '../fold/fingerprint.js';
import type { Projection } from '../language/projection.js';
import { projections as allProjections } from '../projections.js';
import { drainRecorded, startRecording, stopRecording } from './event-recorder.js';
import { foldLog } from './fold-log.js';
import { claimRebuild, cleanUpServer, type RebuildClaim } from './rebuild-claim.js';
import type { RebuildOptions } from './rebuild-options.js';
import { type RebuildReport, readReport } from './rebuild-report.js';
import { createRun, type RebuildRun } from './rebuild-run.js';
import { collectCandidates, type RowChanges, repairRows } from './row-differences.js';
import { addPrimaryKeys, furnishShadows } from './shadow-table.js';
import { keepInStep, swapTables } from './swap-tables.js';

/**
 * The rebuild of an undivided store, or of one shard. `is_stale` says that totals of the store are of an
 * earlier definition, which the server of a shard does not know.
 */
export async function rebuildTables(
  database: Database,
  tables: TableNames,
  is_stale: boolean,
  options: RebuildOptions,
): Promise<RebuildReport> {
  try {
    const client = await database.pool.connect();
    // A broken connection fails the running query, which reports it. The event only repeats that.
    const ignore = () => undefined;
    client.on('error', ignore);
    let claim: RebuildClaim | undefined;
    try {
      claim = await claimRebuild(database, client, tables);
      return await rebuildAs(database, client, claim, tables, is_stale, options);
    } finally {
      const released = await giveBack(claim);
      client.off('error', ignore);
      client.release(!released);
      if (!released) await cleanUpAfter(database, tables, claim);
    }
  } catch (error) {
    throw explainDatabaseError(error);
  }
}

/**
 * Without its connection a rebuild loses its claim as soon as the server notices. Its objects are
 * then removed by the next process that looks, ideally by this one.
 */
async function cleanUpAfter(
  database: Database,
  tables: TableNames,
  claim: RebuildClaim | undefined,
): Promise<void> {
  for (const since = performance.now(); performance.now() - since < 2_000; await pause(100)) {
    // The error of the rebuild matters more than an error here.
    if (await cleanUpServer(database, tables, claim?.schema).catch(() => false)) return;
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
  tables: TableNames,
  is_stale: boolean,
  options: RebuildOptions,
): Promise<RebuildReport> {
  const { dry_run = false, repair_limit = 2_000, patience_ms = 600_000 } = options;
  const started = performance.now();
  const targets = options.projections ?? allProjections;
  const run = createRun({
    database,
    client,
    claim,
    tables,
    targets,
    expects_swap: !dry_run && is_stale,
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
    return readReport(run, 'repaired', changes, events + drained, started);
  }
  if (!dry_run) await furnishShadows(run);
  events += await catchUp(run);
  const { changes, drained } = await keepInStep(run);
  if (!dry_run) await swapTables(run);
  return readReport(run, dry_run ? 'dry_run' : 'swapped', changes, events + drained, started);
}

/** Drains until little is left to drain under the lock, or until it stops decreasing. */
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

/** Corrects the rows that differ, while writers are blocked. */
async function repairInPlace(run: RebuildRun) {
  return run.underLock({}, async () => {
    // There are few rows against large tables: look them up by key, whatever the statistics say.
    await run.client.query('set local enable_hashjoin = off; set local enable_mergejoin = off');
    const drained = await drainRecorded(run);
    const changes = new Map<Projection, RowChanges>();
    for (const projection of run.targets) {
      changes.set(projection, await repairRows(run, projection));
      if (run.is_whole) await run.client.query(rebuiltSql(projection));
    }
    await stopRecording(run);
    return { changes, drained };
  });
}
