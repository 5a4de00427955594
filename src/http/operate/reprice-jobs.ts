import type { Logger } from 'pino';
import { RepriceContendedError, type RepriceOptions, reprice } from '../../corrections/reprice.js';
import type { RepriceReport } from '../../corrections/reprice-report.js';
import type { Database } from '../../postgres/database.js';
import { createJobs, type Jobs, type JobView } from './jobs.js';

/** A reprice that was started over HTTP, as the API shows it. Its figures grow while it runs. */
export interface RepriceView extends JobView, RepriceReport {
  readonly dry_run: boolean;
  /** The range as it was given; null for no limit. */
  readonly from: string | null;
  readonly to: string | null;
}

/** The reprices of this process: for each project at most one that is running, and the last ones that ended. */
export interface RepriceJobs {
  /** Starts a reprice, or returns the one that is running. */
  begin(project: number, options: Pick<RepriceOptions, 'from' | 'to' | 'dry_run'>): RepriceView;
  get(project: number, id: string): RepriceView | undefined;
  /** Stops a running reprice. Undefined if the project has none with this id. */
  cancel(project: number, id: string): Promise<RepriceView | undefined>;
  close(): Promise<void>;
}

export function createRepriceJobs(database: Database, log: Logger): RepriceJobs {
  const byProject = new Map<number, Jobs<RepriceView>>();
  const jobsOf = (project: number) => {
    const found = byProject.get(project);
    if (found !== undefined) return found;
    const made = createJobs<RepriceView>('reprice', log, (error) =>
      error instanceof RepriceContendedError ? error.message : undefined,
    );
    byProject.set(project, made);
    return made;
  };
  return {
    begin(project, { from, to, dry_run = false }) {
      const jobs = jobsOf(project);
      const about = {
        dry_run,
        from: from ?? null,
        to: to ?? null,
        messages: 0,
        reported: 0,
        corrected: 0,
        cost_before: 0,
        cost_after: 0,
        difference: 0,
        unpriced: [],
      };
      return (
        jobs.running() ??
        jobs.begin(about, async (note, signal) => {
          const on_progress = (report: RepriceReport) => note(report);
          await reprice(database, { project, from, to, dry_run, on_progress, signal });
        })
      );
    },
    get: (project, id) => byProject.get(project)?.get(id),
    async cancel(project, id) {
      return byProject.get(project)?.cancel(id);
    },
    async close() {
      await Promise.all([...byProject.values()].map((jobs) => jobs.close()));
    },
  };
}
