import type { Database } from '../postgres/database.js';
import { quarterMicros } from '../projections/time-buckets.js';
import { timestampSql, utcTextSql } from '../store/sql-units.js';
import { type Budget, budgetColumns } from './budgets.js';

/** How much of a budget one value has used. */
export interface BudgetUse {
  /** The user, agent …; null for the project. */
  readonly value: string | null;
  /** The sum over the totals of the window, in the unit of the limit. */
  readonly used: number;
  /** The amount held for future events. */
  readonly held: number;
  readonly remaining: number;
}

/** An amount held for a future event. */
export interface BudgetHold {
  readonly hold_id: string;
  readonly value: string | null;
  readonly amount: number;
  /** RFC 3339 in UTC. */
  readonly created_at: string;
  readonly expires_at: string;
}

/** A budget and its current use. */
export interface BudgetStanding extends Budget {
  /** RFC 3339 in UTC. */
  readonly window_start: string;
  /** When the next window begins; null if never. */
  readonly resets_at: string | null;
  /** Values that use or hold some, highest first. */
  readonly uses: readonly BudgetUse[];
  /** The current holds, the first to expire first. */
  readonly holds: readonly BudgetHold[];
}

const quarterSql = (quarter: string) =>
  utcTextSql(`(${timestampSql(`(${quarter}::bigint * ${quarterMicros})`)})`);
const inUnits = (amount: string) =>
  `(case b.measure when 'cost' then ${amount} / 1000000000.0 else ${amount} end)::float8`;

/** A budget and its current use; undefined if the project has no budget with that name. */
export async function getBudget(
  database: Database,
  options: {
    readonly project?: number | undefined;
    readonly name: string;
    /** The maximum number of values, and of holds. Defaults to 20. */
    readonly limit?: number | undefined;
  },
): Promise<BudgetStanding | undefined> {
  const [found] = await readStandings(database, options);
  return found;
}

/** The budgets of a project by name, each with its current use. */
export function listBudgetStandings(
  database: Database,
  options: {
    readonly project?: number | undefined;
    /** The maximum number of values, and of holds, of each budget. Defaults to 3. */
    readonly limit?: number | undefined;
  } = {},
): Promise<BudgetStanding[]> {
  const { project, limit = 3 } = options;
  return readStandings(database, { project, limit });
}

async function readStandings(
  database: Database,
  options: {
    readonly project?: number | undefined;
    readonly name?: string | undefined;
    readonly limit?: number | undefined;
  },
): Promise<BudgetStanding[]> {
  const { project = 1, name, limit = 20 } = options;
  return database.query<BudgetStanding & Record<string, unknown>>(
    `select ${budgetColumns}, ${quarterSql('w.window_first')} as window_start,
      case when b.window_kind <> 'total' then ${quarterSql('w.window_end')} end as resets_at,
      coalesce((select json_agg(json_build_object('value', nullif(u.value, ''), 'used', ${inUnits('u.used')},
          'held', ${inUnits('u.held')}, 'remaining', ${inUnits('greatest(0, b.limit_units - u.used - u.held)')})
          order by u.used + u.held desc, u.value)
        from (select o.value, sum(o.used) as used, sum(o.held) as held from (
          select v.value, v.used, 0::numeric as held from runfold_internal.budget_used_by_value(b.project, b.scope, b.label,
            b.measure, w.window_first, w.window_end) v where b.value is null
          union all select b.value, runfold_internal.budget_used(b.project, b.scope, b.label, b.value, b.measure,
            w.window_first, w.window_end), 0 where b.value is not null
          union all select h.value, 0, h.amount from runfold_internal.budget_hold h
            where h.budget_id = b.id and h.expires_at > clock_timestamp()) o
          group by o.value order by sum(o.used) + sum(o.held) desc, o.value limit $3) u), '[]') as uses,
      coalesce((select json_agg(json_build_object('hold_id', h.hold_id, 'value', nullif(h.value, ''),
          'amount', ${inUnits('h.amount')}, 'created_at', ${utcTextSql('h.created_at')},
          'expires_at', ${utcTextSql('h.expires_at')}) order by h.expires_at, h.hold_id)
        from (select * from runfold_internal.budget_hold h where h.budget_id = b.id
          and h.expires_at > clock_timestamp() order by h.expires_at limit $3) h), '[]') as holds
    from runfold_internal.budget b, lateral runfold_internal.budget_window(b.window_kind, b.time_zone,
      b.rolling_quarters, b.from_at, greatest(now(), b.from_at)) w
    where b.project = $1 and ($2::text is null or b.name = $2)
    order by b.name`,
    [project, name ?? null, limit],
  );
}
