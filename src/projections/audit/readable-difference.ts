import { runStatuses } from '../../events/metric-event.js';
import { storedUnits } from '../../events/metric-fields.js';
import { formatTimestamp } from '../../events/timestamp.js';
import { levelsOf } from '../language/histogram.js';
import type { Measure, Unit } from '../language/measure.js';
import { projections } from '../projections.js';
import { publicName } from '../views/projection-views.js';
import type { Difference } from './difference.js';

/** A figure, text or row as a reader knows it: tokens, seconds, US dollars, RFC 3339 times. */
export type HumanValue = string | number | boolean | null | { readonly [name: string]: HumanValue };

/** A difference in the names and units of the views. */
export interface HumanDifference {
  readonly projection: string;
  /** By column; empty for a grand total. */
  readonly key: { readonly [name: string]: HumanValue };
  /** `*` when the whole row is missing or should not be there. */
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

/** A column of which nothing is declared, such as one of a key, is a time when its name says so. */
function human(value: unknown, column: string, measure: Measure | undefined): HumanValue {
  if (value === null || value === undefined) return null;
  switch (measure?.fold) {
    case 'sum':
      return inUnit(Number(value), measure.unit);
    case 'first':
      return orderedText(value, (text) => `${inUnit(Number(text), measure.unit)}`);
    case 'earliest_start':
    case 'latest':
      return formatTimestamp(Number(value));
    case 'last':
      return orderedText(value, (text) => text);
    case 'last_status':
      return orderedText(value, statusName);
    case 'histogram':
      return plain(levelsOf(String(value)));
    case undefined:
      return column.endsWith('_us') ? formatTimestamp(Number(value)) : plain(value);
    default:
      return plain(value);
  }
}

const inUnit = (value: number, unit: Unit) =>
  unit in storedUnits ? value / storedUnits[unit as keyof typeof storedUnits] : value;

/** Stored as its time and sequence, its event's id and the value; an event's sequence is shown. */
function orderedText(stored: unknown, show: (value: string) => string): HumanValue {
  if (!Array.isArray(stored)) return plain(stored);
  const [key, id, value] = stored.map(String);
  const micros = Number(key?.slice(0, 16));
  if (value === undefined || !Number.isSafeInteger(micros)) return plain(stored);
  return `${show(value)} at ${formatTimestamp(micros)} (${Number(key?.slice(16))}, ${id})`;
}

const statusName = (code: string) =>
  Object.entries(runStatuses).find(([, known]) => `${known}` === code)?.[0] ?? code;

function plain(value: unknown): HumanValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  return JSON.stringify(value);
}
