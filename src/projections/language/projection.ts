import type { LogColumnType } from '../../events/columns/log-columns.js';
import type { HumanValue } from '../measures/kind.js';
import { kindOf, type Measure } from '../measures/kinds.js';
import type { Where } from '../measures/where.js';

/** A key column of a projection. Never null: a special value means absent. */
export interface KeyColumn {
  readonly type: LogColumnType;
  /**
   * Its expression over an event `e` or, if a finer projection is folded, over a row `p` of that.
   * Defaults to the column of the same name.
   */
  readonly sql?: string;
  /**
   * The part of a label that it contains, instead of `sql`. The projection then folds an event once
   * for each of its labels, and not at all without labels.
   */
  readonly label?: 'name' | 'value';
  /** Its name and value for readers, in SQL and in TypeScript. Defaults to the column. */
  readonly shown?: {
    readonly name: string;
    readonly sql: (column: string) => string;
    readonly read: (stored: unknown) => HumanValue;
  };
  readonly doc: string;
}

/**
 * A projection, declared once as data. Its table, the live fold, the rebuild, the
 * audit, and the meaning of its columns are made from it, so there is no second version of a sum.
 */
export interface Projection {
  /** The name of its table in `runfold_internal`. */
  readonly name: string;
  readonly doc: string;
  /** Its view in the schema `runfold`. Defaults to none. */
  readonly view?: string;
  readonly key: Readonly<Record<string, KeyColumn>>;
  readonly measures: Readonly<Record<string, Measure>>;
  /**
   * The finer projection that it folds, whose key includes this key. Defaults to the events themselves.
   * Measures with the same name are added; a `rows` measure counts the finer rows.
   */
  readonly from?: Projection;
  /**
   * Folds only rows of the finer projection in which one of these sums or counts is not empty. Defaults
   * to all rows.
   */
  readonly only?: readonly string[];
  /** The events that it folds: those that meet any of these conditions. Defaults to all. */
  readonly where?: readonly Where[];
  /** How much of each page is filled, in percent; updates need the rest. Defaults to 50. */
  readonly fill?: number;
  /** Indexes for reading, in addition to the primary key: columns, or expressions over them. */
  readonly indexes?: Readonly<
    Record<string, { readonly on: readonly string[]; readonly where?: string }>
  >;
}

/** Whether a projection folds each event once for each of its labels. */
export function isByLabel({ key, from }: Projection): boolean {
  if (from !== undefined) return isByLabel(from);
  return Object.values(key).some(({ label }) => label !== undefined);
}

/** Checks a declaration, and returns it with its literal types. */
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
