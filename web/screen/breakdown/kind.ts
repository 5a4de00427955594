import type { FilterName } from '../../address/parameters.js';
import type { UsageDimension, UsageRow } from '../../ask/usage.js';

/** A column of a breakdown. */
export interface Figure {
  readonly key: string;
  /** The figures that it is made of. Defaults to the one of its key. */
  readonly of?: readonly string[];
  readonly head: string;
  readonly figureOf: (row: UsageRow) => number | null;
  readonly format: (value: number | null, row: UsageRow) => string;
  /** Left out where the screen is narrow. */
  readonly isWide?: boolean;
  /** Shown with a bar against the most of the table. */
  readonly bar?: 'plain' | 'bad';
}

/** What a screen breaks usage down by. */
export interface Kind {
  readonly path: '/agents' | '/models' | '/tools' | '/users' | '/teams';
  readonly title: string;
  readonly word: string;
  readonly dimension: UsageDimension;
  readonly filters: readonly FilterName[];
  readonly figures: readonly Figure[];
  /** The figure that a row's line shows, and that the rows are in order of. */
  readonly main: string;
  /** Whether times are kept by it. */
  readonly hasSpeed: boolean;
  readonly more: { readonly isBad: boolean };
}
