import type { LogColumnType } from '../../events/columns/log-columns.js';

/** What a measure's stored value means to a reader. */
export type Unit =
  | 'count'
  | 'tokens'
  | 'seconds'
  | 'dollars'
  | 'timestamp'
  | 'status'
  | 'text'
  /** Counts by level, which no view shows. */
  | 'levels';

/** A figure, text or row as a reader knows it: tokens, seconds, US dollars, RFC 3339 times. */
export type HumanValue = string | number | boolean | null | { readonly [name: string]: HumanValue };

/**
 * What a kind of measure is: its column, its sums and what a reader sees. Each kind is a commutative monoid,
 * because queues reorder and repeat: any order, any batching, any duplication must give the same row.
 * To add a kind is to write one such value and to name it in `kinds.ts`.
 */
export interface Kind {
  /** The type of its column. */
  readonly type: LogColumnType | 'numeric';
  /** Whether a row always has it. */
  readonly required: boolean;
  /** The aggregate over events `e` that gives a partial. */
  readonly partial: string;
  /** The aggregate over partials `p` that gives a coarser partial. */
  readonly combine: (column: string) => string;
  /** What a live row `t` becomes when a partial is added. */
  readonly merge: (live: string, delta: string) => string;
  /** What its value means. */
  readonly unit: Unit;
  /** Whether it is a number that is added up, so that a sum over rows is one over their events. */
  readonly isAdditive?: true;
  /** Whether it is least or greatest of all, so that what is added seldom changes it. */
  readonly isExtreme?: true;
  /** Whether it is made of the label `l` of a row, instead of events. */
  readonly isOfLabel?: true;
  /** Whether it counts rows of the finer projection instead of events. */
  readonly countsRows?: true;
  /** The value in stored units, as SQL of its column; the column itself where it is absent. */
  readonly value?: (column: string) => string;
  /** What is stored, as the reader of an audit sees it. */
  readonly read: (stored: unknown) => HumanValue;
}

/** ` filter (where …)` of an aggregate; nothing where all events count. */
export const filter = (condition: string) =>
  condition === '' ? '' : ` filter (where ${condition})`;

/** A value that needs no conversion. */
export function plain(value: unknown): HumanValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  return value === null || value === undefined ? null : JSON.stringify(value);
}
