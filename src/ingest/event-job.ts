import type { MetricEvent } from '../events/metric-event.js';
import type { QueueTarget } from './queue-target.js';

/** The version of the job format; a worker rejects, and keeps, what it does not know. */
export const jobVersion = 1;

/** The data of one job: a batch of events of one project, in the wire format. */
export interface EventJob {
  readonly v: typeof jobVersion;
  readonly project: number;
  /**
   * The events, or the JSON text of their array. A queue on Postgres keeps a job's data as jsonb,
   * which would take each event apart and put the keys of its objects in an order of its own; a text
   * it leaves alone.
   */
  readonly events: readonly MetricEvent[] | string;
}

/** The data of a job for a queue of this kind. */
export function eventJob(
  kind: QueueTarget['kind'],
  project: number,
  events: readonly MetricEvent[],
): EventJob {
  return {
    v: jobVersion,
    project,
    events: kind === 'postgres' ? JSON.stringify(events) : events,
  };
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
