import { expect } from 'vitest';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { type RebuildOptions, rebuild } from '#runfold/projections/rebuild/rebuild.js';
import type { RebuildStep } from '#runfold/projections/rebuild/rebuild-options.js';

/** A rebuild that pauses at a step until it is released. */
export interface PausedRebuild {
  /** Resolves when it has reached the step. */
  readonly arrived: Promise<void>;
  release(): void;
  readonly report: ReturnType<typeof rebuild>;
}

/** Starts a rebuild that pauses when it first reports `step`. */
export function rebuildUntil(
  database: Database,
  step: RebuildStep,
  options: RebuildOptions = {},
): PausedRebuild {
  let arrive: () => void = () => undefined;
  let release: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const report = rebuild(database, {
    ...options,
    async on_progress(progress) {
      await options.on_progress?.(progress);
      if (progress.step !== step) return;
      arrive();
      await released;
    },
  });
  // If a rebuild fails before the step, the test must not wait for it.
  report.catch(arrive);
  return { arrived, release, report };
}

/** Expects the live tables to equal the fold of the log, and no remains of any rebuild. */
export async function expectSound(database: Database): Promise<void> {
  const audit = await verify(database);
  expect(audit.differences).toEqual([]);
  expect(await leftovers(database)).toEqual([]);
}

/** The remains of rebuilds in the database: schemas and triggers, without the trigger that Citus gives each of its tables. */
export async function leftovers(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `select nspname::text as name from pg_namespace where nspname like 'runfold_rebuild%'
    union all select tgname from pg_trigger where tgrelid = 'runfold_internal.event'::regclass
      and tgname not like 'truncate_trigger_%'`,
  );
  return rows.map(({ name }) => name);
}
