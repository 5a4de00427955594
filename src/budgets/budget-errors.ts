import { z } from 'zod';
import { RunfoldError } from '../environment/runfold-error.js';
import { nearestName } from '../events/check/nearest-name.js';
import { schemaFaults } from '../events/check/schema-faults.js';
import { describeFault, type EventFault } from '../events/fault.js';

/** A budget, or a check of budgets, is invalid. Nothing was done. */
export class InvalidBudgetError extends RunfoldError {
  readonly code = 'invalid_budget';
  constructor(readonly faults: readonly EventFault[]) {
    super(`${faults.map((fault) => describeFault(fault, 'budget')).join('; ')}.`);
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

/** Parses a value with a schema. @throws InvalidBudgetError with every fault. */
export function checkedInput<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const meant = (name: string) => nearestName(name, names);
  const faults = [...schemaFaults(result.error.issues, value, { meant })];
  throw new InvalidBudgetError(
    faults.map((fault) => (fault.field === '' ? { ...fault, field: 'budget' } : fault)),
  );
}
