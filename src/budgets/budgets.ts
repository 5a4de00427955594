import { codeOf } from '../environment/error-fields.js';
import type { Database } from '../postgres/database.js';
import { invalidParameterValue, uniqueViolation } from '../postgres/sql-states.js';
import { utcTextSql } from '../store/sql-units.js';
import { isPostgresZoneSql, postgresZoneSql } from '../store/time-zones.js';
import { BudgetExistsError, checkedInput, InvalidBudgetError } from './budget-errors.js';
import type { BudgetMeasure, BudgetScope } from './functions/used-sources.js';
import {
  type BudgetWindow,
  type NewBudget,
  newBudgetSchema,
  rollingQuarters,
  windowKindOf,
} from './new-budget.js';

/** A limit on use. */
export interface Budget {
  readonly name: string;
  readonly project: number;
  readonly scope: BudgetScope;
  /** The name of the label if the scope is `label`, otherwise null. */
  readonly label: string | null;
  /** The user, agent …; null for each of them separately, or for the project. */
  readonly value: string | null;
  readonly measure: BudgetMeasure;
  /** In US dollars for cost, otherwise an integer. */
  readonly limit: number;
  readonly window: BudgetWindow;
  readonly time_zone: string;
  /** Shares of the limit, in percent, that trigger a notification. */
  readonly at: readonly number[];
  /** Whether checks are refused above the limit. */
  readonly stop: boolean;
  /** When it starts to count. RFC 3339 in UTC. */
  readonly from: string;
  /** The decision of a check while the database is unavailable. */
  readonly when_unknown: 'allow' | 'refuse';
  /** RFC 3339 in UTC. */
  readonly created_at: string;
}

/** Stored units of a measure. */
export const unitsOf = (measure: BudgetMeasure) => (measure === 'cost' ? 1e9 : 1);

/** The columns of a budget `b` as in `Budget`, except for the units of its measure. */
export const budgetColumns = `b.name::text, b.project, b.scope, b.label::text, nullif(b.value, '') as value, b.measure,
  (case b.measure when 'cost' then b.limit_units / 1000000000.0 else b.limit_units end)::float8 as limit,
  case when b.window_kind <> 'rolling' then b.window_kind
    when b.rolling_quarters % 96 = 0 then 'rolling ' || b.rolling_quarters / 96 || 'd'
    when b.rolling_quarters % 4 = 0 then 'rolling ' || b.rolling_quarters / 4 || 'h'
    else 'rolling ' || b.rolling_quarters * 15 || 'm' end as window,
  b.time_zone, b.shares as at, b.stop, b.when_unknown, ${utcTextSql('b.from_at')} as "from",
  ${utcTextSql('b.created_at')} as created_at`;

/** The columns of a budget that decide when its shares are reached. */
const limits = (alias: string) =>
  [
    'scope',
    'label',
    'value',
    'measure',
    'limit_units',
    'window_kind',
    'rolling_quarters',
    'time_zone',
    'shares',
  ]
    .map((column) => `${alias}.${column}`)
    .join(', ');

/**
 * Creates a budget. With `replace`, an existing one keeps its start, unless a new one is given, and the holds that are
 * still of what it limits.
 * @throws InvalidBudgetError, BudgetExistsError
 */
export async function createBudget(
  database: Database,
  options: NewBudget & { readonly project?: number | undefined },
): Promise<Budget> {
  const { project = 1, ...given } = options;
  const withWindow =
    given.window === undefined && (given.scope === 'session' || given.scope === 'run')
      ? { ...given, window: 'total' }
      : given;
  const budget = checkedInput(newBudgetSchema, withWindow);
  const { name, scope, label, value, measure, limit, window, at, stop, from, when_unknown } =
    budget;
  const shares = [...new Set(at)].sort((a, b) => a - b);
  try {
    const [made] = await database.query<Budget & Record<string, unknown>>(
      `with made as (
        insert into runfold_internal.budget as b (project, name, scope, label, value, measure, limit_units, window_kind,
          rolling_quarters, time_zone, shares, stop, from_at, when_unknown)
        select $1, $2, $3, $15, $4, $5, round($6::numeric * $7), $8, $9, z.name, $11, $12, coalesce($13::timestamptz, now()), $14
        from (select ${postgresZoneSql('g.name')} as name from (select coalesce($10::text,
          (select p.time_zone from runfold_internal.project p where p.id = $1), 'UTC') as name) g) z
        where now() at time zone z.name is not null and ${isPostgresZoneSql('z.name')}
        ${
          budget.replace
            ? `on conflict (project, name) do update set scope = excluded.scope, label = excluded.label, value = excluded.value,
          measure = excluded.measure, limit_units = excluded.limit_units, window_kind = excluded.window_kind,
          rolling_quarters = excluded.rolling_quarters, time_zone = excluded.time_zone, shares = excluded.shares,
          stop = excluded.stop, from_at = coalesce($13::timestamptz, b.from_at), when_unknown = excluded.when_unknown,
          changed_at = case when (${limits('b')}, b.from_at) is distinct from (${limits('excluded')}, coalesce($13::timestamptz, b.from_at))
            then now() else b.changed_at end`
            : ''
        }
        returning b.*),
      freed as (delete from runfold_internal.budget_hold h using made m, runfold_internal.budget o
        where o.id = m.id and h.budget_id = m.id and ((o.scope, o.label, o.measure) is distinct from (m.scope, m.label, m.measure)
          or h.value <> m.value))
      select ${budgetColumns} from made b`,
      [
        project,
        name,
        scope,
        scope === 'project' ? '' : (value ?? null),
        measure,
        String(limit),
        unitsOf(measure),
        windowKindOf(window),
        rollingQuarters(window) ?? null,
        budget.time_zone ?? null,
        shares,
        stop,
        from ?? null,
        when_unknown,
        label ?? null,
      ],
    );
    if (made === undefined) throw unknownZone(budget.time_zone);
    return made;
  } catch (error) {
    if (codeOf(error) === uniqueViolation) throw new BudgetExistsError(name);
    // Postgres and Node.js have different lists of time zones.
    if (codeOf(error) === invalidParameterValue) throw unknownZone(budget.time_zone);
    throw error;
  }
}

const unknownZone = (given: string | undefined) =>
  new InvalidBudgetError([
    {
      field: 'time_zone',
      expected: 'a time zone that Postgres knows, such as America/New_York',
      got: given === undefined ? 'that of the project' : JSON.stringify(given),
    },
  ]);

/** The budgets of a project, by name. */
export async function listBudgets(
  database: Database,
  { project = 1 }: { readonly project?: number | undefined } = {},
): Promise<Budget[]> {
  return database.query<Budget & Record<string, unknown>>(
    `select ${budgetColumns} from runfold_internal.budget b where b.project = $1 order by b.name`,
    [project],
  );
}

/**
 * Deletes a budget and its holds. Returns undefined if the project has no budget with that name.
 */
export async function dropBudget(
  database: Database,
  { project = 1, name }: { readonly project?: number | undefined; readonly name: string },
): Promise<Budget | undefined> {
  const [dropped] = await database.query<Budget & Record<string, unknown>>(
    `with gone as (delete from runfold_internal.budget where project = $1 and name = $2 returning *),
    freed as (delete from runfold_internal.budget_hold where budget_id in (select id from gone)
      or budget_id not in (select id from runfold_internal.budget))
    select ${budgetColumns} from gone b`,
    [project, name],
  );
  return dropped;
}
