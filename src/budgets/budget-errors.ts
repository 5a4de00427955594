import { RunfoldError } from '../environment/runfold-error.js';

/** A budget, or a check of budgets, is not what it should be. Nothing was done. */
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

/** There is a budget of this name. */
export class BudgetExistsError extends RunfoldError {
  readonly code = 'budget_exists';
  constructor(name: string) {
    super(`Expected no budget ${name}, got one. Drop it first, or say that it is to be replaced.`);
    this.name = 'BudgetExistsError';
  }
}
