import type { z } from 'zod';
import { describeValue } from '../events/fault.js';
import { InvalidAlertError } from './send/alert-errors.js';

export const namePhrase = 'a name of 1 to 100 lower-case letters, digits, or . _ - between them';
export const namePattern = /^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/;

/** Parses a rule or channel with a schema. @throws InvalidAlertError with every fault. */
export function checkedAlert<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InvalidAlertError(
    result.error.issues.flatMap((issue) => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((field) => ({ field, expected: 'no such field', got: 'one' }));
      }
      const { path, message: expected } = issue;
      const got = path.reduce<unknown>(
        (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
        value,
      );
      // An address can be secret, in whole or in part.
      const isSecret = path[0] === 'url';
      return [
        {
          field: path.join('.') || 'alert',
          expected,
          got: isSecret ? 'another' : describeValue(got),
        },
      ];
    }),
  );
}
