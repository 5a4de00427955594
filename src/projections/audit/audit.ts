import type { Projection } from '../language/projection.js';
import type { Difference } from './difference.js';

/** The audit of one projection. */
export interface ProjectionAudit {
  readonly name: string;
  /** Rows of the live table. */
  readonly rows: number;
  /** Compared rows that differ. */
  readonly differing_rows: number;
}

/** The progress of an audit with one projection. */
export interface AuditProgress {
  readonly projection: string;
  /** From 0 to 1. */
  readonly share: number;
}

/** The result of an audit. */
export interface Audit {
  readonly equal: boolean;
  /** The instant for which the result holds: RFC 3339 in UTC. */
  readonly snapshot_at: string;
  /** How many shards were checked, each in a separate snapshot; undefined in a store that is not divided. */
  readonly shards?: number;
  /** Events in the log at the snapshot. */
  readonly events: number;
  readonly projections: readonly ProjectionAudit[];
  /** How many sessions were compared; undefined if all rows were compared. */
  readonly sampled_sessions?: number;
  /** The first differences, at most `max_differences` rows of each projection. */
  readonly differences: readonly Difference[];
}

/** Options of an audit. */
export interface VerifyOptions {
  /** The projections to check. Defaults to all. */
  readonly projections?: readonly Projection[] | undefined;
  /** The maximum number of differing rows to report per projection. Defaults to 100. */
  readonly max_differences?: number | undefined;
  /**
   * Compares only the rows of this number of random sessions, and the grand totals, which is fast because
   * nothing is grouped. By default every row is compared.
   */
  readonly sample?: number | undefined;
  /** Compares only this project. Defaults to all projects. */
  readonly project?: number | undefined;
  /** Stops the audit between two projections, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called before and after each projection. */
  readonly on_progress?: ((progress: AuditProgress) => void) | undefined;
}
