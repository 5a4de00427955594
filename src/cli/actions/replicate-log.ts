import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeJob } from '../../append/decode-job.js';
import { writeBatch } from '../../append/write-batch.js';
import { openEventWriter } from '../../append/writer/event-writer.js';
import type { Database } from '../../postgres/database.js';
import { isConflict } from '../../postgres/postgres-errors.js';
import { projections } from '../../projections/projections.js';
import { recordedPages } from '../../query/log/recorded-events.js';
import { takeSnapshot } from '../../query/tail/tail-snapshot.js';
import { jobVersions } from '../../queue/job.js';

/** The counts of a copy. */
export interface Replicated {
  /** Events read, including those that the new store had already. */
  readonly read: number;
  /** Events that the new store did not have. */
  readonly applied: number;
  /** Events that the new store rejected. */
  readonly rejected: number;
}

/** The options of a copy. */
export interface ReplicateOptions {
  readonly from: Database;
  readonly to: Database;
  /** Ends when the old store has nothing new. Otherwise it continues until `signal`. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** Called after each page, and after each check for new events. */
  readonly onProgress?: ((so_far: Replicated, is_level: boolean) => void) | undefined;
}

/** Milliseconds between two checks for new events. */
const lookInterval = 1_000;

/** The tables that a store needs besides its log, in an order that satisfies their references. */
const settingTables = [
  'project',
  'api_key',
  'price_override',
  'budget',
  'rejected_event',
  'log_file',
  'log_claim',
];

/**
 * Copies the log of a store into another one, and continues with new events. Each event is appended
 * and folded as by a worker. Its id makes that repeatable, and the order does not matter, so old
 * and new events may mix.
 *
 * Each check reads the events recorded since the floor of the previous one: no event that the
 * previous one missed was recorded before that time.
 */
export async function replicateLog(options: ReplicateOptions): Promise<Replicated> {
  const { from, to, once, signal, onProgress } = options;
  const { run, findOverflows } = openEventWriter(to, projections);
  const total = { read: 0, applied: 0, rejected: 0 };
  let since_us = 0;
  while (!signal.aborted) {
    const { floor } = await takeSnapshot(from);
    for (const table of settingTables) await copyTable(from, to, table);
    let isNew = false;
    for (const project of await projectsOf(from)) {
      for await (const events of recordedPages(from, { project, since_us })) {
        if (signal.aborted) return total;
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
        onProgress?.(total, false);
      }
    }
    onProgress?.(total, !isNew);
    if (once && !isNew) break;
    since_us = floor;
    if (isNew) continue;
    await pause(lookInterval, undefined, { signal }).catch(() => undefined);
  }
  return total;
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
async function projectsOf(database: Database): Promise<number[]> {
  const rows = await database.query<{ project: number }>(
    'select distinct project from runfold_internal.session order by 1',
  );
  return rows.map(({ project }) => project);
}

/** Copies the rows of a small table that the other store does not have. */
async function copyTable(from: Database, to: Database, table: string): Promise<void> {
  const name = `runfold_internal.${table}`;
  const [row] = await from.query<{ rows: string | null }>(
    `select json_agg(t)::text as rows from ${name} t`,
  );
  if (typeof row?.rows !== 'string') return;
  await to.query(
    `insert into ${name} select * from json_populate_recordset(null::${name}, $1::json) on conflict do nothing`,
    [row.rows],
  );
}
