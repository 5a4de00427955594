import type { Database } from '../postgres/database.js';
import { keepsPrepared, queryPrepared } from '../postgres/prepared-query.js';
import { isStoreOutage } from '../store/store-errors.js';
import { type AnswerRow, askBudgets, type BudgetCheck, budgetCheck } from './ask-budgets.js';
import { type AskedCheck, limitedValue } from './asked-check.js';
import { type LookPlan, readLookPlan } from './look-plan.js';
import { type Looked, type LookRow, lookStatements } from './look-statement.js';

/** How often budgets may change while they are read. */
const mostTries = 3;

/**
 * Opens the checks without holds of a project. They cost Postgres a third of what the function of the store costs that
 * decides checks with holds, and decide the same: the budgets are remembered, and one prepared statement reads what they
 * used, together with their version and the clock. If the budgets changed, or the window of one ended, it is made again.
 */
export function openLooks(
  database: Database,
  project: number,
): (checks: readonly AskedCheck[]) => Promise<BudgetCheck[]> {
  let known: LookPlan | undefined;
  let isImpossible = false;
  const statement = lookStatements(project);

  const look = async (checks: readonly AskedCheck[]): Promise<BudgetCheck[] | undefined> => {
    for (let tries = 0; tries < mostTries; tries++) {
      const plan = known ?? (await readLookPlan(database, project));
      if (plan === undefined) {
        isImpossible = true;
        return undefined;
      }
      known = plan;
      const { looked, places } = placesOf(plan, checks);
      const { text, values } = statement(looked);
      const rows = await queryPrepared<LookRow>(database, text, values);
      const state = rows.find(({ place }) => place === null);
      const at = state?.at ?? 0;
      if (state?.version !== plan.version || at < plan.at || at >= plan.until) {
        // Another look may have read the plan anew already.
        if (known === plan) known = undefined;
        continue;
      }
      const used: (string | null)[] = looked.map(() => null);
      for (const row of rows) if (row.place !== null) used[row.place] = row.used;
      return checks.map((check, number) =>
        decide(check, looked, places[number] ?? [], used, state.held ?? []),
      );
    }
    return undefined;
  };

  return async (checks) => {
    if (isImpossible || !(await keepsPrepared(database)))
      return askBudgets(database, project, checks);
    try {
      return (await look(checks)) ?? (await askBudgets(database, project, checks));
    } catch (error) {
      known = undefined;
      if (isStoreOutage(error)) throw error;
      // The tables may have been moved to Citus or be changing. If something else is wrong, the function says it.
      return askBudgets(database, project, checks);
    }
  };
}

/** Each value of each budget that some checks are about, once; and for each check, the numbers of its own. */
function placesOf(plan: LookPlan, checks: readonly AskedCheck[]) {
  const looked: Looked[] = [];
  const known = new Map<string, number>();
  const places = checks.map((check) =>
    plan.budgets.flatMap((budget) => {
      const value = limitedValue(budget, check.who);
      if (value === undefined || (budget.value !== null && budget.value !== value)) return [];
      const key = `${budget.id} ${value}`;
      const place = known.get(key) ?? looked.push({ budget, value }) - 1;
      known.set(key, place);
      return [place];
    }),
  );
  return { looked, places };
}

function decide(
  { estimate, is_free }: AskedCheck,
  looked: readonly Looked[],
  places: readonly number[],
  used: readonly (string | null)[],
  held: readonly string[],
): BudgetCheck {
  const rows = places.map((place): AnswerRow => {
    const { budget, value } = looked[place] as Looked;
    const row = {
      ...budget,
      value,
      used: used[place] ?? '0',
      held: held[place] ?? '0',
      is_held: false,
    };
    const taken = BigInt(row.used) + BigInt(row.held);
    const limit = BigInt(budget.limit_units);
    const allowed =
      !budget.stop ||
      (budget.measure === 'cost' && is_free) ||
      (taken < limit && taken + BigInt(estimate[budget.measure]) <= limit);
    return { ...row, place: 0, allowed };
  });
  return budgetCheck(rows, null);
}
