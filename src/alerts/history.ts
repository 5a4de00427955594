import type { Database } from '../postgres/database.js';
import { utcTextSql } from '../store/sql-units.js';
import type { Notification } from './send/notification.js';

/** A notification and the outcome of its deliveries. */
export interface AlertRecord extends Pick<Notification, 'type' | 'data'> {
  readonly id: string;
  /** RFC 3339 in UTC. */
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

/** The alerts that fired and resolved, newest first, with their deliveries. */
export async function listAlertHistory(
  database: Database,
  options: {
    readonly project?: number | undefined;
    readonly rule?: string | undefined;
    readonly limit?: number | undefined;
  } = {},
): Promise<AlertRecord[]> {
  const { project = 1, rule, limit = 50 } = options;
  return database.query<AlertRecord & Record<string, unknown>>(
    `select n.id::text, n.body->>'type' as type, n.body->'data' as data, ${utcTextSql('n.created_at')} as created_at,
      coalesce((select json_agg(json_build_object('id', d.id, 'channel', d.channel,
          'state', case when d.delivered_at is not null then 'delivered' when d.is_open then 'waiting' else 'failed' end,
          'attempts', d.attempts, 'delivered_at', ${utcTextSql('d.delivered_at')}, 'fault', d.fault) order by d.channel)
        from runfold_internal.alert_delivery d where d.notification_id = n.id), '[]') as deliveries
    from runfold_internal.alert_notification n
    where n.project = $1 and ($2::text is null or n.rule = $2)
    order by n.created_at desc, n.id limit $3`,
    [project, rule ?? null, limit],
  );
}
