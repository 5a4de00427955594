import { nearestName, oneOfNames } from '../events/check/nearest-name.js';
import { describeValue } from '../events/fault.js';
import { isProject, projectPhrase } from '../events/limits.js';
import { parseTimestamp } from '../events/timestamp.js';
import { InvalidQueryError } from './query-errors.js';

/** The scope of a query. */
export interface ProjectOptions {
  /** The project. Defaults to 1. */
  readonly project?: number | undefined;
}

/** The conditions and parameters of one statement; an undefined value adds no condition. */
export interface Conditions {
  /** Adds a parameter and returns its placeholder. */
  parameter(value: string | number | boolean | readonly string[]): string;
  /** Adds a condition. */
  add(sql: string): void;
  /** Adds "the expression equals this string". @throws InvalidQueryError */
  equal(field: string, sql: string, value: string | undefined): void;
  /** The same for a value that the query needs: without it, it would answer for everybody. @throws InvalidQueryError */
  is(field: string, sql: string, value: string): void;
  /** Adds "the expression is one of these strings". @throws InvalidQueryError */
  anyOf(field: string, sql: string, values: AnyOf): void;
  /**
   * Adds "the expression is in [from, to)". It is in microseconds since 1970, or in the unit of
   * `convert`. @throws InvalidQueryError
   */
  between(sql: string, range: TimeRange, convert?: (micros: string) => string): void;
  /** All conditions, for `where`. */
  sql(): string;
  readonly values: readonly unknown[];
}

/** One string, or several of which any may match; undefined for no filter. */
export type AnyOf = string | readonly string[] | undefined;

/** A range of time. */
export interface TimeRange {
  /** The start, inclusive: RFC 3339 with a zone. Defaults to the first. */
  readonly from?: string | undefined;
  /** The end, exclusive: RFC 3339 with a zone. Defaults to the last. */
  readonly to?: string | undefined;
}

/** Conditions on a relation with the given alias; the first one is the project, as `$1`. */
export function conditionsOn(alias: string, options: ProjectOptions): Conditions {
  const values: unknown[] = [];
  const terms: string[] = [];
  const parameter = (value: string | number | boolean | readonly string[]) =>
    `$${values.push(value)}`;
  terms.push(`${alias}.project = ${parameter(projectOf(options))}`);
  return {
    parameter,
    add: (sql) => void terms.push(sql),
    equal(field, sql, value) {
      if (value !== undefined) terms.push(`${sql} = ${parameter(textOf(field, value))}`);
    },
    is(field, sql, value) {
      terms.push(`${sql} = ${parameter(textOf(field, value))}`);
    },
    anyOf(field, sql, value) {
      if (value !== undefined) terms.push(`${sql} ${isAnyOf(field, value, parameter)}`);
    },
    between(sql, { from, to }, convert = (micros) => micros) {
      const bound = (field: string, text: string) =>
        convert(`${parameter(microsOf(field, text))}::bigint`);
      if (from !== undefined) terms.push(`${sql} >= ${bound('from', from)}`);
      if (to !== undefined) terms.push(`${sql} < ${bound('to', to)}`);
    },
    sql: () => terms.join(' and '),
    values,
  };
}

/** The comparison of an expression: `= $2`, which keeps the order of an index, or `= any($2)`. */
export function isAnyOf(
  field: string,
  value: string | readonly string[],
  parameter: Conditions['parameter'],
): string {
  const [only, ...more] = [value].flat().map((text) => textOf(field, text));
  if (only !== undefined && more.length === 0) return `= ${parameter(only)}`;
  return `= any(${parameter(only === undefined ? [] : [only, ...more])}::text[])`;
}

/**
 * Refuses options that a query does not have: without its filter, it would answer for everybody. TypeScript
 * finds them itself, JavaScript does not. @throws InvalidQueryError
 */
export function checkOptions(options: object, names: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || names.includes(name)) continue;
    const known = [...names].sort().join(', ');
    const nearest = nearestName(name, names);
    const expected = nearest === undefined ? `one of the options ${known}` : `${nearest} instead`;
    throw new InvalidQueryError(name, expected, 'an unknown option');
  }
}

/** The project of a query. @throws InvalidQueryError */
export function projectOf({ project = 1 }: ProjectOptions): number {
  if (isProject(project)) return project;
  throw new InvalidQueryError('project', projectPhrase, describeValue(project));
}

/**
 * Checks a filter whose values are known names: one that does not exist would match nothing, without a word.
 * @throws InvalidQueryError
 */
export function checkNames(field: string, names: readonly string[], values: AnyOf): void {
  const unknown = [values ?? []].flat().find((value) => !names.includes(value));
  if (unknown === undefined) return;
  throw new InvalidQueryError(field, oneOfNames(names, unknown), describeValue(unknown));
}

/** Checks a filter that is true, false or not set: a string would count as true. @throws InvalidQueryError */
export function checkFlag(field: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw new InvalidQueryError(field, 'true or false', describeValue(value));
}

/** Checks a value to compare with: nothing that is stored is empty. @throws InvalidQueryError */
export function textOf(field: string, value: unknown): string {
  if (value !== '') return prefixOf(field, value);
  throw new InvalidQueryError(field, 'a string that is not empty', describeValue(value));
}

/** Checks that Postgres can compare a string, which may be empty. @throws InvalidQueryError */
export function prefixOf(field: string, value: unknown): string {
  if (typeof value === 'string' && !value.includes('\0') && value.isWellFormed()) return value;
  throw new InvalidQueryError(
    field,
    'a string without NUL or lone surrogates',
    describeValue(value),
  );
}

/** An RFC 3339 time in microseconds since 1970. @throws InvalidQueryError */
export function microsOf(field: string, value: string): number {
  const micros = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (micros !== undefined) return micros;
  throw new InvalidQueryError(
    field,
    'an RFC 3339 time with a zone, such as 2026-01-31T12:00:00Z',
    describeValue(value),
  );
}
