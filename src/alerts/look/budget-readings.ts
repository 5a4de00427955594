import type { Database } from '../../postgres/database.js';
import { quarterMicros, quartersADay } from '../../projections/time-buckets.js';
import { type BudgetLimit, type Reading, type StoredRule, watchedDays } from './reading.js';

interface BudgetRow {
  readonly [column: string]: unknown;
  readonly rule_id: number;
  readonly budget: string;
  /** The only value that the budget limits; null if it limits each. */
  readonly only_value: string | null;
  readonly is_of_runs: boolean;
  /** The value that was read; null in the one row of a budget of which none was. */
  readonly value: string | null;
  readonly measure: string;
  readonly window_kind: string;
  readonly window_first: number;
  readonly used: number | null;
  readonly limit: number;
  readonly shares: readonly number[];
  readonly changed_us: string;
}

/** What budgets used, and what they limit now. */
interface BudgetReadings {
  readonly readings: readonly Reading[];
  readonly limits: readonly BudgetLimit[];
}

/**
 * The state of budgets: for the values in events since a time, and for all values if the budget or the rule is new, but only
 * for the sessions and runs of the last days. A value without events is read only if time changes its state: in a rolling window, or if it is pending. For a new rule no events
 * are read: while there was no rule, the time stood still. Reading the same value twice does no harm.
 */
export async function readBudgets(
  database: Database,
  rules: readonly StoredRule[],
  since_us: number,
): Promise<BudgetReadings> {
  const ours = rules.filter(({ kind }) => kind === 'budget');
  if (ours.length === 0) return { readings: [], limits: [] };
  const rows = await database.query<BudgetRow>(
    `with rule as (
      select r.id, r.project, r.settings->>'budget' as budget, r.id = any($2) as is_new
      from runfold_internal.alert_rule r where r.id = any($1)),
    wanted as materialized (
      select r.id as rule_id, r.is_new or b.changed_at >= to_timestamp($3 / 1000000.0) as is_new, b.*, w.*,
        b.scope in ('session', 'run') and b.value is null as is_of_runs
      from rule r
      join runfold_internal.budget b on b.project = r.project and (r.budget is null or r.budget = b.name)
      cross join lateral runfold_internal.budget_window(b.window_kind, b.time_zone, b.rolling_quarters, b.from_at,
        now()) w
      where b.from_at <= now()),
    seen as materialized (
      select distinct e.project, e.session_id, e.run_id, e.user_id, e.agent_id, e.team_id, e.model, e.labels
      from runfold_internal.event e
      where e.project in (select project from rule where not is_new) and e.recorded_at >= to_timestamp($3 / 1000000.0)),
    named as (
      select distinct w.rule_id, w.id, v.value
      from wanted w join seen s on s.project = w.project
      cross join lateral (select case w.scope when 'project' then '' when 'user' then s.user_id
        when 'agent' then s.agent_id when 'team' then s.team_id when 'model' then s.model when 'label' then s.labels::json->>w.label
        when 'session' then s.session_id when 'run' then s.run_id end as value) v
      where v.value is not null and (w.value is null or w.value = v.value)
      union
      select w.rule_id, w.id, s.value from wanted w
      join runfold_internal.alert_state s on s.rule_id = w.rule_id and s.budget = w.name
      where s.state <> 'resolved' and (w.value is null or w.value = s.value)
        and (w.window_kind = 'rolling' or s.state = 'pending' or w.is_new)
      union
      select w.rule_id, w.id, w.value from wanted w where w.is_new and w.value is not null
      union
      select w.rule_id, w.id, v.value from wanted w
      cross join lateral runfold_internal.budget_used_by_value(w.project, w.scope, w.label, w.measure,
        case when w.is_of_runs then greatest(w.window_first, $4) else w.window_first end, w.window_end) v
      where w.is_new and w.value is null)
    select w.rule_id, w.name::text as budget, w.value::text as only_value, w.is_of_runs, n.value::text, w.measure, w.window_kind, w.window_first, w.shares,
      (extract(epoch from w.changed_at) * 1000000)::bigint as changed_us,
      case when n.value is not null then (runfold_internal.budget_used(w.project, w.scope, w.label, n.value, w.measure,
        w.window_first, w.window_end) / case w.measure when 'cost' then 1000000000.0 else 1 end)::float8 end as used,
      (w.limit_units / case w.measure when 'cost' then 1000000000.0 else 1 end)::float8 as limit
    from wanted w left join named n on w.rule_id = n.rule_id and w.id = n.id`,
    [
      ours.map(({ id }) => id),
      ours.filter(({ is_new }) => is_new).map(({ id }) => id),
      since_us,
      Math.floor((Date.now() * 1000) / quarterMicros) - watchedDays * quartersADay,
    ],
  );
  const readings: Reading[] = [];
  const limits = new Map<string, BudgetLimit>();
  for (const row of rows) {
    const rule = ours.find(({ id }) => id === row.rule_id);
    if (rule === undefined) continue;
    const { budget, value, only_value, is_of_runs, measure, used, limit } = row;
    // A rolling window moves every quarter of an hour. That is not a new crossing.
    const window_first = row.window_kind === 'rolling' ? 0 : row.window_first;
    for (const share of row.shares) {
      const of = { rule_id: rule.id, budget, only_value, is_of_runs, window_first, share };
      limits.set(JSON.stringify(of), of);
      if (value === null || used === null) continue;
      readings.push({
        ...{ rule, budget, value, window_first, share, figure: used, limit, measure },
        changed_us: Number(row.changed_us),
        // Compared in integers of a thousandth of a percent: 80 % of 5 is 4, without binary rounding
        // errors.
        is_over: used * 100_000 >= limit * Math.round(share * 1_000) * (1 - Number.EPSILON),
      });
    }
  }
  return { readings, limits: [...limits.values()] };
}
