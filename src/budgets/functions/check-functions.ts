import { budgetMeasures, budgetScopes } from './used-sources.js';

/** The fields of a check that name a value, in the order of the first dimension of `who`. */
export const whoFields = [
  'user_id',
  'agent_id',
  'team_id',
  'session_id',
  'run_id',
  'model',
] as const;

/**
 * Several checks of a project, one element per check: `who[field][check]` names values, `labels` are JSON objects, and
 * `estimates[measure][check]` is in stored units.
 */
const checksSql =
  'who text[], labels text[], estimates bigint[], are_free boolean[], holds text[], hold_seconds float8[]';

/** The branches of a `case` over the scope of budget `b`: the value that check `i` names for it. */
export const valueCases = budgetScopes
  .map((scope) => {
    if (scope === 'project') return `when 'project' then ''`;
    if (scope === 'label') return `when 'label' then labels[i]::json->>b.label`;
    const field = scope === 'model' ? scope : (`${scope}_id` as const);
    return `when '${scope}' then who[${whoFields.indexOf(field) + 1}][i]`;
  })
  .join(' ');

/**
 * The decision of every budget that applies to each of several checks, as rows by check and name. The checks are decided
 * in their order: the amount that one holds counts for the next. With `keeps`, the row's amount is to be held.
 *
 * The use of all values of a budget is read together, and so are all holds. It is stable, so all its statements see the store
 * as the calling statement does: an event that is appended between two would otherwise count as held and used, or as
 * neither.
 *
 * Most of the cost of a check is that Postgres prepares each statement for execution, not that it reads. So there are
 * few statements, of few steps; the rest is expressions, which need no preparation. A plan for the values at hand looks
 * cheaper to Postgres than one for any values, so it would plan in each call, which costs more than the rest of the call.
 * Tables are read by their indexes: a plan from a time with few holds would read all rows, also of ended holds. Rows are
 * made dear, because Postgres takes any range of time for a two-hundredth of a table: with a few thousand rows it would read
 * the range for all values, which costs three times the rest of the call, instead of looking up the given ones.
 */
export const budgetDecisions = `create or replace function runfold_internal.budget_decisions(in_project integer,
  ${checksSql})
returns table (place integer, name text, value text, measure text, limit_units bigint, used numeric, held numeric,
  window_end integer, allowed boolean, is_held boolean, keeps boolean, budget_id integer, amount bigint, hold text,
  hold_end timestamptz)
language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off set cpu_tuple_cost = 100 as $$
#variable_conflict use_column
declare
  at constant timestamptz := clock_timestamp();
  checks constant integer := cardinality(are_free);
  b runfold_internal.budget;
  one_window record;
  needed text[];
  -- Each budget that applies, and the place of its first value in the arrays of values.
  budgets runfold_internal.budget[] := '{}';
  ends integer[] := '{}';
  -- Each value of each budget once: its use, and what is held, which includes the holds of earlier checks.
  ids integer[] := '{}';
  all_values text[] := '{}';
  sums numeric[] := '{}';
  holding numeric[] := '{}';
  -- For each budget and check, the place of its value; null if the budget has no say.
  places integer[] := '{}';
  place_of integer;
  before integer;
  is_allowed boolean;
  measure_of integer;
begin
  for b in select t.* from runfold_internal.budget t where t.project = in_project and t.from_at <= at order by t.name loop
    needed := '{}';
    before := cardinality(sums);
    for i in 1 .. checks loop
      value := case b.scope ${valueCases} end;
      if value is null or value <> b.value then
        places := places || null::integer;
      else
        place_of := array_position(needed, value);
        if place_of is null then
          needed := needed || value;
          place_of := cardinality(needed);
        end if;
        places := places || (before + place_of);
      end if;
    end loop;
    if needed = '{}' then
      places := places[1 : cardinality(places) - checks];
      continue;
    end if;
    one_window := runfold_internal.budget_window(b.window_kind, b.time_zone, b.rolling_quarters, b.from_at, at);
    budgets := budgets || b;
    ends := ends || one_window.window_end;
    sums := sums || runfold_internal.budget_used_of(in_project, b.scope, b.label, needed, b.measure,
      one_window.window_first, one_window.window_end);
    ids := ids || array_fill(b.id, array[cardinality(needed)]);
    all_values := all_values || needed;
  end loop;
  holding := runfold_internal.budget_held(ids, all_values, at);
  for i in 1 .. checks loop
    place := i;
    hold := holds[i];
    hold_end := at + make_interval(secs => hold_seconds[i]);
    is_allowed := true;
    is_held := false;
    -- First decide, then return.
    for is_second in 0 .. 1 loop
      for k in 1 .. cardinality(budgets) loop
        place_of := places[(k - 1) * checks + i];
        continue when place_of is null;
        b := budgets[k];
        measure := b.measure;
        amount := coalesce(estimates[case measure ${budgetMeasures.map((measure, at) => `when '${measure}' then ${at + 1}`).join(' ')} end][i], 0);
        limit_units := b.limit_units;
        used := sums[place_of];
        held := holding[place_of];
        allowed := not b.stop or (measure = 'cost' and are_free[i])
          or (used + held < limit_units and used + held + amount <= limit_units);
        if is_second = 0 then
          is_allowed := is_allowed and allowed;
          is_held := is_held or (hold is not null and amount > 0);
        else
          name := b.name;
          value := case b.scope ${valueCases} end;
          window_end := ends[k];
          budget_id := b.id;
          keeps := is_held and amount > 0;
          return next;
          if keeps then
            holding[place_of] := held + amount;
          end if;
        end if;
      end loop;
      is_held := is_held and is_allowed;
    end loop;
  end loop;
end $$`;

/**
 * Decides several checks, and holds the estimates of those that name a hold if all of their budgets allow it. A call
 * commits once.
 *
 * The locks of the values are taken by an earlier statement than the one that reads: a statement sees the store as it
 * was when it began, so one with the locks inside would see the store as it was before it waited.
 */
export const checkBudgets = `create or replace function runfold_internal.check_budgets(in_project integer,
  ${checksSql})
returns table (place integer, name text, value text, measure text, limit_units bigint, used numeric, held numeric,
  window_end integer, allowed boolean, is_held boolean)
language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'budgets: expected the isolation level read committed, got %',
      current_setting('transaction_isolation');
  end if;
  -- The locks are kept until the commit. If it waited for the disk, all other checks of these values would wait too.
  perform set_config('synchronous_commit', 'off', true);
  perform runfold_internal.lock_budgets(in_project, who, labels, holds);
  return query with said as materialized (
    select * from runfold_internal.budget_decisions(in_project, who, labels, estimates, are_free, holds, hold_seconds)),
  kept as (insert into runfold_internal.budget_hold (project, hold_id, budget_id, value, amount, expires_at)
    select in_project, s.hold, s.budget_id, s.value, s.amount, s.hold_end from said s where s.keeps)
  select s.place, s.name, s.value, s.measure, s.limit_units, s.used, s.held, s.window_end, s.allowed, s.is_held
  from said s;
end $$`;
