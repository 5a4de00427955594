import { formatTimestamp } from '../events/timestamp.js';
import type { Database } from '../postgres/database.js';
import { conditionsOn, microsOf } from '../query/conditions.js';
import { type Page, type PageOptions, readPage } from '../query/page.js';
import { timestampSql, utcTextSql } from '../store/sql-units.js';
import { type Notification, sentenceOf } from './send/notification.js';

/** A notification and the outcome of its deliveries. */
export interface AlertRecord extends Pick<Notification, 'type' | 'data'> {
  readonly id: string;
  /** The notification as a sentence. */
  readonly text: string;
  /** RFC 3339 in UTC to the microsecond. */
  readonly created_at: string;
  readonly deliveries: readonly {
    /** The id that receivers get as `webhook-id`. */
    readonly id: string;
    readonly channel: string;
    readonly state: 'waiting' | 'delivered' | 'failed';
    readonly attempts: number;
    readonly delivered_at: string | null;
    /** Why the last attempt failed. */
    readonly fault: string | null;
  }[];
}

/** Which notifications to list, and how many. */
export interface ListAlertHistoryOptions extends PageOptions {
  /** Defaults to 1. */
  readonly project?: number | undefined;
  readonly rule?: string | undefined;
  /** Only those of this budget. */
  readonly budget?: string | undefined;
}

/**
 * The alerts that fired and resolved, newest first, with their deliveries.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export function listAlertHistory(
  database: Database,
  options: ListAlertHistoryOptions = {},
): Promise<Page<AlertRecord>> {
  const { project = 1, rule, budget } = options;
  return readPage<AlertRecord>(
    {
      list: 'alert history',
      filters: { project, rule, budget },
      shape: ['time', 'uuid'],
      keyOf: ({ created_at, id }) => [created_at, id],
      async read(key, limit) {
        const where = conditionsOn('n', { project });
        where.equal('rule', 'n.rule', rule);
        where.equal('budget', 'n.budget', budget);
        if (key !== undefined) {
          const [time, id] = key;
          const micros = where.parameter(microsOf('cursor', String(time)));
          where.add(
            `(n.created_at, n.id) < (${timestampSql(`${micros}::bigint`)}, ${where.parameter(String(id))}::uuid)`,
          );
        }
        const rows = await database.query<AlertRecord & { us: string } & Record<string, unknown>>(
          `select n.id::text, n.body->>'type' as type, n.body->'data' as data,
            (extract(epoch from n.created_at) * 1000000)::bigint as us,
            coalesce((select json_agg(json_build_object('id', d.id, 'channel', d.channel,
                'state', case when d.delivered_at is not null then 'delivered' when d.is_open then 'waiting' else 'failed' end,
                'attempts', d.attempts, 'delivered_at', ${utcTextSql('d.delivered_at')}, 'fault', d.fault) order by d.channel)
              from runfold_internal.alert_delivery d where d.notification_id = n.id), '[]') as deliveries
          from runfold_internal.alert_notification n
          where ${where.sql()} order by n.created_at desc, n.id desc limit ${limit}`,
          [...where.values],
        );
        return rows.map(({ us, ...row }) => {
          const created_at = formatTimestamp(Number(us));
          return { ...row, created_at, text: sentenceOf({ ...row, timestamp: created_at }) };
        });
      },
    },
    options,
  );
}
