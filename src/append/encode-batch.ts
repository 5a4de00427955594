import { indexes } from '../events/columns/event-row.js';
import { type LogColumnType, logColumns, textType } from '../events/columns/log-columns.js';
import { eventKey } from '../events/event-id.js';
import {
  type ElementType,
  putEmptyArray,
  putNumbers,
  putTexts,
  putUuids,
} from '../postgres/binary-array.js';
import { putParameter } from '../postgres/bind-message.js';
import type { ByteArena } from '../postgres/byte-arena.js';
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
  const rows = orderRows(batch);
  logColumns.forEach(({ type }, index) => {
    const element = types[type];
    const values = gatherValues(batch, rows, index);
    putParameter(arena, () => {
      if (values === undefined) putEmptyArray(arena, element);
      else if (type === 'uuid') putUuids(arena, values as (string | null)[], element);
      else if (element.bytes === undefined) putTexts(arena, values as (string | null)[], element);
      else putNumbers(arena, values, element);
    });
  });
}

/** The job of each row's event, and the event's index in that job. */
interface Rows {
  readonly job: Uint16Array;
  readonly event: Uint32Array;
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
function sentValues({ jobs }: EventBatch, { job, event }: Rows, index: number) {
  const columns = jobs.map(({ events }) => events.columns[index]);
  if (columns.every((column) => column === undefined)) return undefined;
  const values = new Array<unknown>(job.length);
  for (let row = 0; row < job.length; row++) {
    values[row] = columns[job[row] ?? 0]?.[event[row] ?? 0] ?? null;
  }
  return values;
}

/** The ids that differ from their keys and are therefore stored in addition. */
function originals(
  ids: unknown[] | undefined,
  keyAt: (row: number) => unknown,
): unknown[] | undefined {
  if (ids?.every((id, row) => id === keyAt(row)) ?? true) return undefined;
  return ids?.map((id, row) => (id === keyAt(row) ? null : id));
}
