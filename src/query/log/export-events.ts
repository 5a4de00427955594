import { eventOfRow, type StoredRow } from '../../events/columns/stored-event.js';
import type { MetricEvent } from '../../events/metric-event.js';
import type { Database } from '../../postgres/database.js';
import {
  type Conditions,
  conditionsOn,
  type ProjectOptions,
  type TimeRange,
  textOf,
} from '../conditions.js';

/** Which events to export. `from` and `to` bound `occurred_at`. */
export interface ExportOptions extends ProjectOptions, TimeRange {
  /** Only of these sessions. Defaults to all. */
  readonly session_ids?: readonly string[] | undefined;
  /** Only of these runs. Defaults to all. */
  readonly run_ids?: readonly string[] | undefined;
}

/** Events one statement reads. */
const pageEvents = 1_000;

/**
 * The log of a project in the wire format, by session and event: figures, times and ids as they
 * were sent, corrections included. Sent to a store again it changes nothing; sent to an empty one
 * it gives the same totals.
 *
 * It is read page by page in little memory, each page a short statement of its own. An event added
 * meanwhile is in it or not. Cheap with `session_ids` or `run_ids`, whose sessions are found through
 * the totals; a time alone is looked for in the whole log.
 * @throws InvalidQueryError
 */
export async function* exportEvents(
  database: Database,
  options: ExportOptions = {},
): AsyncGenerator<MetricEvent> {
  for await (const page of exportPages(database, options)) yield* page;
}

/** `exportEvents`, as many at once as one statement reads. */
export async function* exportPages(
  database: Database,
  options: ExportOptions = {},
): AsyncGenerator<readonly MetricEvent[]> {
  let after: readonly [string, string] | undefined;
  do {
    const { events, last, scanned } = await readPage(database, options, after);
    if (events !== null) yield events.map(eventOfRow);
    after = scanned === pageEvents && last !== null ? last : undefined;
  } while (after !== undefined);
}

/** How many events an export would hold. */
export async function countExported(database: Database, options: ExportOptions): Promise<number> {
  const where = conditionsOn('e', options);
  addPlace(where, options);
  addFilters(where, options);
  const [row] = await database.query<{ events: number }>(
    `select count(*)::float8 as events from runfold_internal.event e where ${where.sql()}`,
    where.values,
  );
  return row?.events ?? 0;
}

interface ExportPage extends Record<string, unknown> {
  readonly events: readonly StoredRow[] | null;
  readonly last: readonly [string, string] | null;
  readonly scanned: number;
}

/**
 * A page is so many rows of the log's key, whatever the filters leave of them: where matches are
 * rare no statement runs for long, and an embedded store, which has one session, stays responsive.
 */
async function readPage(
  database: Database,
  options: ExportOptions,
  after: readonly [string, string] | undefined,
): Promise<ExportPage> {
  const where = conditionsOn('e', options);
  addPlace(where, options);
  if (after !== undefined) {
    const [session, id] = after.map((value) => where.parameter(value));
    where.add(`(e.session_id, e.id) > (${session}, ${id}::uuid)`);
  }
  const keyed = where.sql();
  addFilters(where, options);
  const [page] = await database.query<ExportPage>(
    `with page as materialized (
      select e.* from runfold_internal.event e where ${keyed}
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

/** Conditions on the sessions, which the log's key begins with. */
function addPlace(where: Conditions, { session_ids, run_ids }: ExportOptions): void {
  if (session_ids !== undefined) {
    where.add(`e.session_id = any(${list(where, 'session_ids', session_ids)})`);
  }
  if (run_ids !== undefined) {
    where.add(`e.session_id = any(array(select r.session_id from runfold.runs r
      where r.project = $1 and r.run_id = any(${list(where, 'run_ids', run_ids)})))`);
  }
}

function addFilters(where: Conditions, options: ExportOptions): void {
  const { run_ids } = options;
  if (run_ids !== undefined) where.add(`e.run_id = any(${list(where, 'run_ids', run_ids)})`);
  where.between('e.occurred_at_us', options);
}

/** Texts as one parameter, however many there are. */
function list(where: Conditions, field: string, texts: readonly string[]): string {
  const json = JSON.stringify(texts.map((text) => textOf(field, text)));
  return `array(select json_array_elements_text(${where.parameter(json)}::json))`;
}
