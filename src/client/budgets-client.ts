import type { BudgetCheck } from '../budgets/ask-budgets.js';
import type { BudgetCheckOptions } from '../budgets/asked-check.js';
import type { BudgetStanding } from '../budgets/budget-standing.js';
import type { Budget } from '../budgets/budgets.js';
import type { NewBudget } from '../budgets/new-budget.js';
import { codeOf } from '../environment/error-fields.js';
import { ApiError } from './api-error.js';
import type { HttpCaller } from './http-caller.js';
import { createJsonRequests } from './json-requests.js';

/** Budgets of the key's project. */
export interface BudgetsClient {
  /**
   * Checks whether something may be done. With `hold_seconds`, it holds the estimate if every
   * budget allows it. Needs only the scope `ingest`. If the service does not respond within five seconds, or responds that it is
   * unavailable (502, 503 or 504), the result has `is_unknown`, and `allowed` is what `when_unreachable` says, by
   * default `allow`.
   * @throws ApiError for every other problem: an error of the service (500) and `database_misconfigured` (503) are no
   * outages, and decide nothing
   */
  checkBudget(options: BudgetCheckOptions): Promise<BudgetCheck>;
  /** Releases what is held under an id and will not be used. Returns whether there was a hold. */
  releaseHold(options: { readonly hold_id: string }): Promise<{ readonly released: boolean }>;
  /** The budgets by name. */
  listBudgets(): Promise<readonly Budget[]>;
  /** The budgets by name, each with its use and its holds. `limit` is the maximum number of values of each; 3 by default. */
  listBudgetStandings(options?: {
    readonly limit?: number | undefined;
  }): Promise<readonly BudgetStanding[]>;
  /** A budget, its use and its holds; undefined if no budget has that name. */
  getBudget(options: { readonly name: string }): Promise<BudgetStanding | undefined>;
  /** Creates a budget. Needs a key for `admin`, and so does `dropBudget`. */
  createBudget(options: NewBudget): Promise<Budget>;
  /** Deletes a budget and its holds; undefined if no budget has that name. */
  dropBudget(options: { readonly name: string }): Promise<Budget | undefined>;
}

/** How long a check may take, in milliseconds. An agent waits for it. */
const checkMs = 5_000;

/**
 * Whether there was no response, or one that says that the service is unavailable; 502 and 504 come from proxies. An invalid address
 * and a response that is not JSON are faults, not outages.
 */
function isAway(error: unknown): boolean {
  if (error instanceof ApiError) {
    const { status, code } = error;
    return status >= 502 && status <= 504 && code !== 'database_misconfigured';
  }
  const code = codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined);
  return !(error instanceof SyntaxError) && code !== 'ERR_INVALID_URL';
}

export function createBudgetsClient(caller: HttpCaller): BudgetsClient {
  const pathOf = (name: string) => `/v1/budgets/${encodeURIComponent(name)}`;
  const { find, list, post, remove } = createJsonRequests(caller);
  return {
    async checkBudget(options) {
      const how = { retries: 1, signal: AbortSignal.timeout(checkMs) };
      try {
        return await post<BudgetCheck>('/v1/budgets/check', options, how);
      } catch (error) {
        if (!isAway(error)) throw error;
        const allowed = options.when_unreachable !== 'refuse';
        return { allowed, hold_id: null, is_unknown: true, budgets: [] };
      }
    },
    releaseHold: (options) => post('/v1/budgets/release', options),
    listBudgets: () => list('/v1/budgets'),
    listBudgetStandings: (query) => list('/v1/budget-standings', query),
    getBudget: ({ name }) => find(pathOf(name)),
    createBudget: (options) => post('/v1/budgets', options),
    dropBudget: ({ name }) => remove(pathOf(name)),
  };
}
