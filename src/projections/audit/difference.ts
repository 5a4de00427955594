/** One figure that differs from the log. */
export interface Difference {
  readonly projection: string;
  /** The row's key, by column; empty for a grand total. */
  readonly key: Readonly<Record<string, unknown>>;
  /** The column that differs, or `*` if the whole row is missing or should not exist. */
  readonly field: string;
  /** The value by the log, in stored units; null for none. */
  readonly expected: unknown;
  /** The value in the live table. */
  readonly actual: unknown;
}
