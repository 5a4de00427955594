import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeJob } from '../../append/decode-job.js';
import { writeBatch } from '../../append/write-batch.js';
import { openEventWriter } from '../../append/writer/event-writer.js';
import type { Database } from '../../postgres/database.js';
import { isConflict } from '../../postgres/postgres-errors.js';
import { projections } from '../../projections/projections.js';
import { recordedPages } from '../../query/log/recorded-events.js';
import { gatherRows } from '../../query/readers/readers.js';
import { readFloor } from '../../query/tail/tail-snapshot.js';
import { jobVersions } from '../../queue/job.js';
import { timestampSql } from '../../store/sql-units.js';
import { copySettings } from './copy-settings.js';
import { openPositions, type ReplicaPositions } from './replicate-position.js';

/** The counts of a copy. */
export interface Replicated {
  /** Events read, including those that the new store had already. */
  readonly read: number;
  /** Events that the new store did not have. */
  readonly applied: number;
  /** Events that the new store rejected. */
  readonly rejected: number;
}

/** How far a copy has come. */
export interface ReplicationProgress extends Replicated {
  /** The number of events still to read, as Postgres estimates it. 0 if the stores are level. */
  readonly left: number;
  /** Whether the old store had nothing new. */
  readonly is_level: boolean;
}

/** The options of a copy. */
export interface ReplicateOptions {
  readonly from: Database;
  readonly to: Database;
  /** Ends when the old store has nothing new. Otherwise it continues until `signal`. */
  readonly once: boolean;
  /** Reads the whole log, also what an earlier copy has read. */
  readonly from_start?: boolean | undefined;
  readonly signal: AbortSignal;
  /** Called after each page, and after each check for new events. */
  readonly onProgress?: ((progress: ReplicationProgress) => void) | undefined;
}

/** Milliseconds between two checks for new events. */
const lookInterval = 1_000;
/** Milliseconds between two copies of the other tables. */
const settingsInterval = 10_000;

/**
 * Copies the log of a store into another one, and continues with new events. Each event is appended
 * and folded as by a worker. Its id makes that repeatable, and the order does not matter, so old
 * and new events may mix.
 *
 * Each check reads the events recorded since the floor of the previous one: no event that the
 * previous one missed was recorded before that time. The new store remembers how far that was. When
 * the copy ends or is stopped, the other tables are copied once more.
 */
export async function replicateLog(options: ReplicateOptions): Promise<Replicated> {
  const { from, to, once, signal, from_start, onProgress } = options;
  const { run, findOverflows } = openEventWriter(to, projections);
  const positions = await openPositions(from, to, { from_start: from_start === true });
  const total = { read: 0, applied: 0, rejected: 0 };
  let copiedAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    const floor = await readFloor(from);
    // Projects come first: rows of other tables refer to them.
    if (performance.now() - copiedAt > settingsInterval) {
      await copySettings(from, to);
      copiedAt = performance.now();
    }
    let isNew = false;
    const projects = await listProjectNumbers(from);
    let left = 0;
    for (const project of projects) left += await estimateSince(from, project, positions);
    for (const project of projects) {
      const since_us = positions.of(project);
      for await (const { events, last_us } of recordedPages(from, { project, since_us })) {
        if (signal.aborted) break;
        const job = decodeJob(`replicate/${randomUUID()}`, {
          v: jobVersions.objects,
          project,
          events,
        });
        const outcome = await again(() => writeBatch(run, [job], { findOverflows }));
        total.read += events.length;
        total.applied += outcome.applied;
        total.rejected += outcome.rejected;
        isNew ||= outcome.applied > 0;
        await positions.move(project, Math.min(last_us, floor));
        left = Math.max(0, left - events.length);
        onProgress?.({ ...total, left, is_level: false });
      }
      if (signal.aborted) break;
      await positions.move(project, floor);
    }
    if (signal.aborted) break;
    onProgress?.({ ...total, left: 0, is_level: !isNew });
    if (once && !isNew) break;
    if (isNew) continue;
    await pause(lookInterval, undefined, { signal }).catch(() => undefined);
  }
  await copySettings(from, to);
  return total;
}

/**
 * Events of a project that are still to be read, as the planners of the servers that hold them estimate. Citus' own
 * planner always says 100,000.
 */
async function estimateSince(
  database: Database,
  project: number,
  positions: ReplicaPositions,
): Promise<number> {
  const plans = await gatherRows(database, { project }, (reader) =>
    reader.query<{ 'QUERY PLAN': readonly [{ Plan: { 'Plan Rows': number } }] }>(
      `explain (format json) select from runfold_internal.event e
      where e.project = ${project} and e.recorded_at >= ${timestampSql(`${positions.of(project)}::bigint`)}`,
    ),
  );
  return plans.reduce((sum, plan) => sum + plan['QUERY PLAN'][0].Plan['Plan Rows'], 0);
}

/** Retries after a conflict of two transactions. */
async function again<T>(write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}

/** The projects that have events. They may have no name. */
async function listProjectNumbers(database: Database): Promise<number[]> {
  const rows = await database.query<{ project: number }>(
    'select distinct project from runfold_internal.session order by 1',
  );
  return rows.map(({ project }) => project);
}
