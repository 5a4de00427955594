import type { z } from 'zod';
import { describeValue } from '../events/fault.js';
import { InvalidBudgetError } from './budget-errors.js';

/** What a schema makes of a value. @throws InvalidBudgetError with every fault. */
export function checkedInput<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InvalidBudgetError(
    result.error.issues.flatMap((issue) => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((field) => ({
          field,
          expected: 'no such field',
          got: describeValue((value as Record<string, unknown>)[field]),
        }));
      }
      const { path, message: expected } = issue;
      const got = path.reduce<unknown>(
        (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
        value,
      );
      return [{ field: path.join('.') || 'budget', expected, got: describeValue(got) }];
    }),
  );
}
