import type { Projection } from '../language/projection.js';
import type { RebuildRun } from './rebuild-run.js';
import type { RowChanges } from './row-differences.js';

/** The result for one projection. */
export interface ProjectionRebuild extends RowChanges {
  readonly name: string;
  readonly rows_before: number;
  readonly rows_after: number;
}

/** The result of a rebuild. */
export interface RebuildReport {
  /** How the live tables were repaired; a dry run does not change them. */
  readonly outcome: 'repaired' | 'swapped' | 'dry_run';
  readonly projections: readonly ProjectionRebuild[];
  /** Events folded. */
  readonly events: number;
  readonly seconds: number;
  /** The longest time that writers were blocked, in milliseconds. */
  readonly longest_lock_ms: number;
}

/** Reports what changed. The rows are counted at the end. */
export async function readReport(
  run: RebuildRun,
  outcome: RebuildReport['outcome'],
  changes: ReadonlyMap<Projection, RowChanges>,
  events: number,
  started: number,
): Promise<RebuildReport> {
  const projections: ProjectionRebuild[] = [];
  for (const [projection, { added, removed, changed }] of changes) {
    const { rows } = await run.client.query(
      `select count(*)::float8 as rows from ${run.liveOf(projection)}`,
    );
    const net = added - removed;
    const rows_before = outcome === 'dry_run' ? rows[0].rows : rows[0].rows - net;
    const { name } = projection;
    projections.push({ name, rows_before, rows_after: rows_before + net, added, removed, changed });
  }
  return {
    outcome,
    projections,
    events,
    seconds: (performance.now() - started) / 1000,
    longest_lock_ms: run.longestLock(),
  };
}
