import type { Database } from '../postgres/database.js';
import { DeliveryError, SecretKeyError } from './send/alert-errors.js';
import type { Notification } from './send/notification.js';
import { type ChannelSecret, openSecret, secretKeyOf } from './send/secret-box.js';
import { type SendOptions, send } from './send/send.js';

/** Settings of deliveries. */
export interface DeliveryOptions extends SendOptions {
  /** `RUNFOLD_SECRET_KEY`, which decrypts channels. */
  readonly secret_key?: string | undefined;
}

/** Deliveries sent to a channel at the same time. */
const atOnce = 8;
/** Seconds after which another process takes over the deliveries of a dead one. */
const leaseSeconds = 30;
/** Hours after which a delivery is given up. */
const patienceHours = 24;

interface DueRow {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly attempts: number;
  readonly kind: string | null;
  readonly secret: Buffer | null;
  readonly body: Notification;
}

/** The channels that have deliveries that are due. Each is sent to on its own, so that none waits for a slow receiver. */
export async function dueChannels(database: Database): Promise<number[]> {
  const rows = await database.query<{ channel_id: number }>(
    'select distinct channel_id from runfold_internal.alert_delivery where is_open and next_at <= now()',
  );
  return rows.map(({ channel_id }) => channel_id);
}

/**
 * Sends deliveries to a channel that are due. Each keeps its id, so receivers that drop known ids see each
 * once. A failed delivery is retried after 5 seconds and then at growing intervals, for 24 hours.
 * The table is the queue: its rows are written with the notification, and a process that takes one
 * has it for 30 seconds. Returns how many deliveries were tried.
 */
export async function deliver(
  database: Database,
  channel: number,
  options: DeliveryOptions,
): Promise<number> {
  const due = await database.query<DueRow>(
    `with due as (
      select d.id from runfold_internal.alert_delivery d where d.channel_id = $3 and d.is_open and d.next_at <= now()
      order by d.next_at limit $1 for update skip locked),
    taken as (
      update runfold_internal.alert_delivery d set attempts = d.attempts + 1,
        next_at = now() + make_interval(secs => $2)
      from due where d.id = due.id returning d.*)
    select t.id, t.attempts, c.kind, c.secret, n.body from taken t
    join runfold_internal.alert_notification n on n.id = t.notification_id
    left join runfold_internal.alert_channel c on c.id = t.channel_id`,
    [atOnce, leaseSeconds, channel],
  );
  await Promise.all(due.map((row) => deliverOne(database, row, options)));
  return due.length;
}

async function deliverOne(
  database: Database,
  row: DueRow,
  options: DeliveryOptions,
): Promise<void> {
  const { id, attempts, kind, secret, body } = row;
  try {
    if (kind === null || secret === null) throw new DeliveryError('The channel was dropped.');
    const opened = openSecret<ChannelSecret>(secretKeyOf(options.secret_key), secret);
    await send({ kind, secret: opened }, id, body, options);
  } catch (error) {
    const isExpected = error instanceof DeliveryError || error instanceof SecretKeyError;
    // Any other error is logged by the caller. Its text may contain a secret, so only its name is stored.
    const fault = isExpected ? error.message : `It could not be sent: ${nameOf(error)}.`;
    await database.query(
      `update runfold_internal.alert_delivery set fault = $2,
        is_open = now() < created_at + make_interval(hours => $3), next_at = now() + make_interval(secs => $4)
      where id = $1 and is_open`,
      [id, fault, patienceHours, pauseSeconds(attempts)],
    );
    if (!isExpected) throw error;
    return;
  }
  await database.query(
    `update runfold_internal.alert_delivery set is_open = false, delivered_at = now(), fault = null where id = $1`,
    [id],
  );
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error);

/** Starts at 5 seconds and doubles up to an hour. A fifth of it is random. */
function pauseSeconds(attempts: number): number {
  return Math.min(3_600, 5 * 2 ** (attempts - 1)) * (0.9 + Math.random() / 5);
}

/**
 * Sends a sample to a channel now. Returns undefined if no channel has that name. @throws
 * DeliveryError
 */
export async function testChannel(
  database: Database,
  options: DeliveryOptions & { readonly project?: number | undefined; readonly name: string },
): Promise<{ readonly delivered: true } | undefined> {
  const { project = 1, name } = options;
  const [channel] = await database.query<{ kind: string; secret: Buffer }>(
    'select kind, secret from runfold_internal.alert_channel where project = $1 and name = $2',
    [project, name],
  );
  if (channel === undefined) return undefined;
  const secret = openSecret<ChannelSecret>(secretKeyOf(options.secret_key), channel.secret);
  const sample: Notification = {
    type: 'alert.test',
    timestamp: new Date().toISOString(),
    data: {
      project,
      rule: name,
      kind: 'test',
      budget: null,
      value: null,
      share: null,
      figure: 0,
      limit: 0,
      measure: 'cost',
      window_start: null,
    },
  };
  await send({ kind: channel.kind, secret }, crypto.randomUUID(), sample, options);
  return { delivered: true };
}
