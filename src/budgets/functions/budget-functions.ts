import { futureToleranceMicros } from '../../events/timestamp.js';
import { quarterMicros, quartersADay } from '../../projections/time-buckets.js';
import { budgetDecisions, checkBudgets } from './check-functions.js';
import { budgetHeld, lockBudgets, releaseHolds } from './hold-functions.js';
import { scopeSources, type UsedSource, type UsedTable } from './used-sources.js';
import { budgetWindow, firstInstant } from './window-functions.js';
import { rangeUnits } from './window-ranges.js';

/**
 * The functions of budgets in the store. Migrations create them; a changed text needs a new
 * migration. They find their tables by name on each call, so a rebuild can replace the tables.
 */

/** The units of time with the names of their first whole one and of the one after their last. */
const names = {
  days: { first: 'day_first', end: 'day_end' },
  hours: { first: 'hour_first', end: 'hour_end' },
  quarters: { first: 'in_first', end: 'in_end' },
} as const;
const units = rangeUnits.map((unit) => ({ ...unit, ...names[unit.name] }));

const wholeUnits = units
  .filter(({ quarters }) => quarters > 1)
  .map(
    ({ first, end, quarters }) => `
  ${first} constant integer := ceil(in_first / ${quarters}::float8);
  ${end} constant integer := greatest(${first}, floor(in_end / ${quarters}::float8)::integer);`,
  )
  .join('');

/** A condition on the measure, around a statement. */
const ifMeasured = ({ sums }: UsedTable, read: string) =>
  `if in_measure in (${Object.keys(sums)
    .map((name) => `'${name}'`)
    .join(', ')}) then ${read} end if;`;

/** The sum of a measure over rows `t`, and the rows of a table in a range of its time. */
const sumSql = ({ sums }: UsedTable) =>
  `sum(case in_measure ${Object.entries(sums)
    .map(([measure, sql]) => `when '${measure}' then ${sql}`)
    .join(' ')} end)::numeric`;
const rowsSql = ({ table, where }: UsedTable, ...more: readonly string[]) =>
  `runfold_internal.${table} t where ${['t.project = in_project', ...(where === undefined ? [] : [where]), ...more].join(' and ')}`;

/**
 * Adds a table's sums in a range of its time to `sums`, value by value, or to `total`. One statement reads all values: Citus cannot plan
 * a read of a distributed table for each row of another.
 */
function addSumsSql(table: UsedTable, range: string): string {
  const { column } = table;
  if (column === undefined) {
    // Citus cannot plan a read in an assignment to an element.
    return `total := total + coalesce((select ${sumSql(table)} from ${rowsSql(table, range)}), 0);`;
  }
  return `for one in select array_position(in_values, t.${column}::text) as at, ${sumSql(table)} as used
          from ${rowsSql(table, `t.${column} = any(in_values)`, range)} group by t.${column} loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop;`;
}

/** Returns a table's sums in a range of its time, for every value. */
function eachSumsSql(table: UsedTable, range: string): string {
  return table.column === undefined
    ? `return query select ''::text, ${sumSql(table)} from ${rowsSql(table, range)};`
    : `return query select t.${table.column}::text, ${sumSql(table)} from ${rowsSql(table, range)} group by 1;`;
}

/** The statements that read the use of a scope. A range without a whole unit is not read. */
function scopeSql(source: UsedSource, read: typeof addSumsSql, looksUp: boolean): string {
  const ended = looksUp ? 'true' : `t.ended_at_us >= in_first::bigint * ${quarterMicros}`;
  const timeless = (source.timeless ?? []).map((table) => ifMeasured(table, read(table, ended)));
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
      const reads = (source[name] ?? []).map((table) => {
        // A few lookups by key instead of a scan.
        const range =
          looksUp && table.key === 'scattered'
            ? `t.${column} = any(array(select generate_series(${from}, ${to} - 1)))`
            : `t.${column} >= ${from} and t.${column} < ${to}`;
        return ifMeasured(table, read(table, range));
      });
      return `if ${from} < ${to} then
      ${reads.join('\n      ')}
    end if;`;
    });
  });
  return [...timeless, ...timed].join('\n    ');
}

