import { places } from '../events/event-cells.js';
import { eventKey, isCanonicalUuid } from '../events/event-id.js';
import { type LogColumnType, logColumns, textType } from '../events/log-columns.js';
import { type ElementType, emptyArray, numberArray, textArray, uuidArray } from './binary-array.js';
import type { EventBatch } from './event-batch.js';

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
 * The events of a batch as one array a column, in the order of `logColumns`. A column that no event
 * has is an empty array, which costs Postgres next to nothing.
 */
export function encodeBatch(batch: EventBatch): Buffer[] {
  return logColumns.map(({ type }, place) => {
    const element = types[type];
    const values = valuesOf(batch, place);
    if (values === undefined) return emptyArray(element);
    if (type === 'uuid') return uuidArray(values as (string | null)[], element);
    if (element.bytes === undefined) return textArray(values as (string | null)[], element);
    return numberArray(values, element);
  });
}

/** The values of a column, null for none; undefined when no event has one. */
function valuesOf(batch: EventBatch, place: number): unknown[] | undefined {
  const { jobs, job_of, keys, order } = batch;
  switch (place) {
    case places.project:
      return order.map((event) => jobs[job_of[event] ?? 0]?.project);
    case places.id:
      return order.map((event) => keys[event]);
    case places.original_id:
      return originals(sentValues(batch, places.id));
    case places.corrects:
      return sentValues(batch, place)?.map((id) => (id === null ? null : eventKey(id as string)));
    case places.original_corrects:
      return originals(sentValues(batch, places.corrects));
    default:
      return sentValues(batch, place);
  }
}

/** The values of a column as the jobs have them. */
function sentValues({ jobs, job_of, starts, order }: EventBatch, place: number) {
  const columns = jobs.map(({ events }) => events.columns[place]);
  if (columns.every((column) => column === undefined)) return undefined;
  const values = new Array<unknown>(order.length);
  for (let at = 0; at < order.length; at++) {
    const event = order[at] ?? 0;
    const job = job_of[event] ?? 0;
    values[at] = columns[job]?.[event - (starts[job] ?? 0)] ?? null;
  }
  return values;
}

/** The ids that are no UUIDs, and so are kept beside the key made of them. */
function originals(ids: unknown[] | undefined): unknown[] | undefined {
  if (ids?.every((id) => id === null || isCanonicalUuid(id as string)) ?? true) return undefined;
  return ids?.map((id) => (id === null || isCanonicalUuid(id as string) ? null : id));
}
