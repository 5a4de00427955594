import type { UsageDimension } from '../query/usage/usage-sources.js';

/** The state of the project and the service. */
export interface ServiceStatus {
  readonly version: string;
  readonly tier: 'embedded' | 'postgres' | 'redis+postgres';
  readonly project: {
    readonly id: number;
    readonly name: string | null;
    /** The reporting time zone; null for the zone of each reader. */
    readonly time_zone: string | null;
  };
  /** The key of the request; null while there are none. */
  readonly key: {
    readonly id: string;
    readonly name: string;
    readonly scopes: readonly string[];
    readonly expires_at: string | null;
  } | null;
  readonly keys_needed: boolean;
  /** The projects that this browser is signed in to. */
  readonly signed_in_to: readonly { readonly id: number; readonly name: string | null }[];
  /** For all projects; null if the queue is unavailable, or if this key may not see it. */
  readonly queue: {
    readonly waiting: number;
    readonly active: number;
    readonly delayed: number;
    readonly failed: number;
    /** How long the oldest unfinished job has waited. */
    readonly age_seconds: number;
    /** Connected workers; null if unknown. */
    readonly workers: number | null;
    /** Each queue by its key prefix, if there are several. */
    readonly queues?: readonly {
      readonly name: string;
      readonly waiting: number;
      readonly active: number;
      readonly delayed: number;
      readonly failed: number;
      readonly age_seconds: number;
    }[];
  } | null;
  /** Events since the process began: received = applied + duplicate + rejected. */
  readonly worker: {
    readonly received: number;
    readonly applied: number;
    readonly duplicate: number;
    readonly rejected: number;
  } | null;
  readonly rejects: number;
  /** Alert rules of the project that fire and are not muted. */
  readonly firing_alerts: number;
  /** Spans of the project that wait for the spans above them. */
  readonly waiting_spans: number;
  /** When the last event was folded; RFC 3339, null before the first. */
  readonly last_folded_at: string | null;
  /** RFC 3339; null before the first event. */
  readonly last_occurred_at: string | null;
  /** Totals whose definition has changed. */
  readonly stale_totals: readonly string[];
  readonly rebuilds: readonly { readonly step: string | null; readonly share: number }[];
  /** The last audit with a result, in short. */
  readonly last_audit: Pick<
    AuditReport,
    'id' | 'state' | 'started_at' | 'snapshot_at' | 'sample' | 'events'
  > | null;
  /** The id of the audit of the project that is running in the service's process. */
  readonly running_audit: string | null;
  /** All groups and filters of a usage query must be in one of these. */
  readonly kept_together: readonly (readonly UsageDimension[])[];
  /** The valid values of `time_zone`. */
  readonly time_zones: readonly string[];
}

/** An audit: the log folded again and compared with the totals. */
export interface AuditReport {
  readonly id: string;
  readonly state: 'running' | 'equal' | 'different' | 'failed' | 'cancelled';
  /** How many sessions it checks; null for all. */
  readonly sample: number | null;
  readonly started_at: string;
  readonly ended_at: string | null;
  /** The instant for which the result holds. */
  readonly snapshot_at: string | null;
  readonly seconds: number | null;
  readonly progress: readonly { readonly projection: string; readonly share: number }[];
  readonly events: number | null;
  readonly projections: readonly {
    readonly name: string;
    readonly rows: number;
    readonly differing_rows: number;
  }[];
  /** The first 100, in the names and units of the views. */
  readonly differences: readonly {
    readonly projection: string;
    readonly key: Readonly<Record<string, unknown>>;
    readonly field: string;
    readonly expected: unknown;
    readonly actual: unknown;
    /** The same as the table stores it; missing in audits by earlier versions. */
    readonly stored?: {
      readonly column: string;
      readonly expected: unknown;
      readonly actual: unknown;
    };
  }[];
  readonly error: string | null;
}

/** A selection of rejects: those received before `before`, with one code or any. */
export interface ManyRejects {
  readonly code?: string | undefined;
  /** RFC 3339 with a zone. */
  readonly before: string;
  /** The number that the caller saw. */
  readonly expected_count: number;
}

/** The outcome for many rejects. */
export interface RejectsOutcome {
  readonly done: number;
  /** Rejects that could not be sent again and are kept. */
  readonly kept: number;
}
