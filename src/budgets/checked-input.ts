import type { z } from 'zod';
import { schemaFaults } from '../events/check/schema-faults.js';
import { InvalidBudgetError } from './budget-errors.js';

/** Parses a value with a schema. @throws InvalidBudgetError with every fault. */
export function checkedInput<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = [...schemaFaults(result.error.issues, value)];
  throw new InvalidBudgetError(
    faults.map((fault) => (fault.field === '' ? { ...fault, field: 'budget' } : fault)),
  );
}
