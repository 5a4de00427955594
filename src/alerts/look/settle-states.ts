import { randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import { formatTimestamp } from '../../events/timestamp.js';
import { quarterMicros } from '../../projections/time-buckets.js';
import type { Notification } from '../send/notification.js';
import { giveUpMuted } from './give-up-muted.js';
import { dropOverStates } from './over-states.js';
import type { BudgetLimit, Reading, StoredRule } from './reading.js';

interface StateRow {
  readonly rule_id: number;
  readonly budget: string;
  readonly value: string;
  readonly window_first: number;
  readonly share: number;
  readonly state: 'pending' | 'firing' | 'resolved';
  /** When the condition became true, in microseconds. */
  readonly since_us: string;
  readonly changed_us: string;
}

type Key = Pick<Reading, 'budget' | 'value' | 'window_first' | 'share'> & {
  readonly rule_id: number;
};
const keyOf = ({ rule_id, budget, value, window_first, share }: Key) =>
  JSON.stringify([rule_id, budget, value, window_first, share]);
/** What makes a crossing unique: its window, or the change of the budget in that window; without a window, its time. */
function episodeOf({ window_first, changed_us }: Reading, since: number): number {
  if (window_first === 0) return since;
  return changed_us > window_first * quarterMicros ? changed_us : window_first;
}
const where = `rule_id = $1 and budget = $2 and value = $3 and window_first = $4 and share = $5::real`;
const params = ({ rule_id, budget, value, window_first, share }: Key) => [
  rule_id,
  budget,
  value,
  window_first,
  share,
];

/**
 * Updates states from readings, in the caller's transaction: inactive → pending → firing →
 * resolved. Each crossing makes one notification, however often and by however many processes it is
 * evaluated: its row is unique. In a calendar window a state that resolves, for example after a
 * correction, does not fire again, unless the budget was changed since: the new limit is another crossing.
 */
export async function settleStates(
  client: PoolClient,
  rules: readonly StoredRule[],
  readings: readonly Reading[],
  limits: readonly BudgetLimit[],
): Promise<number> {
  const ofBudgets = rules.filter(({ kind }) => kind === 'budget');
  await dropOverStates(client, ofBudgets, limits);
  const ofBudget = readings.filter(({ rule }) => rule.kind === 'budget');
  // A rule on budgets may have a state for each of many values, of which few were read.
  const { rows } = await client.query<StateRow>(
    `select rule_id, budget, value, window_first, share, state,
      (extract(epoch from since) * 1000000)::bigint as since_us,
      (extract(epoch from changed_at) * 1000000)::bigint as changed_us
    from runfold_internal.alert_state
    where rule_id = any($1)
      or (rule_id, budget, value) in (select * from unnest($2::integer[], $3::text[], $4::text[]))`,
    [
      rules.filter(({ kind }) => kind !== 'budget').map(({ id }) => id),
      ofBudget.map(({ rule }) => rule.id),
      ofBudget.map(({ budget }) => budget),
      ofBudget.map(({ value }) => value),
    ],
  );
  const { rows: times } = await client.query<{ now_us: string }>(
    'select (extract(epoch from now()) * 1000000)::bigint as now_us',
  );
  const now = Number(times[0]?.now_us);
  const states = new Map(rows.map((row) => [keyOf(row), row]));
  let told = 0;
  const put = (key: Key, state: StateRow['state'], since: number) =>
    client.query(
      `insert into runfold_internal.alert_state (rule_id, budget, value, window_first, share, state, since, changed_at)
      values ($1, $2, $3, $4, $5, $6, to_timestamp($7::bigint / 1000000.0), now())
      on conflict (rule_id, budget, value, window_first, share)
        do update set state = excluded.state, since = excluded.since, changed_at = excluded.changed_at`,
      [...params(key), state, since],
    );
  for (const reading of readings) {
    const { rule, window_first, changed_us } = reading;
    const key = { ...reading, rule_id: rule.id };
    const before = states.get(keyOf(key));
    states.delete(keyOf(key));
    const isOfWindow = window_first !== 0;
    if (reading.is_over) {
      const isResolved = before?.state === 'resolved' && Number(before.changed_us) >= changed_us;
      if (before?.state === 'firing' || (isResolved && isOfWindow)) continue;
      const since = before?.state === 'pending' ? Number(before.since_us) : now;
      const isDue = now - since >= rule.for_seconds * 1_000_000;
      if (!isDue && before?.state === 'pending') continue;
      await put(key, isDue ? 'firing' : 'pending', isDue && before === undefined ? now : since);
      if (isDue) told += await notify(client, reading, 'firing', episodeOf(reading, since), now);
    } else if (before?.state === 'firing') {
      const since = Number(before.since_us);
      told += await notify(client, reading, 'resolved', since, now);
      if (isOfWindow && since >= changed_us) await put(key, 'resolved', now);
      else
        await client.query(`delete from runfold_internal.alert_state where ${where}`, params(key));
    } else if (before?.state === 'pending') {
      await client.query(`delete from runfold_internal.alert_state where ${where}`, params(key));
    }
  }
  // Nothing is left in a window that was above the limit.
  for (const left of states.values()) {
    const rule = rules.find(({ id, kind }) => id === left.rule_id && kind !== 'budget');
    if (rule === undefined) continue;
    if (left.state === 'firing') {
      const limit = Number(rule.settings.above ?? 0);
      const none = { rule, figure: 0, limit, measure: rule.kind, changed_us: 0, is_over: false };
      told += await notify(client, { ...left, ...none }, 'resolved', Number(left.since_us), now);
    }
    await client.query(`delete from runfold_internal.alert_state where ${where}`, params(left));
  }
  return told;
}

/**
 * Writes a notification and its deliveries. Returns 0 if it exists already. Each has the time at which it was
 * written, not that of the transaction, so that a history lists those of one evaluation in their order.
 */
async function notify(
  client: PoolClient,
  reading: Reading,
  state: 'firing' | 'resolved',
  episode: number,
  now: number,
): Promise<number> {
  const { rule, budget, value, share, window_first, figure, limit, measure } = reading;
  const body: Notification = {
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
  const crossing = { rule_id: rule.id, budget, value, share };
  const untold =
    state === 'firing'
      ? []
      : await giveUpMuted(client, crossing, 'It resolved before the mute ended.');
  const id = randomUUID();
  const { rowCount } = await client.query(
    `insert into runfold_internal.alert_notification (id, rule_id, project, rule, budget, value, episode, share, state, body, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp()) on conflict do nothing`,
    [
      id,
      rule.id,
      rule.project,
      rule.name,
      budget,
      value,
      episode,
      share,
      state,
      JSON.stringify(body),
    ],
  );
  if (rowCount !== 1) return 0;
  await client.query(
    `insert into runfold_internal.alert_delivery (id, notification_id, channel_id, channel, created_at, next_at)
    select gen_random_uuid(), $1, c.id, c.name, m.due, m.due from runfold_internal.alert_channel c,
      (select greatest(now(), r.muted_until) as due from runfold_internal.alert_rule r where r.id = $4) m
    where c.project = $2 and c.name = any($3) and c.id <> all($5::integer[])`,
    [id, rule.project, rule.channels, rule.id, untold],
  );
  return 1;
}
