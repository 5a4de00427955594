import { indexes } from '../events/columns/event-row.js';
import { type LogColumnType, logColumns, textType } from '../events/columns/log-columns.js';
import { eventKey } from '../events/event-id.js';
import {
  type ElementType,
  putEmptyArray,
  putNumbers,
  putTexts,
  putUuids,
} from '../postgres/bind/binary-array.js';
import { putParameter } from '../postgres/bind/bind-message.js';
import type { ByteArena } from '../postgres/bind/byte-arena.js';
import type { EventBatch } from './batch.js';

const types: Record<LogColumnType, ElementType> = {
  bigint: { oid: 20, bytes: 8 },
  integer: { oid: 23, bytes: 4 },
  smallint: { oid: 21, bytes: 2 },
  boolean: { oid: 16, bytes: 1 },
  uuid: { oid: 2950, bytes: 16 },
  [textType]: { oid: 25 },
  json: { oid: 114 },
};

/**
 * Writes the events of a batch as one array per column, in the order of `logColumns`. Each array is
 * a parameter value, preceded by its length. A column without values is an empty array, which costs
 * Postgres almost nothing.
 */
export function encodeBatch(batch: EventBatch, arena: ByteArena): void {
  const { encoded, order } = batch;
  if (encoded?.order === order) {
    arena.put(encoded.parameters);
    return;
  }
  const rows = orderRows(batch);
  logColumns.forEach(({ type }, index) => {
    putColumn(arena, type, gatherValues(batch, rows, index));
  });
}

/**
 * Writes the same for parts of a batch, each into one of as many arenas, all parts of a column before the next column.
 * Each part takes values from everywhere in a column. This way a column is read once, from its start to its end, and
 * not once per part from memory. Returns the parts as batches; their parameters are valid until an arena is used again.
 */
export function encodeParts(
  batch: EventBatch,
  orders: readonly (readonly number[])[],
  arenas: readonly ByteArena[],
): EventBatch[] {
  const order = concat(orders);
  const whole = { ...batch, order };
  const rows = { ...orderRows(whole), row_of: rowOfEach(whole) };
  logColumns.forEach(({ type }, index) => {
    const values = gatherValues(whole, rows, index);
    let from = 0;
    arenas.forEach((arena, part) => {
      const to = from + (orders[part]?.length ?? 0);
      putColumn(arena, type, values?.slice(from, to));
      from = to;
    });
  });
  return arenas.map((arena, part) => {
    const of = orders[part] ?? [];
    return { ...batch, order: of, encoded: { order: of, parameters: arena.written() } };
  });
}

function putColumn(arena: ByteArena, type: LogColumnType, values: unknown[] | undefined): void {
  const element = types[type];
  putParameter(arena, () => {
    if (values === undefined || values.every((value) => value === null))
      putEmptyArray(arena, element);
    else if (type === 'uuid') putUuids(arena, values as (string | null)[], element);
    else if (element.bytes === undefined) putTexts(arena, values as (string | null)[], element);
    else putNumbers(arena, values, element);
  });
}

/** The job of each row's event, and the event's index in that job. */
interface Rows {
  readonly job: Uint16Array;
  readonly event: Uint32Array;
  /** The row of each event of the batch, if so many have one that columns are better read from start to end. */
  readonly row_of?: Int32Array | undefined;
}

function orderRows({ order, job_of, starts }: EventBatch): Rows {
  const rows = { job: new Uint16Array(order.length), event: new Uint32Array(order.length) };
  for (let row = 0; row < order.length; row++) {
    const event = order[row] ?? 0;
    const job = job_of[event] ?? 0;
    rows.job[row] = job;
    rows.event[row] = event - (starts[job] ?? 0);
  }
  return rows;
}

/** The row of each event of the batch, -1 for none; undefined if few events have one. */
function rowOfEach({ order, job_of }: EventBatch): Int32Array | undefined {
  if (order.length < job_of.length / 2) return undefined;
  const row_of = new Int32Array(job_of.length).fill(-1);
  for (let row = 0; row < order.length; row++) row_of[order[row] ?? 0] = row;
  return row_of;
}

function concat(orders: readonly (readonly number[])[]): number[] {
  const all = new Array<number>(orders.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const order of orders) for (const event of order) all[at++] = event;
  return all;
}

/** The values of a column, with null for a missing value; undefined if no event has one. */
function gatherValues(batch: EventBatch, rows: Rows, index: number): unknown[] | undefined {
  const { jobs, keys, order } = batch;
  const sent = (at: number) => sentValues(batch, rows, at);
  const keysOf = (ids: unknown[] | undefined) =>
    ids?.map((id) => (id === null ? null : eventKey(id as string)));
  switch (index) {
    case indexes.project:
      return order.map((_, row) => jobs[rows.job[row] ?? 0]?.project);
    case indexes.id:
      return order.map((event) => keys[event]);
    case indexes.original_id:
      return originals(sent(indexes.id), (row) => keys[order[row] ?? 0]);
    case indexes.corrects:
      return keysOf(sent(index));
    case indexes.original_corrects: {
      const ids = sent(indexes.corrects);
      const corrected = keysOf(ids);
      return originals(ids, (row) => corrected?.[row]);
    }
    default:
      return sent(index);
  }
}

/** The values of a column as they are in the jobs. */
function sentValues({ jobs, starts }: EventBatch, { job, event, row_of }: Rows, index: number) {
  const columns = jobs.map(({ events }) => events.columns[index]);
  if (columns.every((column) => column === undefined)) return undefined;
  const values = new Array<unknown>(job.length);
  if (row_of !== undefined) {
    values.fill(null);
    columns.forEach((column, at) => {
      if (column !== undefined) scatter(column, values, row_of, starts[at] ?? 0);
    });
    return values;
  }
  for (let row = 0; row < job.length; row++) {
    values[row] = columns[job[row] ?? 0]?.[event[row] ?? 0] ?? null;
  }
  return values;
}

function scatter(column: readonly unknown[], into: unknown[], row_of: Int32Array, start: number) {
  for (let at = 0; at < column.length; at++) {
    const row = row_of[start + at] ?? -1;
    if (row >= 0) into[row] = column[at];
  }
}

/** The ids that differ from their keys and are therefore stored in addition. */
function originals(
  ids: unknown[] | undefined,
  keyAt: (row: number) => unknown,
): unknown[] | undefined {
  if (ids?.every((id, row) => id === keyAt(row)) ?? true) return undefined;
  return ids?.map((id, row) => (id === keyAt(row) ? null : id));
}
