import type { MetricEvent } from '../events/metric-event.js';

/** The versions of the job format; a worker rejects, and keeps, what it does not know. */
export const jobVersions = {
  /** Events as objects of the wire format: for whoever puts jobs on the queue without a producer. */
  objects: 1,
  /** Events by column, as a producer of ours packs them. */
  columns: 2,
  /** Spans, which wait in the store until it is known where they belong. */
  spans: 3,
} as const;

/** The most characters of a job's data. A worker rejects a longer job without reading it. */
export const maxJobText = 16 * 2 ** 20;
/** The most events in one job. */
export const maxJobEvents = 50_000;

/** The data of one job: a batch of events of one project. */
export class EventJob {
  readonly v = jobVersions.columns;
  readonly project: number;
  /**
   * `PackedColumns` as JSON text. On Redis it stands among the job's JSON as it is; BullMQ's queue on
   * Postgres keeps a job's data as jsonb, which would take each value apart, and leaves a text alone.
   */
  readonly columns: string;

  constructor(project: number, columns: string) {
    this.project = project;
    this.columns = columns;
  }
}

/** A job whose events are objects, or the JSON text of their array. */
export interface ObjectJob {
  readonly v: typeof jobVersions.objects;
  readonly project: number;
  readonly events: readonly MetricEvent[] | string;
}

/** The data of one job of spans, of one project. */
export class SpanJob {
  readonly v = jobVersions.spans;
  readonly project: number;
  /** The spans as JSON text, kept as the columns of an `EventJob` are. */
  readonly spans: string;

  constructor(project: number, spans: string) {
    this.project = project;
    this.spans = spans;
  }
}

/** Whether the JSON text of a job says that it holds spans: as Redis keeps it, or as Postgres sorts it. */
export function isSpanJob(text: string): boolean {
  return spanJob.test(text.slice(0, 60));
}

const spanJob = /^\s*\{\s*"v"\s*:\s*3\s*,\s*(?:"project"\s*:\s*\d+\s*,\s*)?"spans"\s*:/;

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

/** A job as the queue hands it over. */
export interface QueuedJob {
  readonly id: string;
  /** JSON text. */
  readonly data: string;
}
