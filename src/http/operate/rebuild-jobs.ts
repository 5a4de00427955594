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
import { createJobs, type Jobs, type JobView } from './jobs.js';

/** A rebuild that was started over HTTP, as the API shows it. */
export interface RebuildView extends JobView {
  readonly dry_run: boolean;
  /** The current step while it runs. */
  readonly step: RebuildStep | null;
  /** The progress of the step, from 0 to 1. */
  readonly share: number;
  /** How the totals were repaired; null before the end. */
  readonly outcome: RebuildReport['outcome'] | null;
  readonly events: number | null;
  readonly seconds: number | null;
  readonly projections: readonly ProjectionRebuild[];
}

/** The rebuilds of this process: at most one that is running, and the last ones that ended. */
export interface RebuildJobs extends Pick<Jobs<RebuildView>, 'list' | 'cancel' | 'close'> {
  /** Starts a rebuild, or returns the one that is running. */
  begin(options: {
    readonly dry_run: boolean;
    readonly projections: readonly Projection[] | undefined;
  }): RebuildView;
}

export function createRebuildJobs(database: Database, log: Logger): RebuildJobs {
  const jobs = createJobs<RebuildView>('rebuild', log, (error) => {
    const isOurs =
      error instanceof RebuildRunningError ||
      error instanceof RebuildBlockedError ||
      error instanceof RebuildDependentError;
    return isOurs ? error.message : undefined;
  });
  const begin: RebuildJobs['begin'] = (options) => {
    const about = {
      dry_run: options.dry_run,
      step: null,
      share: 0,
      outcome: null,
      events: null,
      seconds: null,
      projections: [],
    };
    return jobs.begin(about, async (note, signal) => {
      try {
        const { outcome, events, seconds, projections } = await rebuild(database, {
          ...options,
          signal,
          on_progress: ({ step, done, total }) =>
            note({ step, share: total === 0 ? 0 : Math.min(1, done / total) }),
        });
        note({ share: 1, outcome, events, seconds, projections });
      } finally {
        note({ step: null });
      }
    });
  };
  return { ...jobs, begin: (options) => jobs.running() ?? begin(options) };
}
