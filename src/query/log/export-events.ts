import { eventFromRow, type StoredRow } from '../../events/columns/stored-event.js';
import type { MetricEvent } from '../../events/metric-event.js';
import type { Database } from '../../postgres/database.js';
import { conditionsOn } from '../conditions.js';
import { readLong } from '../readers/long-read.js';
import { byAll, byBytes, on } from '../readers/orders.js';
import { gather, gatherRows } from '../readers/readers.js';
import {
  addFilters,
  addPlace,
  chooseRows,
  type ExportOptions,
  type Rows,
} from './exported-rows.js';

/** The number of events that one statement reads. */
const pageEvents = 1_000;

/**
 * The log of a project in the wire format, by session and event: figures, times and ids as they
 * were sent, including corrections. Sending it to the same store changes nothing; sending it to an empty one
 * gives the same totals.
 *
 * It is read page by page with little memory, and each page is a separate short statement. An event that is added
 * while it is read may or may not be in it. With `session_ids` it reads these sessions, and with `run_ids` these runs, or their
 * sessions if the runs have more than 10,000 events; with only a time, the whole log is searched.
 * @throws InvalidQueryError
 */
export async function* exportEvents(
  database: Database,
  options: ExportOptions = {},
): AsyncGenerator<MetricEvent> {
  for await (const page of exportPages(database, options)) yield* page;
}

/** `exportEvents`, in the pages of its statements. */
export async function* exportPages(
  database: Database,
  options: ExportOptions = {},
): AsyncGenerator<readonly MetricEvent[]> {
  const rows = await chooseRows(database, options);
  let after: readonly [string, string] | undefined;
  do {
    const { events, last, scanned } = await readPage(database, options, rows, after);
    if (events !== null) yield events.map(eventFromRow);
    after = scanned === pageEvents && last !== null ? last : undefined;
  } while (after !== undefined);
}

/** The number of events in an export. */
export async function countExported(database: Database, options: ExportOptions): Promise<number> {
  const where = conditionsOn('e', options);
  addPlace(where, options);
  addFilters(where, options);
  const rows = await gatherRows(database, options, (reader) =>
    readLong<{ events: number }>(
      reader,
      `select count(*)::float8 as events from runfold_internal.event e where ${where.sql()}`,
      where.values,
    ),
  );
  return rows.reduce((sum, { events }) => sum + events, 0);
}

interface ExportPage extends Record<string, unknown> {
  readonly events: readonly StoredRow[] | null;
  readonly last: readonly [string, string] | null;
  readonly scanned: number;
}

/**
 * A page is a fixed number of rows of the log's key, before the filters. So no statement runs for long even if
 * matches are rare, and an embedded store, which has only one session, stays responsive.
 */
async function readPage(
  database: Database,
  options: ExportOptions,
  rows: Rows,
  after: readonly [string, string] | undefined,
): Promise<ExportPage> {
  const pages = await gather(database, options, (reader) =>
    readPageFrom(reader, options, rows, after),
  );
  const [only] = pages;
  return pages.length === 1 && only !== undefined ? only : joined(pages);
}

type Key = readonly [session: string, id: string];
const byKey = byAll<Key>(
  on(([session]) => session, byBytes),
  on(([, id]) => id, byBytes),
);
const keyOf = (row: StoredRow): Key => [String(row.session_id), String(row.id)];

/** The pages of several servers as one: up to the key that all of them have reached. */
function joined(pages: readonly ExportPage[]): ExportPage {
  const ends = pages.flatMap(({ last, scanned }) =>
    scanned === pageEvents && last !== null ? [last] : [],
  );
  const [end] = ends.sort(byKey);
  const events = pages
    .flatMap((page) => page.events ?? [])
    .filter((row) => end === undefined || byKey(keyOf(row), end) <= 0)
    .sort(on(keyOf, byKey));
  return {
    events: events.length === 0 ? null : events,
    last: end ?? null,
    scanned: end === undefined ? 0 : pageEvents,
  };
}

async function readPageFrom(
  database: Database,
  options: ExportOptions,
  rows: Rows,
  after: readonly [string, string] | undefined,
): Promise<ExportPage> {
  const where = conditionsOn('e', options);
  const [session, id] = (after ?? []).map((value) => where.parameter(value));
  const keyed = rows(
    where,
    options,
    after === undefined ? undefined : `(e.session_id, e.id) > (${session}, ${id}::uuid)`,
  );
  addFilters(where, options);
  const [page] = await database.query<ExportPage>(
    `with page as materialized (
      select e.* ${keyed}
      order by e.session_id, e.id limit ${pageEvents})
    select (select json_agg(row_to_json(e) order by e.session_id, e.id)
        from page e where ${where.sql()}) as events,
      (select json_build_array(e.session_id, e.id)
        from page e order by e.session_id desc, e.id desc limit 1) as last,
      (select count(*)::integer from page) as scanned`,
    where.values,
  );
  if (page === undefined) throw new Error('Expected a page of the log, got none.');
  return page;
}
