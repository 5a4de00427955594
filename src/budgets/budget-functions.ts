import { futureToleranceMicros } from '../events/timestamp.js';
import { quarterMicros, quartersAnHour } from '../projections/time-buckets.js';
import { budgetValue, checkBudgets, releaseHolds } from './check-functions.js';
import { scopeSources, type UsedPart } from './used-sources.js';

/**
 * The functions of budgets in the store. Migrations create them; a changed text needs a new
 * migration. They find their tables by name on each call, so a rebuild can replace the tables.
 */

/**
 * The first instant at which the clock of a zone shows a local time. If the clock skips that time,
 * the instant of the change.
 */
const firstInstant = `create or replace function runfold_internal.first_instant(local timestamp, zone text)
returns timestamptz language sql stable as $$
  select coalesce(min(c.t) filter (where c.t at time zone zone = local), local at time zone zone)
  from (select local at time zone zone - make_interval(mins => d) as t from unnest(array[0, 30, 60, 120]) d) c
$$`;

/**
 * The window of an instant in quarters of an hour since 1970: its first quarter, and the first
 * after it. A day has 23 to 25 hours, as the zone's rules say.
 */
const budgetWindow = `create or replace function runfold_internal.budget_window(kind text, zone text, quarters integer,
  since timestamptz, at timestamptz, out window_first integer, out window_end integer)
language plpgsql stable as $$
declare
  local timestamp := at at time zone zone;
  quarter constant numeric := ${quarterMicros / 1_000_000};
  now_quarter integer := floor(extract(epoch from at) / quarter);
begin
  if kind = 'rolling' then
    window_first := now_quarter + 1 - quarters;
    window_end := now_quarter + 1;
  elsif kind = 'total' then
    window_first := floor(extract(epoch from since) / quarter);
    window_end := 2147483647;
  elsif kind = 'hour' then
    window_first := floor(extract(epoch from at - (local - date_trunc('hour', local))) / quarter);
    window_end := window_first + ${quartersAnHour};
  else
    window_first := floor(extract(epoch from
      runfold_internal.first_instant(date_trunc(kind, local), zone)) / quarter);
    window_end := floor(extract(epoch from
      runfold_internal.first_instant(date_trunc(kind, local) + ('1 ' || kind)::interval, zone)) / quarter);
  end if;
  window_first := greatest(window_first, floor(extract(epoch from since) / quarter)::integer);
end $$`;

/** The sum over the rows `t` of a table, by the measure that was asked for. */
function measureSql({ sums }: UsedPart): string {
  const cases = Object.entries(sums).map(([measure, sql]) => `when '${measure}' then ${sql}`);
  return `sum(case in_measure ${cases.join(' ')} end)`;
}

/** Selects a part's sum: of one value, or with `each` of every value. */
function partSql(part: UsedPart, which: 'one' | 'each'): string {
  const { quarters, hours, sums, column, key, where } = part;
  const isMeasured = `in_measure in (${Object.keys(sums)
    .map((name) => `'${name}'`)
    .join(', ')})`;
  const value = column === undefined ? `''` : `t.${column}`;
  const select = (table: string, range: string) => {
    const of = which === 'one' && column !== undefined ? [`${value} = in_value`] : [];
    const only = where === undefined ? [] : [where];
    const rows = ['t.project = in_project', isMeasured, ...only, ...of, range].join(' and ');
    return which === 'one'
      ? `select ${measureSql(part)} as used from runfold_internal.${table} t where ${rows}`
      : `select ${value} as value, ${measureSql(part)} as used from runfold_internal.${table} t where ${rows} group by 1`;
  };
  if (quarters === undefined) {
    const ended = `t.ended_at_us >= in_first::bigint * ${quarterMicros}`;
    return select(part.table ?? '', which === 'one' ? 'true' : ended);
  }
  // A few lookups by key instead of a scan, if the key has other columns between the time and the
  // value.
  const all =
    key === 'scattered' && which === 'one'
      ? `t.bucket = any(array(select generate_series(in_first, least(in_end, latest) - 1)))`
      : 't.bucket >= in_first and t.bucket < in_end';
  if (hours === undefined) return select(quarters, all);
  return [
    select(hours, 't.hour >= hour_first and t.hour < hour_end'),
    select(
      quarters,
      `t.bucket >= in_first and t.bucket < least(in_end, hour_first * ${quartersAnHour})`,
    ),
    select(
      quarters,
      `t.bucket >= greatest(hour_end * ${quartersAnHour}, least(in_end, hour_first * ${quartersAnHour}))
      and t.bucket < in_end`,
    ),
  ].join('\n      union all ');
}

const hourBounds = `  hour_first constant integer := ceil(in_first / ${quartersAnHour}.0);
  hour_end constant integer := floor(in_end / ${quartersAnHour}.0);`;

/**
 * The use of a measure in a window, in stored units: the sum over rows of the totals, as the
 * calling statement sees them. Anyone who may read a view that calls it may run it.
 */
const budgetUsed = `create or replace function runfold_internal.budget_used(in_project integer, in_scope text, in_label text,
  in_value text, in_measure text, in_first integer, in_end integer) returns numeric
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  result numeric;
  -- No event lies further ahead.
  latest constant integer := floor(extract(epoch from clock_timestamp())
    / ${quarterMicros / 1_000_000}) + ${Math.ceil(futureToleranceMicros / quarterMicros) + 1};
${hourBounds}
begin
${Object.entries(scopeSources)
  .map(
    ([scope, parts], at) => `  ${at === 0 ? 'if' : 'elsif'} in_scope = '${scope}' then
    select sum(u.used) into result from (
      ${parts.map((part) => partSql(part, 'one')).join('\n      union all ')}) u;`,
  )
  .join('\n')}
  end if;
  return coalesce(result, 0);
end $$`;

/** The same for every value that used anything. */
const budgetUsedByValue = `create or replace function runfold_internal.budget_used_by_value(in_project integer, in_scope text,
  in_label text, in_measure text, in_first integer, in_end integer) returns table (value text, used numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
${hourBounds}
begin
${Object.entries(scopeSources)
  .map(
    ([scope, parts], at) => `  ${at === 0 ? 'if' : 'elsif'} in_scope = '${scope}' then
    return query select u.value::text, sum(u.used)::numeric from (
      ${parts.map((part) => partSql(part, 'each')).join('\n      union all ')}) u
      group by u.value having sum(u.used) <> 0 ${scope === 'project' ? '' : `and u.value <> ''`};`,
  )
  .join('\n')}
  end if;
end $$`;

/** Statements that create the functions. Each may be run again. */
export const budgetFunctions: readonly string[] = [
  firstInstant,
  budgetWindow,
  budgetUsed,
  budgetUsedByValue,
  budgetValue,
  // Replaced by the one that takes several checks.
  'drop function if exists runfold_internal.check_budgets(integer, json, json, boolean, text, double precision)',
  checkBudgets,
  releaseHolds,
  'alter table runfold_internal.budget_hold set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)',
];
