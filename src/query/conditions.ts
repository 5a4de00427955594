import { describeValue } from '../events/fault.js';
import { parseTimestamp } from '../events/timestamp.js';
import { InvalidQueryError } from './query-errors.js';

/** Where a query looks. */
export interface ProjectOptions {
  /** The project. Defaults to 1. */
  readonly project?: number | undefined;
}

/** The conditions of one statement, and its parameters; a value that is undefined adds none. */
export interface Conditions {
  /** Adds a parameter and answers its placeholder. */
  parameter(value: string | number | boolean | readonly string[]): string;
  /** Adds a condition. */
  add(sql: string): void;
  /** Adds "the expression is this text". @throws InvalidQueryError */
  equal(field: string, sql: string, value: string | undefined): void;
  /** Adds "the expression is any of these texts". @throws InvalidQueryError */
  anyOf(field: string, sql: string, values: AnyOf): void;
  /**
   * Adds "the expression lies in [from, to)". It is in microseconds since 1970, or in whatever
   * `convert` makes of them. @throws InvalidQueryError
   */
  between(sql: string, range: TimeRange, convert?: (micros: string) => string): void;
  /** All conditions, for `where`. */
  sql(): string;
  readonly values: readonly unknown[];
}

/** One text, or several of which any will do; undefined is all. */
export type AnyOf = string | readonly string[] | undefined;

/** A stretch of time. */
export interface TimeRange {
  /** The beginning, inclusive: RFC 3339 with a zone. Defaults to the first. */
  readonly from?: string | undefined;
  /** The end, exclusive: RFC 3339 with a zone. Defaults to the last. */
  readonly to?: string | undefined;
}

/** Conditions on a relation with the given alias, the project the first of them, as `$1`. */
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

/** What an expression is compared with: `= $2`, by which an index keeps its order, or `= any($2)`. */
export function isAnyOf(
  field: string,
  value: string | readonly string[],
  parameter: Conditions['parameter'],
): string {
  const [only, ...more] = [value].flat().map((text) => textOf(field, text));
  if (only !== undefined && more.length === 0) return `= ${parameter(only)}`;
  return `= any(${parameter(only === undefined ? [] : [only, ...more])}::text[])`;
}

/** The project of a query. @throws InvalidQueryError */
export function projectOf({ project = 1 }: ProjectOptions): number {
  if (Number.isInteger(project) && project >= 1 && project <= 2_147_483_647) return project;
  throw new InvalidQueryError('project', 'a whole number from 1', describeValue(project));
}

/** A text as Postgres can compare it. @throws InvalidQueryError */
export function textOf(field: string, value: unknown): string {
  if (typeof value === 'string' && !value.includes('\0') && value.isWellFormed()) return value;
  throw new InvalidQueryError(field, 'a text without NUL or lone surrogates', describeValue(value));
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
