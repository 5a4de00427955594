import { futureToleranceMicros } from '../events/timestamp.js';
import { quarterMicros, quartersADay, quartersAnHour } from '../projections/time-buckets.js';
import { budgetStandings, checkBudgets, limitedValue } from './check-functions.js';
import { releaseHolds } from './holds.js';
import { scopeSources, type UsedSource, type UsedTable } from './used-sources.js';
import { budgetWindow, firstInstant } from './window-functions.js';

/**
 * The functions of budgets in the store. Migrations create them; a changed text needs a new
 * migration. They find their tables by name on each call, so a rebuild can replace the tables.
 */

/** A unit of time: its column, its length in quarters, and the names of its first whole one and of the one after its last. */
interface Unit {
  readonly name: 'days' | 'hours' | 'quarters';
  readonly column: string;
  readonly quarters: number;
  readonly first: string;
  readonly end: string;
}
/** The coarsest first. */
const units: readonly Unit[] = [
  {
    name: 'days',
    column: 'day',
    quarters: quartersADay,
    first: 'day_first',
    end: 'day_end',
  },
  {
    name: 'hours',
    column: 'hour',
    quarters: quartersAnHour,
    first: 'hour_first',
    end: 'hour_end',
  },
  { name: 'quarters', column: 'bucket', quarters: 1, first: 'in_first', end: 'in_end' },
];

const wholeUnits = units
  .filter(({ quarters }) => quarters > 1)
  .map(
    ({ first, end, quarters }) => `
  ${first} constant integer := ceil(in_first / ${quarters}::float8);
  ${end} constant integer := greatest(${first}, floor(in_end / ${quarters}::float8)::integer);`,
  )
  .join('');

type Which = 'some' | 'each';

/** Selects a table's sums in a range of its time: of some values, or of every value. */
function sumsSql({ table, sums, where, column }: UsedTable, which: Which, range: string): string {
  const cases = Object.entries(sums).map(([measure, sql]) => `when '${measure}' then ${sql}`);
  const sum = `sum(case in_measure ${cases.join(' ')} end)::numeric`;
  const rows = (more: readonly string[]) =>
    `runfold_internal.${table} t where ${['t.project = in_project', ...(where === undefined ? [] : [where]), ...more, range].join(' and ')}`;
  if (column === undefined) return `return query select ''::text, ${sum} from ${rows([])};`;
  // Value by value: for any of several values, Postgres would read the whole range of a small table.
  return which === 'some'
    ? `return query select n.value, u.used from unnest(in_values) n(value), lateral (select ${sum} as used
        from ${rows([`t.${column} = n.value`])}) u;`
    : `return query select t.${column}::text, ${sum} from ${rows([])} group by 1;`;
}

/** The statements that read the use of a scope. A range without a whole unit is not read. */
function scopeSql(source: UsedSource, which: Which): string {
  const ended = which === 'some' ? 'true' : `t.ended_at_us >= in_first::bigint * ${quarterMicros}`;
  const timeless = (source.timeless ?? []).map((table) =>
    ifMeasured(table, sumsSql(table, which, ended)),
  );
  const own = units.filter(({ name }) => source[name] !== undefined);
  const timed = own.flatMap(({ name, column, quarters, first, end }, at) => {
    const coarser = own[at - 1];
    const times = (coarser?.quarters ?? 0) / quarters;
    const ranges =
      coarser === undefined
        ? [[first, end]]
        : [
            [first, `least(${end}, ${coarser.first} * ${times})`],
            [`${coarser.end} * ${times}`, end],
          ];
    return ranges.map(([from, to]) => {
      const read = (source[name] ?? []).map((table) => {
        // A few lookups by key instead of a scan.
        const looksUp = table.key === 'scattered' && which === 'some';
        const last = `least(${to}, latest / ${quarters} + 1) - 1`;
        const range = looksUp
          ? `t.${column} = any(array(select generate_series(${from}, ${last})))`
          : `t.${column} >= ${from} and t.${column} < ${to}`;
        return ifMeasured(table, sumsSql(table, which, range));
      });
      return `if ${from} < ${to} then
      ${read.join('\n      ')}
    end if;`;
    });
  });
  return [...timeless, ...timed].join('\n    ');
}

const ifMeasured = ({ sums }: UsedTable, read: string) =>
  `if in_measure in (${Object.keys(sums)
    .map((name) => `'${name}'`)
    .join(', ')}) then ${read} end if;`;

const scopesSql = (which: Which) =>
  Object.entries(scopeSources)
    .map(
      ([scope, source], at) => `${at === 0 ? 'if' : 'elsif'} in_scope = '${scope}' then
    ${scopeSql(source, which)}`,
    )
    .join('\n  ');

/**
 * The use of a measure in a window, in stored units, as rows to be added up: the sums over rows of the totals, as the
 * calling statement sees them, for some values, each named once, or for every value if `in_values` is null. Anyone who may read a view
 * that calls it may run it.
 */
const budgetUsedParts = `create or replace function runfold_internal.budget_used_parts(in_project integer, in_scope text,
  in_label text, in_values text[], in_measure text, in_first integer, in_end integer) returns table (value text, used numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  -- No event lies further ahead.
  latest constant integer := floor(extract(epoch from clock_timestamp())
    / ${quarterMicros / 1_000_000}) + ${Math.ceil(futureToleranceMicros / quarterMicros) + 1};${wholeUnits}
begin
  if in_values is null then
  ${scopesSql('each')}
  end if;
  else
  ${scopesSql('some')}
  end if;
  end if;
end $$`;

/** The use of one value. */
const budgetUsed = `create or replace function runfold_internal.budget_used(in_project integer, in_scope text, in_label text,
  in_value text, in_measure text, in_first integer, in_end integer) returns numeric
language sql stable as $$
  select coalesce(sum(u.used), 0) from runfold_internal.budget_used_parts(in_project, in_scope, in_label,
    array[in_value], in_measure, in_first, in_end) u
$$`;

/** The use of every value that used anything. */
const budgetUsedByValue = `create or replace function runfold_internal.budget_used_by_value(in_project integer, in_scope text,
  in_label text, in_measure text, in_first integer, in_end integer) returns table (value text, used numeric)
language sql stable as $$
  select u.value, sum(u.used) from runfold_internal.budget_used_parts(in_project, in_scope, in_label,
    null, in_measure, in_first, in_end) u
  where in_scope = 'project' or u.value <> '' group by u.value having sum(u.used) <> 0
$$`;

/** Statements that create the functions. Each may be run again. */
export const budgetFunctions: readonly string[] = [
  firstInstant,
  budgetWindow,
  budgetUsedParts,
  budgetUsed,
  budgetUsedByValue,
  limitedValue,
  budgetStandings,
  // Replaced by the one that takes several checks.
  'drop function if exists runfold_internal.check_budgets(integer, json, json, boolean, text, double precision)',
  // Returned one row for each check.
  'drop function if exists runfold_internal.check_budgets(integer, json)',
  'drop function if exists runfold_internal.budget_value(text, text, json)',
  checkBudgets,
  releaseHolds,
  'alter table runfold_internal.budget_hold set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)',
];
