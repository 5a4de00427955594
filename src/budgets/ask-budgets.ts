import { formatTimestamp } from '../events/timestamp.js';
import type { Database } from '../postgres/database.js';
import { queryPrepared } from '../postgres/prepared-query.js';
import { quarterMicros } from '../projections/time-buckets.js';
import type { AskedCheck } from './asked-check.js';
import { unitsOf } from './budgets.js';
import { whoFields } from './functions/check-functions.js';
import { type BudgetMeasure, budgetMeasures } from './functions/used-sources.js';

/** The decision of one budget that applies to a check. */
export interface CheckedBudget {
  readonly name: string;
  /** The user, agent …; null for the project. */
  readonly value: string | null;
  readonly measure: BudgetMeasure;
  /** In US dollars for cost, otherwise an integer. The next three have the same unit. */
  readonly limit: number;
  /**
   * The sum over the totals of the window. This and the next two are null while the database is
   * unavailable.
   */
  readonly used: number | null;
  /** The amount held before this check. */
  readonly held: number | null;
  readonly remaining: number | null;
  /** When the next window begins, RFC 3339 in UTC; null if never. */
  readonly resets_at: string | null;
  readonly allowed: boolean;
}

/** The result of a check. */
export interface BudgetCheck {
  /** Whether every budget that can refuse allows it. */
  readonly allowed: boolean;
  /** The id that the event must name; null if nothing is held. */
  readonly hold_id: string | null;
  /** Whether the database was unavailable. Budgets then decide by `when_unknown`. */
  readonly is_unknown: boolean;
  /** The budgets that apply, by name. */
  readonly budgets: readonly CheckedBudget[];
}

/** The decision of a budget about a check. Figures are decimals in stored units. */
export interface AnswerRow {
  readonly [column: string]: unknown;
  /** The number of the check, from 1. */
  readonly place: number;
  readonly name: string;
  readonly value: string;
  readonly measure: BudgetMeasure;
  readonly limit_units: string;
  readonly used: string;
  readonly held: string;
  readonly window_end: number;
  readonly allowed: boolean;
  /** Whether the check holds its estimate; the same in all of its rows. */
  readonly is_held: boolean;
}

/** The end of a window that never ends. */
export const neverEnds = 2_147_483_647;

/** Makes several checks of a project in one statement. Each counts the holds of those before it. */
export async function askBudgets(
  database: Database,
  project: number,
  checks: readonly AskedCheck[],
): Promise<BudgetCheck[]> {
  const holds = checks.map(({ hold }) => hold);
  // Without holds nothing is locked or written.
  const asks = holds.some((hold) => hold !== null) ? 'check_budgets' : 'budget_decisions';
  const rows = await queryPrepared<AnswerRow>(
    database,
    `select place, name, value, measure, limit_units, used, held, window_end, allowed, is_held
    from runfold_internal.${asks}($1, $2, $3, $4, $5, $6, $7)`,
    [
      project,
      whoFields.map((field) => checks.map(({ who }) => who[field] ?? null)),
      checks.map(({ who }) => (who.labels === undefined ? null : JSON.stringify(who.labels))),
      budgetMeasures.map((measure) => checks.map(({ estimate }) => estimate[measure])),
      checks.map(({ is_free }) => is_free),
      holds,
      checks.map(({ hold_seconds }) => hold_seconds),
    ],
  );
  const answers = checks.map((): AnswerRow[] => []);
  for (const row of rows) answers[row.place - 1]?.push(row);
  return answers.map((said, index) =>
    budgetCheck(said, said[0]?.is_held ? (checks[index]?.hold ?? null) : null),
  );
}

/** The result of a check from the decisions of the budgets that apply. */
export function budgetCheck(said: readonly AnswerRow[], hold_id: string | null): BudgetCheck {
  return {
    // A check about which no budget has a say is allowed.
    allowed: said.every(({ allowed }) => allowed),
    hold_id,
    is_unknown: false,
    budgets: said.map(checkedBudget),
  };
}

function checkedBudget(row: AnswerRow): CheckedBudget {
  const { name, value, measure, window_end, allowed } = row;
  const units = unitsOf(measure);
  const [limit, used, held] = [Number(row.limit_units), Number(row.used), Number(row.held)];
  return {
    name,
    value: value === '' ? null : value,
    measure,
    limit: limit / units,
    used: used / units,
    held: held / units,
    remaining: Math.max(0, limit - used - held) / units,
    resets_at: window_end === neverEnds ? null : formatTimestamp(window_end * quarterMicros),
    allowed,
  };
}
