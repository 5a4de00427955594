import { futureToleranceMicros } from '../events/timestamp.js';
import type { Database } from '../postgres/database.js';
import { quarterMicros, quartersADay } from '../projections/time-buckets.js';
import { neverEnds } from './ask-budgets.js';
import { type BudgetMeasure, type BudgetScope, scopeSources } from './functions/used-sources.js';
import { type UnitRange, windowRanges } from './functions/window-ranges.js';

/** A budget in its present window. */
interface StoredBudget {
  readonly id: number;
  readonly name: string;
  readonly scope: BudgetScope;
  readonly label: string | null;
  /** The only value that it limits; null if it limits each. */
  readonly value: string | null;
  readonly measure: BudgetMeasure;
  /** In stored units, as a decimal. */
  readonly limit_units: string;
  readonly stop: boolean;
  /** The ends of the window, in quarters of an hour since 1970. */
  readonly window_first: number;
  readonly window_end: number;
}

/** The budgets of a project as they were at an instant. */
export interface LookPlan {
  /** In their order by name. */
  readonly budgets: readonly (StoredBudget & {
    /** The ranges of time that hold what it used. */
    readonly ranges: readonly UnitRange[];
    /** Budgets of the same kind are read by the same SQL. */
    readonly kind: string;
  })[];
  /** Differs after every change of a budget of the project. */
  readonly version: string;
  /** Seconds since 1970 of the database's clock. */
  readonly at: number;
  /** The end of the time in which the windows and ranges stay as they are; `at` is its beginning. */
  readonly until: number;
}

/**
 * The version of the budgets of project `$1`. A row has another `xmin` after each change. A sum, because a project may have
 * thousands of budgets.
 */
export const budgetVersionSql = `(select coalesce(sum(hashtextextended(b.id || ' ' || b.xmin::text, 0)), 0)::text
  from runfold_internal.budget b where b.project = $1)`;

const quarterSeconds = quarterMicros / 1e6;
const futureSeconds = futureToleranceMicros / 1e6 + quarterSeconds;

/** Reads the budgets of a project. Returns undefined on Citus, which cannot plan a statement that reads them all. */
export async function readLookPlan(
  database: Database,
  project: number,
): Promise<LookPlan | undefined> {
  const [row] = await database.query<{
    is_on_citus: boolean;
    at: number;
    version: string;
    next_from: number | null;
    budgets: StoredBudget[];
  }>(
    `with clock as materialized (select clock_timestamp() as at)
    select exists (select from pg_extension where extname = 'citus') as is_on_citus,
      extract(epoch from c.at)::float8 as at, ${budgetVersionSql} as version,
      (select extract(epoch from min(b.from_at))::float8 from runfold_internal.budget b
        where b.project = $1 and b.from_at > c.at) as next_from,
      (select coalesce(json_agg(json_build_object('id', b.id, 'name', b.name, 'scope', b.scope, 'label', b.label, 'value', b.value,
        'measure', b.measure, 'limit_units', b.limit_units::text, 'stop', b.stop, 'window_first', w.window_first,
        'window_end', w.window_end) order by b.name), '[]')
        from runfold_internal.budget b, lateral runfold_internal.budget_window(b.window_kind, b.time_zone,
          b.rolling_quarters, b.from_at, c.at) w
        where b.project = $1 and b.from_at <= c.at) as budgets
    from clock c`,
    [project],
  );
  if (row === undefined || row.is_on_citus) return undefined;
  const { at, version, next_from } = row;
  // No event is later, so windows are read until then.
  const latest =
    quartersADay * (Math.floor((at + futureSeconds) / (quartersADay * quarterSeconds)) + 1);
  const ends = row.budgets.map(({ window_end }) => window_end).filter((end) => end !== neverEnds);
  return {
    budgets: row.budgets.map((budget) => {
      const { scope, measure, window_first, window_end } = budget;
      const ranges = windowRanges(scopeSources[scope], window_first, Math.min(window_end, latest));
      const kind = `${scope} ${measure} ${ranges.map(({ unit }) => unit)}`;
      return { ...budget, ranges, kind };
    }),
    version,
    at,
    until: Math.min(
      latest * quarterSeconds - futureSeconds,
      next_from ?? Number.POSITIVE_INFINITY,
      ...ends.map((end) => end * quarterSeconds),
    ),
  };
}
