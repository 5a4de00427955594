import type { z } from 'zod';
import { describeValue, type EventFault, maxFaults } from '../fault.js';
import { nearestName } from './nearest-name.js';

/** What is said of a field that a schema does not know. */
interface Unknown {
  /** Defaults to `field`. */
  readonly noun?: string;
  /** What the object at a path takes instead. Defaults to nothing. */
  readonly allowed?: (path: readonly PropertyKey[]) => string | undefined;
  /** The name that was probably meant. Defaults to none. */
  readonly meant?: (name: string, path: readonly PropertyKey[]) => string | undefined;
}

/** The faults of a value that a schema refuses, one by one: a small event may have tens of thousands. */
export function* schemaFaults(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  { noun = 'field', allowed, meant }: Unknown = {},
): Generator<EventFault> {
  let unknown = 0;
  for (const issue of issues) {
    const { path } = issue;
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const field = [...path, key];
        unknown += 1;
        // Names are compared with each other only for faults that may be listed.
        const near = unknown > maxFaults ? undefined : meant?.(key, path);
        const expected =
          near === undefined
            ? (allowed?.(path) ?? `no such ${noun}`)
            : `no such ${noun} (did you mean ${near}?)`;
        yield faultAt(field, expected, valueAt(value, field));
      }
    } else if (issue.code === 'invalid_key') {
      yield faultAt(path, issue.issues[0]?.message ?? issue.message, path.at(-1));
    } else {
      const got = valueAt(value, path);
      yield faultAt(path, `${issue.message}${meantName(issue, got, unknown)}`, got);
    }
  }
}

/** The name that was probably meant by a value that is none of those allowed. */
function meantName(issue: z.core.$ZodIssue, got: unknown, before: number): string {
  if (issue.code !== 'invalid_value' || typeof got !== 'string' || before > maxFaults) return '';
  const names = issue.values.filter((value) => typeof value === 'string');
  const nearest = nearestName(got, names);
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
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
