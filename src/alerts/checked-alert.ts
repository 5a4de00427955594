import { z } from 'zod';
import { nearestName } from '../events/check/nearest-name.js';
import { schemaFaults } from '../events/check/schema-faults.js';
import { InvalidAlertError } from './send/alert-errors.js';

export const namePhrase = 'a name of 1 to 100 lower-case letters, digits, or . _ - between them';
export const namePattern = /^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/;

/** Parses a rule or channel with a schema. @throws InvalidAlertError with every fault. */
export function checkedAlert<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  const { kind } = Object(value) as { readonly kind?: unknown };
  const options = optionsOf(schema);
  const kinds = options.map(({ shape }) => (shape.kind as z.ZodLiteral<string>).value);
  const chosen = options[kinds.indexOf(String(kind))];
  const fields = chosen === undefined ? [] : Object.keys(chosen.shape);
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const meant = (name: string) => nearestName(name, fields);
  const faults = [...schemaFaults(issues, value, { meant })].map(({ field, expected, got }) => {
    // An address can be secret, in whole or in part, and so can what was meant to be one.
    const isSecret = field === 'url' || unknown.includes(field);
    const nearest = field === 'kind' ? nearestName(String(kind), kinds) : undefined;
    return {
      field: field || 'alert',
      expected: nearest === undefined ? expected : `${expected} (did you mean ${nearest}?)`,
      got: isSecret ? 'another' : got,
    };
  });
  throw new InvalidAlertError(faults);
}

/** The objects that a schema takes: one for each kind. */
const optionsOf = (schema: z.ZodType): readonly z.ZodObject[] =>
  schema instanceof z.ZodDiscriminatedUnion ? (schema.options as z.ZodObject[]) : [];
