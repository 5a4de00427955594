import type { Database } from '#runfold/postgres/database.js';

/** One snapshot of a budget in dollars of one agent, in stored units. */
export interface BudgetLook {
  readonly used: number;
  /** The fold of the log. */
  readonly folded: number;
  readonly held: number;
  /** Events that count as held and used. */
  readonly both: number;
  readonly limit: number;
}

const lookSql = `select
  runfold_internal.budget_used(1, 'agent', null, b.value, 'cost', w.window_first, w.window_end)::float8 as used,
  coalesce((select sum(e.cost_nanos) from runfold_internal.event e where e.project = 1 and e.agent_id = b.value), 0)::float8
    as folded,
  coalesce((select sum(h.amount) from runfold_internal.budget_hold h
    where h.budget_id = b.id and h.expires_at > clock_timestamp()), 0)::float8 as held,
  (select count(*)::integer from runfold_internal.budget_hold h
    join runfold_internal.event e on e.project = h.project and e.hold_id = h.hold_id) as both,
  b.limit_units::float8 as limit
from runfold_internal.budget b,
  lateral runfold_internal.budget_window(b.window_kind, b.time_zone, null, b.from_at, now()) w
where b.project = 1 and b.name = $1`;

/** Reads a budget of one agent in one statement, so in one snapshot. Its window is the whole log. */
export async function lookAtBudget(database: Database, name: string): Promise<BudgetLook> {
  const [look] = await database.query<BudgetLook & Record<string, unknown>>(lookSql, [name]);
  if (look === undefined) throw new Error(`Expected the budget ${name}, got nothing.`);
  return look;
}

/** Whether a snapshot keeps the law of budgets, if every event costs at most its estimate. */
export function isLawful({ used, folded, held, both, limit }: BudgetLook): boolean {
  return used === folded && used + held <= limit && both === 0;
}
