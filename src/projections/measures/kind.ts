import type { LogColumnType } from '../../events/columns/log-columns.js';

/** The meaning of a measure's stored value for a reader. */
export type Unit =
  | 'count'
  | 'tokens'
  | 'seconds'
  | 'dollars'
  | 'timestamp'
  | 'status'
  | 'text'
  /** Counts per level, which no view shows. */
  | 'levels'
  /** Periods of 2^28 µs, which no view shows. */
  | 'periods';

/** A figure, string or row as a reader sees it: tokens, seconds, US dollars, RFC 3339 times. */
export type HumanValue = string | number | boolean | null | { readonly [name: string]: HumanValue };

/**
 * A kind of measure: its column, its sums and what a reader sees. Each kind is a commutative monoid,
 * because queues reorder and repeat: any order, batching and repetition must give the same row.
 * To add a kind, write one such value and add it to `kinds.ts`.
 */
export interface Kind {
  /** The type of its column. */
  readonly type: LogColumnType | 'numeric';
  /** Whether a row always has it. */
  readonly required: boolean;
  /** The aggregate over events `e`; its result is a partial. */
  readonly partial: string;
  /** The aggregate over partials `p`; its result is a coarser partial. */
  readonly combine: (column: string) => string;
  /** The new value of a live row `t` after adding a partial. */
  readonly merge: (live: string, delta: string) => string;
  /** The meaning of its value. */
  readonly unit: Unit;
  /** Whether it is a summed number, so that a sum over rows is a sum over their events. */
  readonly isAdditive?: true;
  /** Whether it is a minimum or maximum, which new events seldom change. */
  readonly isExtreme?: true;
  /** Whether it is made from the label `l` of a row, instead of events. */
  readonly isOfLabel?: true;
  /** Whether it counts rows of the finer projection instead of events. */
  readonly countsRows?: true;
  /** The value in stored units, as SQL over its column. Defaults to the column. */
  readonly value?: (column: string) => string;
  /** The stored value as the reader of an audit sees it. */
  readonly read: (stored: unknown) => HumanValue;
}

/** ` filter (where …)` of an aggregate; empty if all events count. */
export const filter = (condition: string) =>
  condition === '' ? '' : ` filter (where ${condition})`;

/** A value that needs no conversion. */
export function plain(value: unknown): HumanValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  return value === null || value === undefined ? null : JSON.stringify(value);
}
