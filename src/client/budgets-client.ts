import type { BudgetStanding } from '../budgets/budget-standing.js';
import type { Budget } from '../budgets/budgets.js';
import type { BudgetCheck, BudgetCheckOptions } from '../budgets/check-budget.js';
import type { NewBudget } from '../budgets/new-budget.js';
import { ApiError } from './api-error.js';
import type { HttpCaller } from './http-caller.js';

/** Budgets of the key's project. */
export interface BudgetsClient {
  /**
   * Asks whether something may be done, and with `hold_seconds` holds the estimate where every budget allows it. Needs
   * only the scope `ingest`. A service that does not answer says nothing: then the answer has `is_unknown`, and
   * `allowed` is what `when_unreachable` says, by default `allow`.
   */
  checkBudget(
    options: BudgetCheckOptions & { readonly when_unreachable?: 'allow' | 'refuse' | undefined },
  ): Promise<BudgetCheck>;
  /** Frees what is held under an id and will not be used; whether there was any. */
  releaseHold(options: { readonly hold_id: string }): Promise<{ readonly released: boolean }>;
  /** The budgets by name. */
  listBudgets(): Promise<readonly Budget[]>;
  /** A budget, what is used of it and what is held; undefined where there is none of that name. */
  getBudget(options: { readonly name: string }): Promise<BudgetStanding | undefined>;
  /** Makes a budget. Needs a key for `admin`, as does the next. */
  createBudget(options: NewBudget): Promise<Budget>;
  /** Drops a budget and what is held of it; undefined where there is none of that name. */
  dropBudget(options: { readonly name: string }): Promise<Budget | undefined>;
}

/** How long a check may take, in milliseconds: an agent waits for it. */
const checkMs = 5_000;

export function createBudgetsClient(caller: HttpCaller): BudgetsClient {
  const pathOf = (name: string) => `/v1/budgets/${encodeURIComponent(name)}`;
  const send = async <T>(method: string, path: string, body?: object, more: object = {}) => {
    const given =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return (await (await caller.call(method, path, { ...given, ...more })).json()) as T;
  };
  const ifFound = async <T>(asking: Promise<T>): Promise<T | undefined> => {
    try {
      return await asking;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_found') return undefined;
      throw error;
    }
  };
  return {
    async checkBudget({ when_unreachable = 'allow', ...options }) {
      const how = { retries: 1, signal: AbortSignal.timeout(checkMs) };
      try {
        return await send<BudgetCheck>('POST', '/v1/budgets/check', options, how);
      } catch (error) {
        if (error instanceof ApiError && error.status < 500) throw error;
        const allowed = when_unreachable === 'allow';
        return { allowed, hold_id: null, is_unknown: true, budgets: [] };
      }
    },
    releaseHold: (options) => send('POST', '/v1/budgets/release', options),
    listBudgets: async () =>
      (await send<{ readonly items: readonly Budget[] }>('GET', '/v1/budgets')).items,
    getBudget: ({ name }) => ifFound(send('GET', pathOf(name))),
    createBudget: (options) => send('POST', '/v1/budgets', options),
    dropBudget: ({ name }) => ifFound(send('DELETE', pathOf(name))),
  };
}
