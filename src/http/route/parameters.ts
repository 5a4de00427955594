import { z } from 'zod';
import { isLabelName, maxLabels } from '../../events/labels.js';
import { isShortText, maxText } from '../../events/limits.js';

/** Query parameters arrive as strings; these schemas check them and convert them to values. */

/** An integer. */
export function wholeNumber(least: number, most: number, doc: string) {
  const phrase = `an integer from ${least} to ${most}`;
  return z
    .string(phrase)
    .refine((text) => /^\d{1,10}$/.test(text), phrase)
    .transform(Number)
    .pipe(z.int(phrase).min(least, phrase).max(most, phrase))
    .meta({ description: doc, type: 'integer', minimum: least, maximum: most });
}

/** `true` or `false`. */
export function flag(doc: string) {
  return z
    .string('true or false')
    .refine((text) => text === 'true' || text === 'false', 'true or false')
    .transform((text) => text === 'true')
    .meta({ description: doc, type: 'boolean' });
}

/** An id or a name. */
export function name(doc: string) {
  const phrase = `a string of 1 to ${maxText} characters`;
  return z
    .string(phrase)
    .refine(isShortText, phrase)
    .meta({ description: doc, minLength: 1, maxLength: maxText });
}

/** One of several names. */
export function oneOf<const T extends readonly [string, ...string[]]>(names: T, doc: string) {
  return z.enum(names, `one of ${names.join(', ')}`).meta({ description: doc });
}

/** An id or a name, or several if the parameter is repeated. */
export function names(doc: string) {
  return z
    .union([name(doc), z.array(name(doc)).max(1_000, 'at most 1000 values')])
    .transform((given) => [given].flat())
    .meta({ description: `${doc}; may be repeated, for any of them`, type: 'array' });
}

/** One of several names, or several of them if the parameter is repeated. */
export function someOf<const T extends readonly [string, ...string[]]>(all: T, doc: string) {
  const one = oneOf(all, doc);
  return z
    .union([one, z.array(one)], `one of ${all.join(', ')}`)
    .transform((given) => [given].flat() as T[number][])
    .meta({ description: `${doc}; may be repeated, for any of them`, type: 'array' });
}

/** Labels, as `label.NAME=VALUE`. */
export function labels(doc: string) {
  const phrase = `label.NAME=VALUE, at most ${maxLabels} names`;
  return z
    .record(z.string().refine(isLabelName, phrase), names('A value'), phrase)
    .refine((given) => Object.keys(given).length <= maxLabels, phrase)
    .meta({
      description: `${doc}, such as \`label.customer=acme\`; several names mean all of them, a repeated name any of its values`,
    });
}

/** US dollars. */
export function dollars(doc: string) {
  const phrase = 'US dollars from 0 to 1000000000';
  return z
    .string(phrase)
    .refine((text) => /^\d{1,10}(\.\d{1,20})?(e-\d{1,2})?$/.test(text), phrase)
    .transform(Number)
    .pipe(z.number(phrase).max(1e9, phrase))
    .meta({ description: doc, type: 'number', minimum: 0, maximum: 1_000_000_000 });
}

/** Names separated by commas. */
export function listOf<const T extends readonly string[]>(names: T, doc: string) {
  const phrase = `any of ${names.join(', ')}, separated by commas`;
  return z
    .string(phrase)
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(names as unknown as [T[number], ...T[number][]], phrase), phrase))
    .meta({ description: `${doc}, separated by commas: ${names.join(', ')}` });
}

/** An RFC 3339 time. */
export const time = (doc: string) =>
  z
    .string('an RFC 3339 time with a zone')
    .meta({ description: `${doc}; RFC 3339 with a zone`, format: 'date-time' });

/** A range of time. */
export const timeRange = (what: string) => ({
  from: time(`Only ${what} at this time or later`).optional(),
  to: time(`Only ${what} before this time`).optional(),
});

/** More characters than the longest cursor: that of a run whose ids need an escape for each of their 200 characters. */
export const mostCursor = 8_000;

/** A page of a list. */
export const page = {
  limit: wholeNumber(1, 1000, 'The maximum number of rows; 50 by default').optional(),
  cursor: z
    .string('the next_cursor of a page')
    .max(mostCursor, 'the next_cursor of a page')
    .meta({ description: '`next_cursor` of the previous page' })
    .optional(),
};

/** Filters of lists of totals. */
export const totalsChoice = (what: string) => ({
  label: labels(`Only ${what} with this label`).optional(),
  id_prefix: name('Only ids that begin with this').optional(),
  failed: flag(
    `Only ${what} in which a run, a message or a tool call failed, or only the others`,
  ).optional(),
  min_cost: dollars('Only those that cost at least this').optional(),
});
