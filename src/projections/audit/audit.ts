import type { Projection } from '../language/projection.js';
import type { Difference } from './difference.js';

/** The audit of one projection. */
export interface ProjectionAudit {
  readonly name: string;
  /** Rows of the live table. */
  readonly rows: number;
  /** Rows that differ, of those that were compared. */
  readonly differing_rows: number;
}

/** How far an audit is with one projection. */
export interface AuditProgress {
  readonly projection: string;
  /** From 0 to 1. */
  readonly share: number;
}

/** What the audit found. */
export interface Audit {
  readonly equal: boolean;
  /** The instant at which what it says held: RFC 3339 in UTC. */
  readonly snapshot_at: string;
  /** How many shards were looked at, each in a snapshot of its own; undefined in a store that is not divided. */
  readonly shards?: number;
  /** Events in the log at the snapshot. */
  readonly events: number;
  readonly projections: readonly ProjectionAudit[];
  /** How many sessions were compared; undefined when all rows were. */
  readonly sampled_sessions?: number;
  /** The first differences, at most `max_differences` rows of each projection. */
  readonly differences: readonly Difference[];
}

/** Settings of the audit. */
export interface VerifyOptions {
  /** The projections to look at. Defaults to all. */
  readonly projections?: readonly Projection[] | undefined;
  /** The most differing rows of a projection to report. Defaults to 100. */
  readonly max_differences?: number | undefined;
  /**
   * Compares only the rows of so many sessions, chosen at random, and the grand totals: cheap, as
   * it groups nothing. Defaults to comparing every row.
   */
  readonly sample?: number | undefined;
  /** Compares only what belongs to this project. Defaults to all projects. */
  readonly project?: number | undefined;
  /** Stops the audit between two projections, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called before and after each projection. */
  readonly on_progress?: ((progress: AuditProgress) => void) | undefined;
}
