import {
  isShortText,
  isStorableObject,
  isTokenMap,
  maxDollars,
  maxJson,
  maxSeconds,
  maxTokens,
} from '../limits.js';
import { eventTypes, roles, runStatuses } from '../metric-event.js';
import { metricColumn, metricFields, storedUnits } from '../metric-fields.js';
import { earliestMicros, futureToleranceMicros } from '../timestamp.js';
import type { BlockColumn, EventBlock } from './event-columns.js';
import { places } from './event-row.js';
import { logColumns, textType } from './log-columns.js';

/** The least and the greatest value of each column of whole numbers. */
const ranges = new Map<string, readonly [number, number]>([
  ['type', [1, Math.max(...Object.values(eventTypes))]],
  ['role', [1, Math.max(...Object.values(roles))]],
  ['status', [1, Math.max(...Object.values(runStatuses))]],
  ['sequence', [0, maxTokens]],
]);
const maps = new Set<string>();
for (const field of metricFields) {
  const column = metricColumn(field);
  if (field.kind === 'tokens') ranges.set(column, [0, maxTokens]);
  if (field.kind === 'seconds') ranges.set(column, [0, maxSeconds * storedUnits.seconds]);
  if (field.kind === 'dollars') ranges.set(column, [0, maxDollars * storedUnits.dollars]);
  if (field.kind === 'token_map') maps.add(column);
}

const required = logColumns.flatMap(({ required: isRequired }, at) =>
  isRequired && at !== places.project ? [at] : [],
);
/** Columns that only events of one type have; for some such an event must have it. */
const owned: readonly { at: number; type: number; always: boolean }[] = [
  { at: places.role, type: eventTypes.message, always: true },
  { at: places.tool_name, type: eventTypes.tool_call, always: true },
  { at: places.tool_call_id, type: eventTypes.tool_call, always: false },
  { at: places.error, type: eventTypes.tool_call, always: false },
  { at: places.error_text, type: eventTypes.tool_call, always: false },
  { at: places.status, type: eventTypes.run, always: false },
];
/** Columns that mean a closer look: with rules of their own, or not for a job to set. */
const unusual = [
  places.corrects,
  places.project,
  places.original_id,
  places.original_corrects,
] as const;

/**
 * Whether all events of a block are in order, column by column; its texts are known to be. False
 * also when they may be: then each is looked at by itself, by the rules of the schema.
 */
export function isOrderly({ size, columns }: EventBlock): boolean {
  if (unusual.some((at) => columns[at] !== undefined)) return false;
  if (required.some((at) => columns[at]?.includes(null) ?? size > 0)) return false;
  const type = columns[places.type] ?? [];
  for (const { at, type: owner, always } of owned) {
    if (!isOwned(columns[at], type, owner, always)) return false;
  }
  const failed = columns[places.error];
  if (columns[places.error_text]?.some((text, at) => text !== null && failed?.[at] !== true)) {
    return false;
  }
  if (!hasTotals(columns, size)) return false;
  const latest = Date.now() * 1000 + futureToleranceMicros;
  return columns.every((column, at) => {
    if (column === undefined || logColumns[at]?.type === textType) return true;
    const name = logColumns[at]?.name ?? '';
    const range =
      name === 'occurred_at_us' ? ([earliestMicros, latest] as const) : ranges.get(name);
    if (range !== undefined) return areWithin(column, ...range);
    if (at === places.id) return column.every(isShortText);
    if (at === places.error) return column.every((v) => v === null || typeof v === 'boolean');
    return column.every((value) => value === null || isJson(value, maps.has(name)));
  });
}

function areWithin(column: BlockColumn, low: number, high: number): boolean {
  // By number: V8 walks a column by its iterator, one call a value, where columns differ in kind.
  for (let at = 0; at < column.length; at++) {
    const value = column[at];
    if (value === null) continue;
    if (!Number.isInteger(value) || Number(value) < low || Number(value) > high) return false;
  }
  return true;
}

function isOwned(
  column: BlockColumn | undefined,
  types: BlockColumn,
  owner: number,
  always: boolean,
) {
  if (column === undefined) return !always || !types.includes(owner);
  for (let at = 0; at < types.length; at++) {
    const isOwner = types[at] === owner;
    if (column[at] === null ? isOwner && always : !isOwner) return false;
  }
  return true;
}

/** Whether events with input or output tokens have a total. */
function hasTotals(columns: EventBlock['columns'], size: number): boolean {
  const total = columns[places.total_tokens];
  for (const column of [columns[places.input_tokens], columns[places.output_tokens]]) {
    if (column === undefined) continue;
    for (let at = 0; at < size; at++) {
      if (column[at] !== null && (total?.[at] ?? null) === null) return false;
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
    // No JSON: the closer look says so.
    return false;
  }
}
