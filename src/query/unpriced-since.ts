import { pricings } from '../events/codes.js';
import { eventTypes, roles } from '../events/metric-event.js';
import type { Database } from '../postgres/database.js';
import { unpricedSql } from '../projections/measures/where.js';
import { utcTextSql } from '../store/sql-units.js';
import { type ProjectOptions, projectOf } from './conditions.js';
import { byAll, byBytes, byNumber, on, reversed } from './readers/orders.js';
import { gather } from './readers/readers.js';

/** The messages of a model without a price. */
export interface UnpricedMessages {
  readonly provider: string | null;
  readonly model: string | null;
  readonly messages: number;
  /** How many of them report more cached tokens than input tokens, which include them. No price counts these. */
  readonly contradictory: number;
}

/** The current time of the database's clock, RFC 3339 in UTC: everything that is added to the log later is not older. */
export async function databaseTime(database: Database): Promise<string> {
  const [row] = await database.query<{ now: string }>(`select ${utcTextSql('now()', 'US')} as now`);
  if (row === undefined) throw new Error('Expected the time of the database, got none.');
  return row.now;
}

/** The messages with tokens and without a price that were added to the log since then, most frequent model first. */
export async function unpricedSince(
  database: Database,
  options: ProjectOptions & { readonly since: string },
): Promise<UnpricedMessages[]> {
  const lists = await gather(database, options, (reader) =>
    reader.query<UnpricedMessages & Record<string, unknown>>(
      `select e.provider, e.model, count(*)::integer as messages,
        (count(*) filter (where coalesce(e.cached_tokens, 0) + coalesce(e.cache_write_tokens, 0)
          > coalesce(e.input_tokens, 0)))::integer as contradictory from runfold_internal.event e
    where e.project = $1 and e.recorded_at >= $2::timestamptz and e.corrects is null
      and e.type = ${eventTypes.message} and e.role = ${roles.assistant} and ${unpricedSql('e')}
      and not exists (select from runfold_internal.event c where c.project = $1
        and c.session_id = e.session_id and c.corrects = e.id and c.pricing = ${pricings.first})
    group by 1, 2 order by 3 desc, 2, 1`,
      [projectOf(options), options.since],
    ),
  );
  const [only = []] = lists;
  if (lists.length === 1) return only;
  const models = new Map<string, UnpricedMessages>();
  for (const row of lists.flat()) {
    const key = JSON.stringify([row.provider, row.model]);
    const { messages = 0, contradictory = 0 } = models.get(key) ?? {};
    models.set(key, {
      ...row,
      messages: row.messages + messages,
      contradictory: row.contradictory + contradictory,
    });
  }
  const byName = (of: (row: UnpricedMessages) => string | null) =>
    // In ascending order, Postgres puts null last.
    byAll<UnpricedMessages>(
      on((row) => Number(of(row) === null), byNumber),
      on((row) => of(row) ?? '', byBytes),
    );
  return [...models.values()].sort(
    byAll(
      reversed(on((row) => row.messages, byNumber)),
      byName((row) => row.model),
      byName((row) => row.provider),
    ),
  );
}
