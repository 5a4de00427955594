import type { FilterName } from '../../address/parameters.js';
import type { UsageDimension, UsageRow } from '../../ask/usage.js';

/** A column of a breakdown. */
export interface Figure {
  readonly key: string;
  /** The figures it is computed from. Defaults to the one of its key. */
  readonly of?: readonly string[];
  readonly head: string;
  readonly figureOf: (row: UsageRow) => number | null;
  readonly format: (value: number | null, row: UsageRow) => string;
  /** Hidden on a narrow screen; with `phone` only on the narrowest. */
  readonly isWide?: boolean | 'phone';
  /** Hidden if it is 0 in all rows. */
  readonly isRare?: boolean;
  /** Shown with a bar relative to the highest value of the table; `tokens` divides it by kind. */
  readonly bar?: 'plain' | 'bad' | 'tokens';
}

/** The dimension of a breakdown. */
export interface Kind {
  readonly path: '/agents' | '/models' | '/tools' | '/users' | '/teams' | '/labels';
  readonly title: string;
  readonly word: string;
  /** What its rows are called together. Defaults to the title. */
  readonly rows?: string;
  readonly dimension: UsageDimension;
  readonly filters: readonly FilterName[];
  readonly figures: readonly Figure[];
  /** The figure of a row's trend line. The rows are sorted by it. */
  readonly main: string;
  /** Whether times are stored for it. */
  readonly hasSpeed: boolean;
  /** Whether there is a column for the last bucket with usage. */
  readonly hasLastSeen?: boolean;
  readonly more: { readonly isBad: boolean };
}
