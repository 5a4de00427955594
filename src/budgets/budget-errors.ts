import { RunfoldError } from '../environment/runfold-error.js';

/** A budget, or a check of budgets, is invalid. Nothing was done. */
export class InvalidBudgetError extends RunfoldError {
  readonly code = 'invalid_budget';
  constructor(
    readonly faults: readonly {
      readonly field: string;
      readonly expected: string;
      readonly got: string;
    }[],
  ) {
    const texts = faults.map(
      ({ field, expected, got }) => `${field}: expected ${expected}, got ${got}`,
    );
    super(`${texts.join('; ')}.`);
    this.name = 'InvalidBudgetError';
  }
}

/** A budget with this name already exists. */
export class BudgetExistsError extends RunfoldError {
  readonly code = 'budget_exists';
  constructor(name: string) {
    super(`Budget ${name} already exists. Drop it first, or replace it.`);
    this.name = 'BudgetExistsError';
  }
}
