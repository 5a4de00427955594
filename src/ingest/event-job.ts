import type { MetricEvent } from '../events/metric-event.js';

/** The version of the job format; a worker rejects, and keeps, what it does not know. */
export const jobVersion = 1;

/** The data of one job: a batch of events of one project, in the wire format. */
export interface EventJob {
  readonly v: typeof jobVersion;
  readonly project: number;
  readonly events: readonly MetricEvent[];
}

/** The name of the jobs in BullMQ. */
export const jobName = 'events';

/**
 * Options of every job. A completed job is removed, for its events are in the log; one that fails
 * against all expectation is tried again and kept.
 */
export const jobOptions = {
  removeOnComplete: true,
  removeOnFail: false,
  attempts: 20,
  backoff: { type: 'exponential', delay: 1000, jitter: 0.5 },
} as const;
