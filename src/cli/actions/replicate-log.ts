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

/** What was copied. */
export interface Replicated {
  /** Events read, those that were there already among them. */
  readonly read: number;
  /** Events that the new store had not. */
  readonly applied: number;
  /** Events that the new store could not take; they are among its rejects. */
  readonly rejected: number;
}

/** How a copy goes. */
export interface ReplicateOptions {
  readonly from: Database;
  readonly to: Database;
  /** Ends when a look at the old store finds nothing new. Otherwise it goes on until `signal`. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** Told after each page, and after each look at what is new. */
  readonly onProgress?: ((so_far: Replicated, is_level: boolean) => void) | undefined;
}

/** Milliseconds between two looks for what is new. */
const lookInterval = 1_000;

/** Tables that a store needs besides its log, in the order in which they refer to each other. */
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
 * Copies the log of a store into another one, and goes on with what comes in meanwhile. Each event is appended and
 * folded as by a worker; its id makes that repeatable, and the order does not matter, so history and present may mix.
 *
 * A look reads what was recorded since the floor of the look before: no event that the earlier one did not
 * see was recorded before that time.
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

/** Two transactions that met are told to try again. */
async function again<T>(write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}

/** The projects that have events; to be named they need not be made. */
async function projectsOf(database: Database): Promise<number[]> {
  const rows = await database.query<{ project: number }>(
    'select distinct project from runfold_internal.session order by 1',
  );
  return rows.map(({ project }) => project);
}

/** Copies the rows of a small table that the other store has not. */
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
