import type { Database } from '../../postgres/database.js';
import { tableOf } from '../../projections/fold/fold-sql.js';
import { quarterMicros, quartersAnHour } from '../../projections/time-buckets.js';
import { toolUsageHourProjection } from '../../projections/tool-usage.js';
import { timestampSql } from '../../store/sql-units.js';
import {
  conditionsOn,
  microsOf,
  type ProjectOptions,
  type TimeRange,
  textOf,
} from '../conditions.js';
import { readRows } from '../json-rows.js';
import { type Page, type PageOptions, readPage } from '../page.js';
import { InvalidQueryError } from '../query-errors.js';
import { byAll, byBytes, byTime, on, reversed } from '../readers/orders.js';
import { gatherSorted } from '../readers/readers.js';
import { correctedRowsSql, isShownSql, withObjects } from './corrected-rows.js';
import { logColumnNames, logRowsSql } from './log-rows.js';

/** Which calls to list, and how many. */
interface NewestOptions extends ProjectOptions, TimeRange, PageOptions {
  readonly tool_name?: string | undefined;
  readonly failed?: boolean | undefined;
  readonly session_id?: string | undefined;
  readonly run_id?: string | undefined;
}

/** A row of the list, as far as its order needs it. */
interface Row {
  readonly occurred_at: string;
  readonly id: string;
  readonly session_id: string;
}

const hourMicros = quarterMicros * quartersAnHour;
/** How far ahead of the database's clock the time of a call may be for the list to find it. */
const aheadMicros = quarterMicros;

/**
 * Calls of one tool, newest first. The log has no index by tool or by time of occurrence. So the totals per hour say
 * back to which hour the page reaches, and only what was recorded since then is read: a page reads little if the tool
 * was called recently, and nothing if the range has no such calls.
 */
export async function listNewestToolCalls<T extends Row>(
  database: Database,
  options: NewestOptions,
): Promise<Page<T>> {
  const { tool_name, failed, from, to, project = 1 } = options;
  if (tool_name === undefined) {
    throw new InvalidQueryError('tool_name', 'the name of a tool, with `newest`', 'nothing');
  }
  if ((options.session_id ?? options.run_id) !== undefined) {
    throw new InvalidQueryError('newest', 'no session_id and no run_id with it', 'one of them');
  }
  const read = async (key: readonly unknown[] | undefined, limit: number) => {
    const [time, ...rest] = key ?? [];
    const before = time === undefined ? undefined : microsOf('cursor', String(time));
    const floor = await readFloor(database, options, before, limit);
    if (floor === undefined) return [];
    const where = conditionsOn('e', options);
    where.equal('tool_name', 'e.tool_name', textOf('tool_name', tool_name));
    if (failed !== undefined) where.add(`e.error is ${failed ? '' : 'not '}true`);
    where.between('e.occurred_at_us', options);
    where.add(isShownSql('tool_calls', 'e'));
    where.add(`e.occurred_at_us >= ${where.parameter(floor)}::bigint`);
    const recorded = where.parameter(floor - aheadMicros);
    where.add(`e.recorded_at >= ${timestampSql(`${recorded}::bigint`)}`);
    if (before !== undefined) {
      const [id, session] = rest.map((value) => where.parameter(String(value)));
      const micros = `${where.parameter(before)}::bigint`;
      where.add(`e.occurred_at_us <= ${micros}`);
      where.add(
        `(e.occurred_at_us, e.id collate "C", e.session_id) < (${micros}, ${id}, ${session})`,
      );
    }
    const order = (alias: string) =>
      `${alias}.occurred_at_us desc, ${alias}.id collate "C" desc, ${alias}.session_id desc`;
    const columns = logColumnNames('tool_calls').map((name) => `r.${name}`);
    const compare = reversed(
      byAll<T>(
        on((row) => row.occurred_at, byTime),
        on((row) => row.id, byBytes),
        on((row) => row.session_id, byBytes),
      ),
    );
    const rows = await gatherSorted(database, { project }, { compare, limit }, (reader) =>
      readRows<T>(
        reader,
        `with page as materialized (select e.* from ${logRowsSql('tool_calls')} e
        where ${where.sql()} order by ${order('e')} limit ${limit})
      select row_to_json(x) as row from (select ${columns.join(', ')}, r.corrections
        from (${correctedRowsSql('tool_calls', 'page')}) r order by ${order('r')}) x`,
        where.values,
      ),
    );
    return rows.map(withObjects);
  };
  return readPage<T>(
    {
      list: 'newest tool calls',
      filters: { tool_name, failed, from, to, project },
      shape: ['time', 'text', 'text'],
      keyOf: (item) => [item.occurred_at, item.id, item.session_id],
      read,
    },
    options,
  );
}

/** The start of the hour back to which there are `limit` calls, in microseconds; undefined if there are none. */
async function readFloor(
  database: Database,
  { tool_name = '', failed, from, to, project }: NewestOptions,
  before: number | undefined,
  limit: number,
): Promise<number | undefined> {
  const where = conditionsOn('t', { project });
  where.equal('tool_name', 't.tool_name', textOf('tool_name', tool_name));
  const hourOf = (micros: number) => where.parameter(Math.floor(micros / hourMicros));
  if (from !== undefined) where.add(`t.hour >= ${hourOf(microsOf('from', from))}::integer`);
  if (to !== undefined) where.add(`t.hour <= ${hourOf(microsOf('to', to))}::integer`);
  if (before !== undefined) where.add(`t.hour <= ${hourOf(before)}::integer`);
  const counted =
    failed === undefined
      ? 't.tool_calls'
      : failed
        ? 't.tool_errors'
        : 't.tool_calls - t.tool_errors';
  // The hours at both ends of the range hold calls outside it: they do not count.
  const edges = [before, to === undefined ? undefined : microsOf('to', to)]
    .filter((micros) => micros !== undefined)
    .map(hourOf);
  const isEdge =
    edges.length === 0
      ? 'false'
      : `t.hour in (${edges.map((edge) => `${edge}::integer`).join(', ')})`;
  const [row] = await database.query<{ hour: number | null }>(
    `select coalesce(max(h.hour) filter (where h.calls >= ${limit}), min(h.hour)) as hour
    from (select t.hour, sum(case when ${isEdge} then 0 else ${counted} end) over (order by t.hour desc) as calls
      from ${tableOf(toolUsageHourProjection)} t where ${where.sql()} and ${counted} > 0) h`,
    [...where.values],
  );
  return row?.hour == null ? undefined : row.hour * hourMicros;
}
