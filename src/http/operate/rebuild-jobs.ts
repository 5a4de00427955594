import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Database } from '../../postgres/database.js';
import type { Projection } from '../../projections/language/projection.js';
import { rebuild } from '../../projections/rebuild/rebuild.js';
import {
  RebuildBlockedError,
  RebuildDependentError,
  RebuildRunningError,
} from '../../projections/rebuild/rebuild-errors.js';
import type { RebuildStep } from '../../projections/rebuild/rebuild-options.js';
import type { ProjectionRebuild, RebuildReport } from '../../projections/rebuild/rebuild-report.js';

/** A rebuild that was started over HTTP, as the API shows it. */
export interface RebuildView {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly dry_run: boolean;
  readonly started_at: string;
  readonly ended_at: string | null;
  /** The current step while it runs. */
  readonly step: RebuildStep | null;
  /** The progress of the step, from 0 to 1. */
  readonly share: number;
  /** How the totals were repaired; null before the end. */
  readonly outcome: RebuildReport['outcome'] | null;
  readonly events: number | null;
  readonly seconds: number | null;
  readonly projections: readonly ProjectionRebuild[];
  readonly error: string | null;
}

/** The rebuilds of this process: at most one that is running, and the last ones that ended. */
export interface RebuildJobs {
  /** Starts a rebuild, or returns the one that is running. */
  begin(options: {
    readonly dry_run: boolean;
    readonly projections: readonly Projection[] | undefined;
  }): RebuildView;
  /** Newest first. */
  list(): readonly RebuildView[];
  /** Stops a running rebuild. Undefined if there is none with this id. */
  cancel(id: string): Promise<RebuildView | undefined>;
  close(): Promise<void>;
}

const mostKept = 20;

export function createRebuildJobs(database: Database, log: Logger): RebuildJobs {
  const jobs: RebuildView[] = [];
  let running: { readonly id: string; stop: AbortController; ended: Promise<void> } | undefined;

  const note = (id: string, changes: Partial<RebuildView>): RebuildView => {
    const at = jobs.findIndex((job) => job.id === id);
    const job = { ...jobs[at], ...changes } as RebuildView;
    jobs[at] = job;
    return job;
  };

  const run = async (
    id: string,
    options: Parameters<RebuildJobs['begin']>[0],
    stop: AbortController,
  ) => {
    try {
      const { outcome, events, seconds, projections } = await rebuild(database, {
        ...options,
        signal: stop.signal,
        on_progress: ({ step, done, total }) =>
          void note(id, { step, share: total === 0 ? 0 : Math.min(1, done / total) }),
      });
      note(id, { state: 'done', step: null, share: 1, outcome, events, seconds, projections });
    } catch (error) {
      if (stop.signal.aborted) note(id, { state: 'cancelled', step: null });
      else {
        // The driver's text may name hosts and users; the log has it.
        const isOurs =
          error instanceof RebuildRunningError ||
          error instanceof RebuildBlockedError ||
          error instanceof RebuildDependentError;
        const text = isOurs ? error.message : 'The rebuild failed; see the log.';
        note(id, { state: 'failed', step: null, error: text });
        log.error({ err: error, rebuild: id }, 'a rebuild failed');
      }
    }
    note(id, { ended_at: new Date().toISOString() });
  };

  return {
    begin(options) {
      if (running === undefined) {
        const id = randomUUID();
        const stop = new AbortController();
        jobs.unshift({
          id,
          state: 'running',
          dry_run: options.dry_run,
          started_at: new Date().toISOString(),
          ended_at: null,
          step: null,
          share: 0,
          outcome: null,
          events: null,
          seconds: null,
          projections: [],
          error: null,
        });
        jobs.splice(mostKept);
        const ended = run(id, options, stop).finally(() => {
          running = undefined;
        });
        running = { id, stop, ended };
      }
      return jobs[0] as RebuildView;
    },
    list: () => [...jobs],
    async cancel(id) {
      if (running?.id === id) {
        running.stop.abort();
        await running.ended;
      }
      return jobs.find((job) => job.id === id);
    },
    async close() {
      running?.stop.abort();
      await running?.ended;
    },
  };
}