const scopesSql = (read: typeof addSumsSql, looksUp: boolean) =>
  Object.entries(scopeSources)
    .map(
      ([scope, source], at) => `${at === 0 ? 'if' : 'elsif'} in_scope = '${scope}' then
    ${scopeSql(source, read, looksUp)}`,
    )
    .join('\n  ');

/** No event is later than `latest`, the end of a day, so a window ends there at the latest. */
const unitsSql = `
  latest constant integer := ${quartersADay} * (floor((extract(epoch from clock_timestamp()) + ${futureToleranceMicros / 1e6 + quarterMicros / 1e6})
    / ${(quartersADay * quarterMicros) / 1e6})::integer + 1);
  in_end constant integer := least(window_end, latest);${wholeUnits}`;

/**
 * The use of a measure in a window, in stored units, of each of some different values: a sum per value, in their order;
 * for the scope `project` one sum. The sums are over rows of the totals, as the calling statement sees them. It runs with
 * the rights of its caller.
 */
const budgetUsedOf = `create or replace function runfold_internal.budget_used_of(in_project integer, in_scope text,
  in_label text, in_values text[], in_measure text, in_first integer, window_end integer) returns numeric[]
language plpgsql stable as $$
declare${unitsSql}
  sums numeric[] := array_fill(0::numeric, array[cardinality(in_values)]);
  total numeric := 0;
  one record;
begin
  ${scopesSql(addSumsSql, true)}
  end if;
  return case in_scope when 'project' then array[total] else sums end;
end $$`;

/** As above for every value, as rows to be added up. Anyone who may read a view that calls it may run it. */
const budgetUsedParts = `create or replace function runfold_internal.budget_used_parts(in_project integer, in_scope text,
  in_label text, in_measure text, in_first integer, window_end integer) returns table (value text, used numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare${unitsSql}
begin
  ${scopesSql(eachSumsSql, false)}
  end if;
end $$`;

/** The use of one value. Anyone who may read a view that calls it may run it. */
const budgetUsed = `create or replace function runfold_internal.budget_used(in_project integer, in_scope text, in_label text,
  in_value text, in_measure text, in_first integer, in_end integer) returns numeric
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (runfold_internal.budget_used_of(in_project, in_scope, in_label, array[in_value], in_measure, in_first, in_end))[1];
end $$`;

/** The use of every value that used anything. */
const budgetUsedByValue = `create or replace function runfold_internal.budget_used_by_value(in_project integer, in_scope text,
  in_label text, in_measure text, in_first integer, in_end integer) returns table (value text, used numeric)
language sql stable as $$
  select u.value, sum(u.used) from runfold_internal.budget_used_parts(in_project, in_scope, in_label,
    in_measure, in_first, in_end) u
  where in_scope = 'project' or u.value <> '' group by u.value having sum(u.used) <> 0
$$`;

/** Statements that create the functions. Each may be run again. */
export const budgetFunctions: readonly string[] = [
  firstInstant,
  budgetWindow,
  budgetUsedOf,
  // Replaced by one function for some values and one for every value.
  'drop function if exists runfold_internal.budget_used_parts(integer, text, text, text[], text, integer, integer)',
  budgetUsedParts,
  budgetUsed,
  budgetUsedByValue,
  // Replaced by functions that take arrays, which cost less to read than JSON.
  'drop function if exists runfold_internal.check_budgets(integer, json, json, boolean, text, double precision)',
  'drop function if exists runfold_internal.check_budgets(integer, json)',
  'drop function if exists runfold_internal.check_budgets(integer, json, boolean)',
  'drop function if exists runfold_internal.budget_standings(integer, json, timestamptz)',
  'drop function if exists runfold_internal.budget_value(text, text, json)',
  'drop function if exists runfold_internal.limited_value(text, text, text, json)',
  budgetHeld,
  budgetDecisions,
  lockBudgets,
  checkBudgets,
  releaseHolds,
  'alter table runfold_internal.budget_hold set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)',
];
