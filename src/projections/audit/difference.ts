/** One figure that is not what the log says. */
export interface Difference {
  readonly projection: string;
  /** The row's key, by column; empty for a grand total. */
  readonly key: Readonly<Record<string, unknown>>;
  /** The column that differs, or `*` when the whole row is missing or should not be there. */
  readonly field: string;
  /** What the log folds to, in stored units; null when nothing. */
  readonly expected: unknown;
  /** What the live table holds. */
  readonly actual: unknown;
}
