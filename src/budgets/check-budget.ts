import type { Database } from '../postgres/database.js';
import { askBudgets, type BudgetCheck } from './ask-budgets.js';
import { type BudgetCheckOptions, readCheck } from './asked-check.js';
import { freeHolds } from './holds.js';

/**
 * Checks the budgets of a project. With `hold_seconds`, it holds the estimate if all of them allow it: two checks at the
 * same time can never both take the last dollar. If your program makes many checks, use `createBudgetGate`: it sends
 * those that run at the same time together. @throws InvalidBudgetError
 */
export async function checkBudget(
  database: Database,
  options: BudgetCheckOptions & { readonly project?: number | undefined },
): Promise<BudgetCheck> {
  const { project = 1, ...given } = options;
  const [answer] = await askBudgets(database, project, [await readCheck(given)]);
  return answer as BudgetCheck;
}

/** Releases what is held under an id. Returns whether there was a hold. */
export async function releaseHold(
  database: Database,
  { project = 1, hold_id }: { readonly project?: number | undefined; readonly hold_id: string },
): Promise<{ readonly released: boolean }> {
  const [released] = await freeHolds(database, project, [hold_id]);
  return { released: released === true };
}
