import { randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import { formatTimestamp } from '../../events/timestamp.js';
import { quarterMicros } from '../../projections/time-buckets.js';
import { timestampSql } from '../../store/sql-units.js';
import type { Notification } from '../send/notification.js';
import { type Crossing, crossingColumns, giveUpMuted } from './give-up-muted.js';
import type { Reading } from './reading.js';

/** A change of the state of one value of a rule. */
export interface Change {
  readonly reading: Reading;
  /** The new state; undefined if it is inactive, which has no row. */
  readonly state: 'pending' | 'firing' | 'resolved' | undefined;
  /** When it entered this state, in microseconds. */
  readonly since: number;
  /** The notification of this change; undefined if it makes none. */
  readonly notice?: {
    readonly state: 'firing' | 'resolved';
    /** What makes it unique among those of the same value and state. */
    readonly episode: number;
  };
}

/** The times of a transaction, in microseconds. */
interface Times {
  readonly now: number;
  /** When the first change is written. */
  readonly clock: number;
}

/** The maximum number of changes in one statement. */
const mostTogether = 1_000;

/**
 * Writes changes in the caller's transaction, many in one statement: three statements for each took 2 ms per crossing (Node.js
 * 20, two cores), and a new rule may find thousands. Returns how many notifications were written; one that exists already is not
 * written again.
 */
export async function writeChanges(
  client: PoolClient,
  changes: readonly Change[],
  { now, clock }: Times,
): Promise<number> {
  let told = 0;
  for (let at = 0; at < changes.length; at += mostTogether) {
    const group = changes.slice(at, at + mostTogether);
    await putStates(client, group);
    await deleteStates(client, group);
    told += await notify(client, group, { now, clock: clock + at });
  }
  return told;
}

/** Some changes as columns: the key of their states. */
const keyColumns = (changes: readonly Change[]) => [
  ...crossingColumns(changes.map(crossingOf)),
  changes.map(({ reading }) => reading.window_first),
];
const crossingOf = ({ reading }: Change): Crossing => ({ ...reading, rule_id: reading.rule.id });
const keysSql = `unnest($1::integer[], $2::text[], $3::text[], $4::real[], $5::integer[]`;

async function putStates(client: PoolClient, changes: readonly Change[]): Promise<void> {
  const put = changes.filter(({ state }) => state !== undefined);
  if (put.length === 0) return;
  await client.query(
    `insert into runfold_internal.alert_state (rule_id, budget, value, share, window_first, state, since, changed_at)
    select k.rule_id, k.budget, k.value, k.share, k.window_first, k.state, ${timestampSql('k.since')}, now()
    from ${keysSql}, $6::text[], $7::bigint[]) k(rule_id, budget, value, share, window_first, state, since)
    on conflict (rule_id, budget, value, window_first, share)
      do update set state = excluded.state, since = excluded.since, changed_at = excluded.changed_at`,
    [...keyColumns(put), put.map(({ state }) => state), put.map(({ since }) => since)],
  );
}

async function deleteStates(client: PoolClient, changes: readonly Change[]): Promise<void> {
  const inactive = changes.filter(({ state }) => state === undefined);
  if (inactive.length === 0) return;
  await client.query(
    `delete from runfold_internal.alert_state s
    where (s.rule_id, s.budget, s.value, s.share, s.window_first) in (select * from ${keysSql}))`,
    keyColumns(inactive),
  );
}

/**
 * Writes the notifications of some changes and their deliveries. Each notification has a time of its own, not that of the
 * transaction, so that a history lists those of one evaluation in their order.
 */
async function notify(
  client: PoolClient,
  changes: readonly Change[],
  { now, clock }: Times,
): Promise<number> {
  const notices = changes.flatMap((change, at) => {
    if (change.notice === undefined) return [];
    const body = JSON.stringify(notificationOf(change.reading, change.notice.state, now));
    return [{ ...change, ...change.notice, id: randomUUID(), created: clock + at, body }];
  });
  if (notices.length === 0) return 0;
  const over = notices.filter(({ notice }) => notice?.state === 'resolved').map(crossingOf);
  const untold = await giveUpMuted(client, over, 'It resolved before the mute ended.');
  const { rows } = await client.query<Crossing & { id: string; state: string }>(
    `insert into runfold_internal.alert_notification as n (rule_id, budget, value, share, id, project, rule, episode, state, body,
      created_at)
    select k.rule_id, k.budget, k.value, k.share, k.id, k.project, k.rule, k.episode, k.state, k.body::jsonb,
      ${timestampSql('k.created')}
    from unnest($1::integer[], $2::text[], $3::text[], $4::real[], $5::uuid[], $6::integer[], $7::text[], $8::bigint[], $9::text[],
      $10::text[], $11::bigint[]) k(rule_id, budget, value, share, id, project, rule, episode, state, body, created)
    on conflict do nothing
    returning n.id, n.rule_id, n.budget::text, n.value::text, n.share, n.state`,
    [
      ...crossingColumns(notices.map(crossingOf)),
      notices.map(({ id }) => id),
      notices.map(({ reading }) => reading.rule.project),
      notices.map(({ reading }) => reading.rule.name),
      notices.map(({ episode }) => episode),
      notices.map(({ state }) => state),
      notices.map(({ body }) => body),
      notices.map(({ created }) => created),
    ],
  );
  if (rows.length === 0) return 0;
  const written = new Map(
    rows.filter(({ state }) => state === 'resolved').map((row) => [textOf(row), row.id]),
  );
  const without = untold.flatMap((crossing) => {
    const id = written.get(textOf(crossing));
    return id === undefined ? [] : [{ id, channel_id: crossing.channel_id }];
  });
  await client.query(
    `insert into runfold_internal.alert_delivery (id, notification_id, channel_id, channel, created_at, next_at)
    select gen_random_uuid(), n.id, c.id, c.name, greatest(now(), r.muted_until), greatest(now(), r.muted_until)
    from runfold_internal.alert_notification n
    join runfold_internal.alert_rule r on r.id = n.rule_id
    join runfold_internal.alert_channel c on c.project = r.project and c.name = any(r.channels)
    where n.id = any($1) and (n.id, c.id) not in (select * from unnest($2::uuid[], $3::integer[]))`,
    [
      rows.map(({ id }) => id),
      without.map(({ id }) => id),
      without.map(({ channel_id }) => channel_id),
    ],
  );
  return rows.length;
}

const textOf = ({ rule_id, budget, value, share }: Crossing) =>
  JSON.stringify([rule_id, budget, value, share]);

function notificationOf(
  { rule, budget, value, share, window_first, figure, limit, measure }: Reading,
  state: 'firing' | 'resolved',
  now: number,
): Notification {
  return {
    type: `alert.${state}`,
    timestamp: formatTimestamp(now),
    data: {
      project: rule.project,
      rule: rule.name,
      kind: rule.kind,
      budget: budget === '' ? null : budget,
      value: value === '' ? null : value,
      share: budget === '' ? null : share,
      figure,
      limit,
      measure,
      window_start: window_first === 0 ? null : formatTimestamp(window_first * quarterMicros),
    },
  };
}
