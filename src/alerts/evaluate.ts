import { randomUUID } from 'node:crypto';
import type { Database } from '../postgres/database.js';
import { inTransaction } from '../postgres/in-transaction.js';
import { readFloor } from '../query/tail/tail-snapshot.js';
import { readBudgets } from './look/budget-readings.js';
import { type ConditionSources, readConditions } from './look/condition-readings.js';
import type { StoredRule } from './look/reading.js';
import { settleStates } from './look/settle-states.js';

/** Seconds after which another process may evaluate, if one died while it did. */
const leaseSeconds = 30;

/** The result of an evaluation. */
export interface Evaluation {
  /** Whether this call evaluated. Only one does at a time. */
  readonly is_done: boolean;
  /** Notifications that were written. */
  readonly notified: number;
  /** Why rules could not be evaluated. */
  readonly faults: readonly unknown[];
}

/**
 * Evaluates what changed since the last time. One transaction writes states, notifications and the
 * position that was reached: if it fails, the next evaluation sees the same changes. Any number of
 * processes may call this at the same time.
 */
export async function evaluate(
  database: Database,
  queueLag: ConditionSources['queueLag'],
): Promise<Evaluation> {
  const lease = randomUUID();
  const [taken] = await database.query<{ floor_us: string }>(
    `update runfold_internal.alert_cursor set lease = $1, leased_until = now() + make_interval(secs => $2)
    where leased_until <= now() and exists (select from runfold_internal.alert_rule) returning floor_us`,
    [lease, leaseSeconds],
  );
  if (taken === undefined) return { is_done: false, notified: 0, faults: [] };
  const since = Number(taken.floor_us);
  try {
    // Read first: what is committed later belongs to the next evaluation.
    const floor = await readFloor(database);
    const rules = await database.query<StoredRule>(
      `select r.id, r.project, r.name::text, r.kind, r.settings, r.channels::text[], r.for_seconds,
        r.created_at >= to_timestamp($1::bigint / 1000000.0) as is_new
      from runfold_internal.alert_rule r order by r.id`,
      [since],
    );
    const budgets = await readBudgets(database, rules, since);
    const conditions = await readConditions({ database, queueLag }, rules);
    const readings = [...budgets.readings, ...conditions.readings];
    const known = rules.filter((rule) => !conditions.unread.includes(rule));
    return await inTransaction(database, async (client) => {
      const { rowCount } = await client.query(
        `update runfold_internal.alert_cursor set floor_us = $2, leased_until = '-infinity', lease = null where lease = $1`,
        [lease, floor],
      );
      // Another process has taken over: what was read here may be older than what it wrote.
      const isOurs = rowCount === 1;
      const notified = isOurs ? await settleStates(client, known, readings, budgets.limits) : 0;
      return { is_done: isOurs, notified, faults: conditions.faults };
    });
  } catch (error) {
    // If this fails too, the lease expires.
    await database
      .query(
        `update runfold_internal.alert_cursor set leased_until = '-infinity', lease = null where lease = $1`,
        [lease],
      )
      .catch(() => undefined);
    throw error;
  }
}
