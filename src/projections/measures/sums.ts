import { logColumns } from '../../events/columns/log-columns.js';
import { type MetricColumn, storedUnits } from '../../events/metric-fields.js';
import { filter, type Kind, plain, type Unit } from './kind.js';
import { originalSql, type Where, whereSql } from './where.js';

/**
 * Adds bigints in a bigint. Postgres' own `sum(bigint)` has a state of 50 bytes per group and
 * column, and returns a numeric that must be cast: a session has 25 such columns. Both fail on
 * overflow.
 */
const total = 'runfold_internal.total';
/** The statement that creates it; safe to repeat. */
export const totalStatement = `create or replace aggregate ${total}(bigint) (sfunc = int8pl, stype = bigint, combinefunc = int8pl, parallel = safe)`;

/** Null until there is a value to add. */
export const mergeSums = (live: string, delta: string) =>
  `coalesce(${live} + ${delta}, ${live}, ${delta})`;

const additive = {
  type: 'bigint',
  isAdditive: true,
  combine: (column: string) => `${total}(${column})`,
} as const;

/** The number of events, minus those that `less` names; corrections of the latter also count. */
export interface Count {
  readonly fold: 'count';
  readonly where?: Where;
  readonly less?: Where;
  readonly doc: string;
}
export function countKind({ where, less }: Count): Kind {
  const added = `count(*)${filter(whereSql(where, [originalSql]))}`;
  return {
    ...additive,
    required: true,
    partial: less === undefined ? added : `${added} - count(*)${filter(whereSql(less))}`,
    merge: (live, delta) => `${live} + ${delta}`,
    unit: 'count',
    read: plain,
  };
}

/** The number of rows of the finer projection. */
export interface Rows {
  readonly fold: 'rows';
  readonly doc: string;
}
export function rowsKind(_: Rows): Kind {
  return {
    ...additive,
    required: true,
    countsRows: true,
    // `combine` sees each row of the finer projection as 0 or 1. An event on its own is not a row.
    partial: '0::bigint',
    merge: (live, delta) => `${live} + ${delta}`,
    unit: 'count',
    read: plain,
  };
}

/** The sum of a figure; null until an event reports it. Corrections add to it. */
export interface Sum {
  readonly fold: 'sum';
  readonly of: MetricColumn;
  readonly unit: Unit;
  readonly where?: Where;
  readonly doc: string;
}
export function sumKind({ of, unit, where }: Sum): Kind {
  // Postgres' own sum of integers is already a bigint.
  const aggregate = isBigint(of) ? total : 'sum';
  return {
    ...additive,
    required: false,
    partial: `${aggregate}(e.${of})${filter(whereSql(where))}`,
    merge: mergeSums,
    unit,
    read: (stored) => inUnit(Number(stored), unit),
  };
}

const isBigint = (column: string) =>
  logColumns.some(({ name, type }) => name === column && type === 'bigint');

/** A stored figure in the unit of the views. */
export const inUnit = (stored: number, unit: Unit) =>
  unit in storedUnits ? stored / storedUnits[unit as keyof typeof storedUnits] : stored;
