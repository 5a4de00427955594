import { eventTypes } from '../codes.js';
import { typeCodesOf } from '../event-fields.js';
import {
  isShortText,
  isStorableObject,
  isTokenMap,
  maxDollars,
  maxJson,
  maxSeconds,
  maxTokens,
} from '../limits.js';
import { metricColumn, metricFields, storedUnits } from '../metric-fields.js';
import { earliestMicros, futureToleranceMicros } from '../timestamp.js';
import type { EventColumn, EventColumns } from './event-columns.js';
import { fieldIndexes, indexes, sumIndexes } from './event-row.js';
import { logColumns, textType } from './log-columns.js';

/** The smallest and the greatest value of each integer column. */
const ranges = new Map<string, readonly [number, number]>([
  ['type', [1, Math.max(...Object.values(eventTypes))]],
  ['sequence', [0, maxTokens]],
]);
for (const { field } of fieldIndexes) {
  if (field.kind === 'code') ranges.set(field.name, [1, Math.max(...Object.values(field.codes))]);
}
const maps = new Set<string>();
for (const field of metricFields) {
  const column = metricColumn(field);
  if (field.kind === 'tokens') ranges.set(column, [0, maxTokens]);
  if (field.kind === 'seconds') ranges.set(column, [0, maxSeconds * storedUnits.seconds]);
  if (field.kind === 'dollars') ranges.set(column, [0, maxDollars * storedUnits.dollars]);
  if (field.kind === 'token_map') maps.add(column);
}

const required = logColumns.flatMap(({ required: isRequired }, at) =>
  isRequired && at !== indexes.project ? [at] : [],
);
/** Columns that only events of some types have, as flags by the type's code; for some types they are required. */
const owned = fieldIndexes.flatMap(({ field, at, textAt }) => {
  const codes = typeCodesOf(field);
  const owners = [0, ...Object.values(eventTypes)].map((code) => codes.includes(code));
  const column = { at, codes, owners, isRequired: field.isRequired === true };
  return textAt === undefined ? [column] : [column, { ...column, at: textAt }];
});
/** Failures and their texts: only a failed event may have a text. */
const failures = fieldIndexes.flatMap(({ at, textAt }) =>
  textAt === undefined ? [] : [{ at, textAt }],
);
/** Columns that need the check of each event: they have special rules, or a job must not set them. */
const unusual = [
  indexes.corrects,
  indexes.project,
  indexes.original_id,
  indexes.original_corrects,
  ...fieldIndexes.flatMap(({ field, at }) => (field.isOfCorrections ? [at] : [])),
];

/**
 * Whether all events in some columns are valid, checked by column; strings are already checked. It may also return
 * false for valid events: then each event is checked by the rules of the schema.
 */
export function isOrderly({ size, columns }: EventColumns): boolean {
  if (unusual.some((at) => columns[at] !== undefined)) return false;
  if (required.some((at) => columns[at]?.includes(null) ?? size > 0)) return false;
  const type = columns[indexes.type] ?? [];
  for (const rule of owned) {
    if (!isOwned(columns[rule.at], type, rule)) return false;
  }
  for (const { at, textAt } of failures) {
    const failed = columns[at];
    if (columns[textAt]?.some((text, event) => text !== null && failed?.[event] !== true)) {
      return false;
    }
  }
  if (!hasTotals(columns, size)) return false;
  const latest = Date.now() * 1000 + futureToleranceMicros;
  return columns.every((column, at) => {
    if (column === undefined || logColumns[at]?.type === textType) return true;
    const name = logColumns[at]?.name ?? '';
    const range =
      name === 'occurred_at_us' ? ([earliestMicros, latest] as const) : ranges.get(name);
    if (range !== undefined) return areWithin(column, ...range);
    if (at === indexes.id) return column.every(isShortText);
    if (logColumns[at]?.type === 'boolean') {
      return column.every((value) => value === null || typeof value === 'boolean');
    }
    return column.every((value) => value === null || isJson(value, maps.has(name)));
  });
}

function areWithin(column: EventColumn, low: number, high: number): boolean {
  // By index: V8 uses an iterator, with one call per value, if columns have different kinds.
  for (let at = 0; at < column.length; at++) {
    const value = column[at];
    if (value === null) continue;
    if (!Number.isInteger(value) || Number(value) < low || Number(value) > high) return false;
  }
  return true;
}

function isOwned(
  column: EventColumn | undefined,
  types: EventColumn,
  { codes, owners, isRequired }: (typeof owned)[number],
) {
  if (column === undefined) return !isRequired || !codes.some((code) => types.includes(code));
  for (let at = 0; at < types.length; at++) {
    const isOwner = owners[types[at] as number] === true;
    if (column[at] === null ? isOwner && isRequired : !isOwner) return false;
  }
  return true;
}

/** Whether events with input or output tokens have a total. */
function hasTotals(columns: EventColumns['columns'], size: number): boolean {
  for (const { at: sum, parts } of sumIndexes) {
    const total = columns[sum];
    for (const part of parts) {
      const column = columns[part];
      if (column === undefined) continue;
      for (let at = 0; at < size; at++) {
        if (column[at] !== null && (total?.[at] ?? null) === null) return false;
      }
    }
  }
  return true;
}

function isJson(json: unknown, isMap: boolean): boolean {
  if (typeof json !== 'string' || json.length > maxJson) return false;
  try {
    const value: unknown = JSON.parse(json);
    return isMap ? isTokenMap(value, false) : isStorableObject(value);
  } catch {
    // Invalid JSON: the check of each event reports it.
    return false;
  }
}
