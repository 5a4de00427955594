import type { Attributes } from '../../events/attribute-fields.js';
import type { Labels } from '../../events/labels.js';
import type { Metrics } from '../../events/metric-fields.js';

type Reported<T> = { readonly [N in keyof T]-?: NonNullable<T[N]> | null };

/** An event of the log. Null means not reported; tokens, seconds and US dollars. */
export interface LogEntry extends Reported<Attributes>, Reported<Metrics> {
  readonly project: number;
  readonly session_id: string;
  readonly run_id: string;
  /** As it was sent; unique within the session. */
  readonly id: string;
  /** RFC 3339 in UTC to the microsecond. */
  readonly occurred_at: string;
  readonly sequence: number | null;
  /** The sender's own dimensions. */
  readonly labels: Labels | null;
  /** When it was added to the log, in the form of `occurred_at`. */
  readonly recorded_at: string;
}

/** An event with its corrections added to its figures. */
export interface CorrectedEntry extends LogEntry {
  /** How many corrections its figures include; 0 if they are as recorded. */
  readonly corrections: number;
  /**
   * The event that it corrects, if this row is a correction whose event is not in the list: because it has
   * not arrived, belongs to another run or role, or is itself a correction. Null for all other rows.
   */
  readonly corrects: string | null;
}
