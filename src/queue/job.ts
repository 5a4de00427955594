import type { MetricEvent } from '../events/metric-event.js';

/**
 * The versions of the job format. A worker rejects a version that it does not know, and keeps the
 * job.
 */
export const jobVersions = {
  /** Events as objects of the wire format, for programs that add jobs without a producer. */
  objects: 1,
  /** Events by column, as our producer packs them. */
  columns: 2,
  /** Spans. They wait in the store until their session and run are known. */
  spans: 3,
} as const;

/**
 * The maximum number of characters of a job's data. A worker rejects a longer job without reading
 * it.
 */
export const maxJobText = 16 * 2 ** 20;
/** The maximum number of events in one job. */
export const maxJobEvents = 50_000;

/** The data of one job: a batch of events of one project. */
export class EventJob {
  readonly v = jobVersions.columns;
  readonly project: number;
  /**
   * `PackedColumns` as JSON. On Redis it is part of the job's JSON. BullMQ's queue on Postgres
   * stores the data of a job as jsonb, which would parse each value; a string is stored as it is.
   */
  readonly columns: string;

  constructor(project: number, columns: string) {
    this.project = project;
    this.columns = columns;
  }

  /** The job as JSON, with its columns as JSON and not as a string. */
  packed(): string {
    return `{"v":${this.v},"project":${this.project},"columns":${this.columns}}`;
  }
}

/** A job whose events are objects, or a string with the JSON of their array. */
export interface ObjectJob {
  readonly v: typeof jobVersions.objects;
  readonly project: number;
  readonly events: readonly MetricEvent[] | string;
}

/** The data of one job of spans, of one project. */
export class SpanJob {
  readonly v = jobVersions.spans;
  readonly project: number;
  /** The spans as JSON, stored like the columns of an `EventJob`. */
  readonly spans: string;

  constructor(project: number, spans: string) {
    this.project = project;
    this.spans = spans;
  }

  /** The job as JSON, with its spans as JSON and not as a string. */
  packed(): string {
    return `{"v":${this.v},"project":${this.project},"spans":${this.spans}}`;
  }
}

/**
 * Whether the JSON of a job holds spans: as Redis keeps it, or with its keys sorted by Postgres.
 */
export function isSpanJob(text: string): boolean {
  return spanJob.test(text.slice(0, 60));
}

const spanJob = /^\s*\{\s*"v"\s*:\s*3\s*,\s*(?:"project"\s*:\s*\d+\s*,\s*)?"spans"\s*:/;

/** The name of the jobs in BullMQ. */
export const jobName = 'events';

/**
 * Options of every job. A completed job is removed, because its events are in the log. A job that
 * fails unexpectedly is retried and kept.
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
