/** A rule as the evaluation reads it. */
export interface StoredRule {
  readonly [column: string]: unknown;
  readonly id: number;
  readonly project: number;
  readonly name: string;
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly channels: readonly string[];
  readonly for_seconds: number;
  /** Whether it is evaluated for the first time. */
  readonly is_new: boolean;
}

/** The reading of one value of a rule. */
export interface Reading {
  readonly rule: StoredRule;
  /** The budget's name; '' for other rules. */
  readonly budget: string;
  /** '' for the whole project. */
  readonly value: string;
  /** The first quarter of an hour of a calendar window; 0 without one. */
  readonly window_first: number;
  /** In percent; 0 for other rules. */
  readonly share: number;
  readonly figure: number;
  readonly limit: number;
  readonly measure: string;
  /** When the budget was last changed, in microseconds; 0 for other rules. */
  readonly changed_us: number;
  readonly is_over: boolean;
}

/** A share of a budget that a rule watches, in the window at hand. */
export interface BudgetLimit extends Pick<Reading, 'budget' | 'window_first' | 'share'> {
  readonly rule_id: number;
  /** The only value that the budget limits; null if it limits each. */
  readonly only_value: string | null;
  /** Whether it limits each session or run. */
  readonly is_of_runs: boolean;
}

/**
 * Days for which the use of a session or run may cross a share of a budget that limits each of them. Their windows never end, so
 * without this limit the states of all that ever crossed one would be kept and read.
 */
export const watchedDays = 30;
