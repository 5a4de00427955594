import type { z } from 'zod';
import { describeValue, type EventFault } from '../fault.js';

/** The expectation for a field that a schema does not know, by the path to its object. */
type Unknown = (path: readonly PropertyKey[]) => string;
const noSuchField: Unknown = () => 'no such field';

/** The faults of a value that a schema refuses, one by one: a small event may have tens of thousands. */
export function* schemaFaults(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  unknown = noSuchField,
): Generator<EventFault> {
  for (const issue of issues) {
    const { path } = issue;
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const field = [...path, key];
        yield faultAt(field, unknown(path), valueAt(value, field));
      }
    } else if (issue.code === 'invalid_key') {
      yield faultAt(path, issue.issues[0]?.message ?? issue.message, path.at(-1));
    } else {
      yield faultAt(path, issue.message, valueAt(value, path));
    }
  }
}

const faultAt = (path: readonly PropertyKey[], expected: string, got: unknown): EventFault => ({
  field: path.join('.'),
  expected,
  got: describeValue(got),
});

/** The value at a path of objects and arrays; undefined if the path ends earlier. */
function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    // A query parameter that takes several values, with commas between them.
    if (typeof inner === 'string' && typeof key === 'number') return inner.split(',')[key];
    return typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
      ? (inner as Record<PropertyKey, unknown>)[key]
      : undefined;
  }, value);
}
