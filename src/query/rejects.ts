import { isCanonicalUuid } from '../events/event-id.js';
import type { Database } from '../postgres/database.js';
import { timestampSql } from '../store/sql-units.js';
import { conditionsOn, type ProjectOptions, type TimeRange } from './conditions.js';
import { readRows } from './json-rows.js';
import { type Page, type PageOptions, readPage } from './page.js';

/** An event, or a whole job, that the worker could not store. */
export interface RejectedEvent {
  /** A UUID, made from the job and the index in it. */
  readonly id: string;
  readonly project: number;
  /** `invalid_job`, `invalid_event`, `other_content`, or the SQLSTATE with which Postgres refused it. */
  readonly code: string;
  readonly message: string;
  /** The input, as JSON text. */
  readonly payload: string;
  /** RFC 3339 in UTC to the microsecond. */
  readonly received_at: string;
  readonly job_id: string;
  /** The index in the job, from 0. */
  readonly position: number;
}

/** Which rejects to list, and how many. `from` and `to` limit `received_at`. */
export interface ListRejectsOptions extends ProjectOptions, TimeRange, PageOptions {
  readonly code?: string | undefined;
}

/** Identifies one reject. */
export interface RejectOptions extends ProjectOptions {
  readonly id: string;
}

/**
 * The size in bytes of the inputs at which a page ends, whatever its limit: a rejected job is kept whole, so that it can be
 * sent again, and a thousand of them would not fit into memory.
 */
const pageBytes = 8 * 2 ** 20;

/**
 * Rejects, newest first. The reject of a job that names no project belongs to project 1. A page has fewer rows than its
 * limit if their inputs are large.
 */
export function listRejects(
  database: Database,
  options: ListRejectsOptions = {},
): Promise<Page<RejectedEvent>> {
  const { code, from, to, project = 1 } = options;
  const rowsAfter = (key: readonly unknown[] | undefined, limit: number) => {
    const where = conditionsOn('r', options);
    where.equal('code', 'r.code', code);
    where.between('r.received_at', options, (micros) => timestampSql(micros));
    if (key !== undefined) {
      const [time, id] = key.map((value) => where.parameter(String(value)));
      where.add(`(r.received_at, r.id) < (${time}::timestamptz, ${id}::uuid)`);
    }
    const rows = `from runfold_internal.rejected_event r where ${where.sql()}
      order by r.received_at desc, r.id desc limit ${limit}`;
    return { rows, values: where.values };
  };
  const read = (key: readonly unknown[] | undefined, limit: number) => {
    const { rows, values } = rowsAfter(key, limit);
    return readRows<RejectedEvent>(database, `select row_to_json(r) as row ${rows}`, values);
  };
  const fitting = async (key: readonly unknown[] | undefined, limit: number) => {
    const { rows, values } = rowsAfter(key, limit);
    const sizes = await database.query<{ bytes: number }>(
      `select octet_length(r.payload)::integer as bytes ${rows}`,
      values,
    );
    let bytes = 0;
    for (const [at, row] of sizes.entries()) {
      bytes += row.bytes;
      if (bytes > pageBytes) return Math.max(1, at);
    }
    return limit;
  };
  return readPage<RejectedEvent>(
    {
      list: 'rejects',
      filters: { code, from, to, project },
      shape: ['time', 'uuid'],
      keyOf: (item) => [item.received_at, item.id],
      read,
      fitting,
    },
    options,
  );
}

/** One reject; undefined if there is none with this id. */
export async function getReject(
  database: Database,
  options: RejectOptions,
): Promise<RejectedEvent | undefined> {
  if (!isCanonicalUuid(options.id)) return undefined;
  const where = conditionsOn('r', options);
  where.equal('id', 'r.id', options.id);
  const [row] = await readRows<RejectedEvent>(
    database,
    `select row_to_json(r) as row from runfold_internal.rejected_event r where ${where.sql()}`,
    where.values,
  );
  return row;
}

/** The number of rejects, with one code or any, received in a range of time. */
export async function countRejects(
  database: Database,
  options: ProjectOptions & TimeRange & { readonly code?: string | undefined } = {},
): Promise<number> {
  const where = conditionsOn('r', options);
  where.equal('code', 'r.code', options.code);
  where.between('r.received_at', options, (micros) => timestampSql(micros));
  const [row] = await database.query<{ count: number }>(
    `select count(*)::integer as count from runfold_internal.rejected_event r where ${where.sql()}`,
    where.values,
  );
  return row?.count ?? 0;
}

/**
 * The event of a reject, to be sent again; undefined if a whole job was rejected. If it lacks an id or a time,
 * it gets the same ones at every retry, so that it does not count twice.
 */
export function rejectedEventOf(reject: RejectedEvent): unknown {
  if (reject.code === 'invalid_job') return undefined;
  const payload: unknown = JSON.parse(reject.payload);
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return payload;
  const event: { id?: unknown; occurred_at?: unknown } = { ...payload };
  event.id ??= reject.id;
  event.occurred_at ??= reject.received_at;
  return event;
}

/** Deletes one reject permanently; returns whether there was one with this id. */
export async function dropReject(database: Database, options: RejectOptions): Promise<boolean> {
  if (!isCanonicalUuid(options.id)) return false;
  const where = conditionsOn('r', options);
  where.equal('id', 'r.id', options.id);
  const rows = await database.query(
    `delete from runfold_internal.rejected_event r where ${where.sql()} returning 1`,
    where.values,
  );
  return rows.length > 0;
}
