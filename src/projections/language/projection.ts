import type { LogColumnType } from '../../events/columns/log-columns.js';
import { kindOf, type Measure } from '../measures/kinds.js';
import type { Where } from '../measures/where.js';

/** A key column of a projection. Never null: what may be absent has a value that says so. */
export interface KeyColumn {
  readonly type: LogColumnType;
  /**
   * How it is made: an expression over an event `e` or, where a finer projection is folded, over a
   * row `p` of that. Defaults to the column of the same name.
   */
  readonly sql?: string;
  /**
   * Which part of a label it is, instead of `sql`: the projection then folds an event once for each of its
   * labels, and not at all where it has none.
   */
  readonly label?: 'name' | 'value';
  /** How a view shows it. Defaults to the column as it is. */
  readonly shown?: { readonly name: string; readonly sql: (column: string) => string };
  readonly doc: string;
}

/**
 * A projection, declared once as data. From it come its table, the live fold, the rebuild, the
 * audit, and the meaning of its columns; nobody writes a second version of the sum.
 */
export interface Projection {
  /** Names the table in `runfold_internal`. */
  readonly name: string;
  readonly doc: string;
  /** The view of it in the schema `runfold`. Defaults to none. */
  readonly view?: string;
  readonly key: Readonly<Record<string, KeyColumn>>;
  readonly measures: Readonly<Record<string, Measure>>;
  /**
   * The finer projection it folds, whose key holds this one's. Defaults to the events themselves.
   * Measures of the same name are added up; a `rows` measure counts the finer rows.
   */
  readonly from?: Projection;
  /**
   * Of the finer projection, only rows in which one of these sums and counts is not empty. Defaults
   * to all rows.
   */
  readonly only?: readonly string[];
  /** The events it folds: those that meet any of these conditions. Defaults to all. */
  readonly where?: readonly Where[];
  /** Indexes for reading, beside the primary key: columns, or expressions over them. */
  readonly indexes?: Readonly<
    Record<string, { readonly on: readonly string[]; readonly where?: string }>
  >;
}

/** Whether a projection folds each event once for each of its labels. */
export function isByLabel({ key, from }: Projection): boolean {
  if (from !== undefined) return isByLabel(from);
  return Object.values(key).some(({ label }) => label !== undefined);
}

/** Checks a declaration, and gives it back with its literal types. */
export function defineProjection<const P extends Projection>(projection: P): P {
  const finer = projection.from;
  if (finer === undefined) return projection;
  for (const [column, { sql }] of Object.entries<KeyColumn>(projection.key)) {
    if (sql === undefined && finer.key[column] === undefined) {
      throw new Error(
        `Expected the key of projection ${projection.name} within that of ${finer.name}, got ${column}.`,
      );
    }
  }
  for (const [name, measure] of Object.entries(projection.measures)) {
    const below = finer.measures[name]?.fold;
    if (!kindOf(measure).countsRows && below !== measure.fold) {
      throw new Error(
        `Expected measure ${name} of projection ${projection.name} to fold as in ${finer.name} (${below}), got ${measure.fold}.`,
      );
    }
  }
  return projection;
}
