import { formatTimestamp } from '../../events/timestamp.js';
import type { KeyColumn, Projection } from '../language/projection.js';
import { type HumanValue, plain } from '../measures/kind.js';
import { kindOf, type Measure } from '../measures/kinds.js';
import { publicName } from '../views/projection-views.js';

/** One figure that differs from the log, in the names and units of the views. */
export interface Difference {
  readonly projection: string;
  /** The row's key, by column; empty for a grand total. In a divided store also the `stripe` that has the row or the grand total. */
  readonly key: { readonly [name: string]: HumanValue };
  /** The column that differs, or `*` if the whole row is missing or should not exist. */
  readonly field: string;
  /** The value by the log: tokens, seconds, US dollars, RFC 3339 times; null for none. */
  readonly expected: HumanValue;
  /** The value in the live table. */
  readonly actual: HumanValue;
  /** The same as the table stores it: microseconds, billionths of a dollar, codes. */
  readonly stored: {
    /** The column of the table, or `*`. */
    readonly column: string;
    readonly expected: unknown;
    readonly actual: unknown;
  };
}

/** Whether a key names nothing but a stripe: its grand total, or events that it should not have. */
export function isOfStripe(key: Difference['key']): boolean {
  return 'stripe' in key && Object.keys(key).length === 1;
}

/** A difference as the tables store it. */
export interface StoredDifference extends Pick<Difference, 'projection'> {
  /** By column of the table. */
  readonly key: Readonly<Record<string, unknown>>;
  readonly column: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Adds the names and units of the views to a stored difference of a projection. */
export function toDifference(
  { key: keys, measures }: Pick<Projection, 'key' | 'measures'>,
  { projection, key, column, expected, actual }: StoredDifference,
): Difference {
  const cell = (name: string, value: unknown): [string, HumanValue] => {
    const { shown }: Partial<KeyColumn> = keys[name] ?? {};
    if (shown !== undefined) return [shown.name, shown.read(value)];
    return [publicName(name), readValue(value, name, measures[name])];
  };
  const row = (value: unknown): HumanValue =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, one]) => cell(name, one)))
      : null;
  const read = (value: unknown) => (column === '*' ? row(value) : cell(column, value)[1]);
  return {
    projection,
    key: row(key) as Difference['key'],
    field: publicName(column),
    expected: read(expected),
    actual: read(actual),
    stored: { column, expected, actual },
  };
}

/** A column without a declaration is a time if its name says so. */
function readValue(value: unknown, column: string, measure: Measure | undefined): HumanValue {
  if (value === null || value === undefined) return null;
  if (measure !== undefined) return kindOf(measure).read(value);
  return column.endsWith('_us') ? formatTimestamp(Number(value)) : plain(value);
}
