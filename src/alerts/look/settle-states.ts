import type { PoolClient } from 'pg';
import { quarterMicros } from '../../projections/time-buckets.js';
import { dropOverStates } from './over-states.js';
import type { BudgetLimit, Reading, StoredRule } from './reading.js';
import { type Change, writeChanges } from './write-changes.js';

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
  const { rows: times } = await client.query<{ now_us: string; clock_us: string }>(
    `select (extract(epoch from now()) * 1000000)::bigint as now_us,
      (extract(epoch from clock_timestamp()) * 1000000)::bigint as clock_us`,
  );
  const now = Number(times[0]?.now_us);
  const states = new Map(rows.map((row) => [keyOf(row), row]));
  const changes: Change[] = [];
  for (const reading of readings) {
    const { rule, window_first, changed_us } = reading;
    const key = keyOf({ ...reading, rule_id: rule.id });
    const before = states.get(key);
    states.delete(key);
    const isOfWindow = window_first !== 0;
    if (reading.is_over) {
      const isResolved = before?.state === 'resolved' && Number(before.changed_us) >= changed_us;
      if (before?.state === 'firing' || (isResolved && isOfWindow)) continue;
      const since = before?.state === 'pending' ? Number(before.since_us) : now;
      const isDue = now - since >= rule.for_seconds * 1_000_000;
      if (isDue) {
        const notice = { state: 'firing', episode: episodeOf(reading, since) } as const;
        changes.push({ reading, state: 'firing', since, notice });
      } else if (before?.state !== 'pending') {
        changes.push({ reading, state: 'pending', since });
      }
    } else if (before?.state === 'firing') {
      const since = Number(before.since_us);
      const state = isOfWindow && since >= changed_us ? 'resolved' : undefined;
      const notice = { state: 'resolved', episode: since } as const;
      changes.push({ reading, state, since: now, notice });
    } else if (before?.state === 'pending') {
      changes.push({ reading, state: undefined, since: now });
    }
  }
  // Nothing is left in a window that was above the limit.
  for (const left of states.values()) {
    const rule = rules.find(({ id, kind }) => id === left.rule_id && kind !== 'budget');
    if (rule === undefined) continue;
    const limit = Number(rule.settings.above ?? 0);
    const none = { rule, figure: 0, limit, measure: rule.kind, changed_us: 0, is_over: false };
    const change = { reading: { ...left, ...none }, state: undefined, since: now };
    const notice = { state: 'resolved', episode: Number(left.since_us) } as const;
    changes.push(left.state === 'firing' ? { ...change, notice } : change);
  }
  return writeChanges(client, changes, { now, clock: Number(times[0]?.clock_us) });
}
