import { eventFromRow, type StoredRow } from '../../events/columns/stored-event.js';
import type { MetricEvent } from '../../events/metric-event.js';
import type { Database } from '../../postgres/database.js';
import { timestampSql } from '../../store/sql-units.js';
import { conditionsOn } from '../conditions.js';
import { byAll, byBytes, byNumber, on } from '../readers/orders.js';
import { gatherSorted } from '../readers/readers.js';

/** Events one statement reads. */
const pageEvents = 2_000;

interface Row extends Record<string, unknown> {
  readonly row: StoredRow;
  readonly us: string;
}

const byRecord = byAll<Row>(
  on(({ us }) => Number(us), byNumber),
  on(({ row }) => String(row.session_id), byBytes),
  on(({ row }) => String(row.id), byBytes),
);

/** Some events, and when the last of them was recorded, in microseconds. */
export interface RecordedPage {
  readonly events: readonly MetricEvent[];
  readonly last_us: number;
}

/**
 * The events of a project in the order in which the log got them, from a time on, in the wire format and page by
 * page. Cheap for the latest ones: the log has an index by when an event was recorded.
 */
export async function* recordedPages(
  database: Database,
  { project, since_us }: { readonly project: number; readonly since_us: number },
): AsyncGenerator<RecordedPage> {
  let after: readonly [string, string, string] | undefined;
  for (;;) {
    const where = conditionsOn('e', { project });
    const time = (us: number | string) => timestampSql(`${where.parameter(us)}::bigint`);
    where.add(`e.recorded_at >= ${time(after?.[0] ?? since_us)}`);
    if (after !== undefined) {
      const [us, session, id] = after;
      const key = [time(us), where.parameter(session), `${where.parameter(id)}::uuid`];
      where.add(`(e.recorded_at, e.session_id, e.id) > (${key.join(', ')})`);
    }
    const rows = await gatherSorted(
      database,
      { project },
      { compare: byRecord, limit: pageEvents },
      (reader) =>
        reader.query<Row>(
          `select row_to_json(e) as row, (extract(epoch from e.recorded_at) * 1000000)::bigint as us
      from runfold_internal.event e where ${where.sql()}
      order by e.recorded_at, e.session_id, e.id limit ${pageEvents}`,
          where.values,
        ),
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield { events: rows.map(({ row }) => eventFromRow(row)), last_us: Number(last.us) };
    if (rows.length < pageEvents) return;
    after = [last.us, String(last.row.session_id), String(last.row.id)];
  }
}
