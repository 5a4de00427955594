import type { PoolClient } from 'pg';
import { type Crossing, giveUpMuted } from './give-up-muted.js';
import { type BudgetLimit, type StoredRule, watchedDays } from './reading.js';

/**
 * Deletes the states of shares that rules on budgets no longer watch: of windows that are over, of budgets and shares that are
 * gone, of values that a budget no longer limits, and of sessions and runs after some days. Nobody needs them, because each crossing has a row in the history,
 * which is kept. None of this makes a notification.
 */
export async function dropOverStates(
  client: PoolClient,
  rules: readonly StoredRule[],
  limits: readonly BudgetLimit[],
): Promise<void> {
  if (rules.length === 0) return;
  const { rows } = await client.query<Crossing & { state: string }>(
    `delete from runfold_internal.alert_state s
    where s.rule_id = any($1) and not exists (
      select from unnest($2::integer[], $3::text[], $4::text[], $5::integer[], $6::real[], $7::boolean[])
        l(rule_id, budget, only_value, window_first, share, is_of_runs)
      where l.rule_id = s.rule_id and l.budget = s.budget and l.window_first = s.window_first and l.share = s.share
        and (l.only_value is null or l.only_value = s.value)
        and (not l.is_of_runs or s.changed_at >= now() - make_interval(days => ${watchedDays})))
    returning s.rule_id, s.budget, s.value, s.share, s.state`,
    [
      rules.map(({ id }) => id),
      limits.map(({ rule_id }) => rule_id),
      limits.map(({ budget }) => budget),
      limits.map(({ only_value }) => only_value),
      limits.map(({ window_first }) => window_first),
      limits.map(({ share }) => share),
      limits.map(({ is_of_runs }) => is_of_runs),
    ],
  );
  const over = rows.filter(({ state }) => state === 'firing');
  await giveUpMuted(client, over, 'It was over before the mute ended.');
}
