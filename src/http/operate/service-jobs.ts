import type { Logger } from 'pino';
import type { Database } from '../../postgres/database.js';
import { type Audits, createAudits } from '../../projections/audit/running-audits.js';
import { createRebuildJobs, type RebuildJobs } from './rebuild-jobs.js';
import { createRepriceJobs, type RepriceJobs } from './reprice-jobs.js';

/** The work that a service does in the background when it is asked to. */
export interface ServiceJobs {
  readonly audits: Audits;
  readonly rebuilds: RebuildJobs;
  readonly reprices: RepriceJobs;
}

export function createServiceJobs(database: Database, log: Logger): ServiceJobs {
  return {
    audits: createAudits(database, log),
    rebuilds: createRebuildJobs(database, log),
    reprices: createRepriceJobs(database, log),
  };
}

/** Stops what runs. */
export async function closeJobs({ audits, rebuilds, reprices }: ServiceJobs): Promise<void> {
  await Promise.all([audits, rebuilds, reprices].map((kind) => kind.close()));
}
