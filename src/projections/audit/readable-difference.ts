import { formatTimestamp } from '../../events/timestamp.js';
import { type HumanValue, plain } from '../measures/kind.js';
import { kindOf, type Measure } from '../measures/kinds.js';
import { projections } from '../projections.js';
import { publicName } from '../views/projection-views.js';
import type { Difference } from './difference.js';

/** A difference in the names and units of the views. */
export interface HumanDifference {
  readonly projection: string;
  /** By column; empty for a grand total. */
  readonly key: { readonly [name: string]: HumanValue };
  /** `*` if the whole row is missing or should not exist. */
  readonly field: string;
  readonly expected: HumanValue;
  readonly actual: HumanValue;
}

/** Turns stored units into those of the views. */
export function humanDifference(difference: Difference): HumanDifference {
  const { projection: name, key, field, expected, actual } = difference;
  const projection = projections.find((known) => known.name === name);
  const measures: Readonly<Record<string, Measure>> = projection?.measures ?? {};
  const read = (value: unknown): HumanValue =>
    field === '*' ? row(value, measures) : human(value, field, measures[field]);
  return {
    projection: name,
    key: row(key, {}) as HumanDifference['key'],
    field: publicName(field),
    expected: read(expected),
    actual: read(actual),
  };
}

function row(value: unknown, measures: Readonly<Record<string, Measure>>): HumanValue {
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(
    Object.entries(value).map(([name, cell]) => [
      publicName(name),
      human(cell, name, measures[name]),
    ]),
  );
}

/** A column without a declaration, such as a key column, is a time if its name says so. */
function human(value: unknown, column: string, measure: Measure | undefined): HumanValue {
  if (value === null || value === undefined) return null;
  if (measure !== undefined) return kindOf(measure).read(value);
  return column.endsWith('_us') ? formatTimestamp(Number(value)) : plain(value);
}
