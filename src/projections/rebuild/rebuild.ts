import type { QueryResult } from 'pg';
import type { Database } from '../../postgres/database.js';
import { inTransaction } from '../../postgres/in-transaction.js';
import { onShard } from '../../store/shards/on-shard.js';
import { openShardMap } from '../../store/shards/open-shard-map.js';
import { type Shard, type ShardMap, ShardMovedError } from '../../store/shards/shard-map.js';
import { explainDatabaseError } from '../../store/store-errors.js';
import { rebuiltSql, staleProjections } from '../fold/fingerprint.js';
import type { Projection } from '../language/projection.js';
import { projections as allProjections } from '../projections.js';
import { claimStore } from './rebuild-claim.js';
import type { RebuildOptions } from './rebuild-options.js';
import type { ProjectionRebuild, RebuildReport } from './rebuild-report.js';
import { rebuildTables } from './rebuild-tables.js';

export type { RebuildOptions, RebuildProgress, RebuildStep } from './rebuild-options.js';
export type { ProjectionRebuild, RebuildReport } from './rebuild-report.js';

/**
 * Recomputes projections from the log while ingest continues, and swaps in the result in one
 * transaction: readers see either the old totals or the new. If it ends before that, the live tables
 * are unchanged, and it can be started again.
 *
 * If few rows differ, as in a healthy store, they are corrected in place, which does not affect readers, views, rights
 * or plans. Correcting many rows in place would block writers on these rows for as long as it
 * takes to write them. In that case new tables replace the old ones, which takes milliseconds however
 * much differs, but must wait for a moment without a reader.
 *
 * A store that is divided is rebuilt shard by shard.
 *
 * The temporary tables need the right to create a schema, and the swap to own the tables and views.
 *
 * @throws RebuildRunningError if another rebuild is running
 * @throws RebuildBlockedError if other transactions stay open for longer than `patience_ms`
 * @throws RebuildDependentError if tables cannot be swapped because other objects depend on them
 */
export async function rebuild(
  database: Database,
  options: RebuildOptions = {},
): Promise<RebuildReport> {
  const explained = (error: unknown): never => {
    throw explainDatabaseError(error);
  };
  const map = await openShardMap(database).catch(explained);
  const targets = options.projections ?? allProjections;
  if (map.is_spread !== true) {
    const stale = await staleProjections(database, targets).catch(explained);
    return rebuildShards(database, map, stale, options);
  }
  const release = await claimStore(database).catch(explained);
  try {
    const stale = await staleProjections(database, targets).catch(explained);
    return await rebuildShards(database, map, stale, options);
  } finally {
    await release();
  }
}

async function rebuildShards(
  database: Database,
  map: ShardMap,
  stale: readonly Projection[],
  options: RebuildOptions,
): Promise<RebuildReport> {
  const reports: RebuildReport[] = [];
  for (let at = 0; at < map.stripes; at++) {
    const { on_progress } = options;
    const part: RebuildOptions = {
      ...options,
      on_progress:
        on_progress && ((step) => on_progress({ ...step, shard: { at, of: map.stripes } })),
    };
    // It may have been moved during the rebuild of those before it.
    const report = await onShard(map, at, (shard) =>
      whileHere(shard, () => rebuildTables(shard.database, shard.tables, stale.length > 0, part)),
    );
    if (!map.is_divided) return report;
    reports.push(report);
  }
  // Only now do all totals of the store match the declarations.
  if (options.dry_run !== true) {
    for (const projection of options.projections ?? allProjections) {
      await database.query(rebuiltSql(projection));
    }
  }
  return sumOf(reports);
}

/**
 * Keeps a shard from being moved during its rebuild: a move copies rows, but not the trigger that
 * records them.
 */
async function whileHere<T>(shard: Shard, work: () => Promise<T>): Promise<T> {
  const { database, guard, stripe } = shard;
  if (guard === undefined) return work();
  const { statements } = guard;
  return inTransaction(
    database,
    async (client) => {
      const results = (await client.query(statements)) as unknown as
        | QueryResult<{ is_here: boolean }>
        | QueryResult<{ is_here: boolean }>[];
      if ([results].flat().at(-1)?.rows[0]?.is_here !== true) throw new ShardMovedError(stripe);
      return work();
    },
    { is_long: true },
  );
}

function sumOf(reports: readonly RebuildReport[]): RebuildReport {
  const sum = (of: (report: RebuildReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const isSwapped = reports.some(({ outcome }) => outcome === 'swapped');
  return {
    outcome: isSwapped ? 'swapped' : (reports[0]?.outcome ?? 'repaired'),
    projections: (reports[0]?.projections ?? []).map(({ name }, at): ProjectionRebuild => {
      const of = (field: Exclude<keyof ProjectionRebuild, 'name'>) =>
        sum(({ projections }) => projections[at]?.[field] ?? 0);
      return {
        name,
        rows_before: of('rows_before'),
        rows_after: of('rows_after'),
        added: of('added'),
        removed: of('removed'),
        changed: of('changed'),
      };
    }),
    events: sum(({ events }) => events),
    seconds: sum(({ seconds }) => seconds),
    longest_lock_ms: Math.max(...reports.map(({ longest_lock_ms }) => longest_lock_ms)),
  };
}
