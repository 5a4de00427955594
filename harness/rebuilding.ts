import { expect } from 'vitest';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { type RebuildOptions, rebuild } from '#runfold/projections/rebuild/rebuild.js';
import type { RebuildStep } from '#runfold/projections/rebuild/rebuild-options.js';

/** A rebuild that stands still at a step until it is let go. */
export interface PausedRebuild {
  /** Resolves when it has come to the step. */
  readonly arrived: Promise<void>;
  release(): void;
  readonly report: ReturnType<typeof rebuild>;
}

/** Starts a rebuild that stops when it first reports `step`. */
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
  // A rebuild that fails before the step must not leave the test waiting for it.
  report.catch(arrive);
  return { arrived, release, report };
}

/** Expects the live tables to be the fold of the log, and nothing of any rebuild to be left. */
export async function expectSound(database: Database): Promise<void> {
  const audit = await verify(database);
  expect(audit.differences).toEqual([]);
  expect(await leftovers(database)).toEqual([]);
}

/** What rebuilds left in the database: schemas and triggers. */
export async function leftovers(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `select nspname::text as name from pg_namespace where nspname like 'runfold_rebuild%'
    union all select tgname from pg_trigger where tgrelid = 'runfold_internal.event'::regclass`,
  );
  return rows.map(({ name }) => name);
}
