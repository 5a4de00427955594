/** The value that budget `b` limits of a check; null if it has no say. */
const valueSql = (check: string) =>
  `runfold_internal.limited_value(b.scope, b.label, b.value, ${check}->'who')`;

/**
 * Where each budget stands that applies to each of several checks: a row per budget and check. `pair` is the same for
 * all checks of one value. The use and the holds of all values of a budget are read together. It is stable, so all its
 * statements see the store as the calling statement does: an event that is appended between two would otherwise count
 * as held and used, or as neither.
 */
export const budgetStandings = `create or replace function runfold_internal.budget_standings(in_project integer,
  checks json, at timestamptz)
returns table (place integer, id integer, name text, value text, measure text, limit_units bigint, window_end integer,
  pair integer, used numeric, held numeric, amount bigint, is_free boolean)
language plpgsql stable as $$
#variable_conflict use_column
declare
  items constant json[] := array(select json_array_elements(checks));
  number integer := 0;
  b runfold_internal.budget;
  span record;
  -- The value of each check, and each value once.
  named text[];
  needed text[];
  known text[];
  sums numeric[];
  amounts numeric[];
  at_value integer;
begin
  for b in select t.* from runfold_internal.budget t where t.project = in_project and t.from_at <= at order by t.name loop
    number := number + 1;
    named := '{}';
    needed := '{}';
    for i in 1 .. cardinality(items) loop
      value := ${valueSql('items[i]')};
      named := named || value;
      if value is not null and value <> all(needed) then
        needed := needed || value;
      end if;
    end loop;
    continue when needed = '{}';
    span := runfold_internal.budget_window(b.window_kind, b.time_zone, b.rolling_quarters, b.from_at, at);
    select array_agg(u.value), array_agg(u.used), array_agg(u.held) into known, sums, amounts from (
      select p.value, sum(p.used) as used, (select sum(t.amount) from runfold_internal.budget_hold t
        where t.budget_id = b.id and t.value = p.value and t.expires_at > at) as held
      from (select n.value, 0::numeric as used from unnest(needed) n(value)
        union all select o.value, o.used from runfold_internal.budget_used_parts(in_project, b.scope, b.label, needed,
          b.measure, span.window_first, span.window_end) o) p
      group by p.value) u;
    id := b.id;
    name := b.name;
    measure := b.measure;
    limit_units := b.limit_units;
    window_end := span.window_end;
    for i in 1 .. cardinality(items) loop
      value := named[i];
      continue when value is null;
      place := i;
      at_value := array_position(known, value);
      pair := (number - 1) * cardinality(items) + at_value;
      used := coalesce(sums[at_value], 0);
      held := coalesce(amounts[at_value], 0);
      amount := coalesce((items[i]->'estimate'->>measure)::bigint, 0);
      is_free := not b.stop or (measure = 'cost' and (items[i]->>'is_free')::boolean);
      return next;
    end loop;
  end loop;
end $$`;

/**
 * Returns the decision of every budget that applies to each of several checks, as rows by check and name. A check that
 * names a hold holds its estimate if all of its budgets allow it; its last row says whether it does. The checks are
 * decided in their order: the amount that one holds counts for the next. A call commits once.
 *
 * The locks of the values are taken by an earlier statement than the one that reads: a statement sees the store as it
 * was when it began, so one with the locks inside would see the store as it was before it waited. They are taken in the
 * order of their keys, so that two calls cannot deadlock.
 *
 * A plan for the values at hand looks cheaper to Postgres than one for any values, so it would plan in each call, which
 * costs more than the rest of the call.
 */
export const checkBudgets = `create or replace function runfold_internal.check_budgets(in_project integer, checks json,
  with_holds boolean)
returns table (place integer, name text, value text, measure text, limit_units bigint, used numeric, held numeric,
  window_end integer, allowed boolean, is_held boolean)
language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  at timestamptz := clock_timestamp();
  one record;
  -- The amount held of each value, including the holds of this call.
  holding numeric[] := '{}';
  hold text;
  -- What the current check would hold.
  is_allowed boolean := true;
  pairs integer[] := '{}';
  amounts bigint[] := '{}';
  budgets integer[] := '{}';
  budget_values text[] := '{}';
  hold_ids text[] := '{}';
  hold_budgets integer[] := '{}';
  hold_values text[] := '{}';
  hold_amounts bigint[] := '{}';
  hold_ends timestamptz[] := '{}';
begin
  if with_holds then
    if current_setting('transaction_isolation') <> 'read committed' then
      raise exception 'budgets: expected the isolation level read committed, got %',
        current_setting('transaction_isolation');
    end if;
    -- The locks are kept until the commit. If it waited for the disk, all other checks of these values would wait too.
    perform set_config('synchronous_commit', 'off', true);
    perform pg_advisory_xact_lock(k.key) from (
      select distinct hashtextextended(${valueSql('c')}, b.id) as key
      from json_array_elements(checks) c, runfold_internal.budget b
      where c->>'hold' is not null and b.project = in_project and b.stop and b.from_at <= at
        and ${valueSql('c')} is not null
      order by 1) k;
    at := clock_timestamp();
  end if;
  for one in
    select s.*, lead(s.place) over (order by s.place, s.name) is distinct from s.place as is_last
    from runfold_internal.budget_standings(in_project, checks, at) s order by s.place, s.name
  loop
    place := one.place;
    name := one.name;
    value := one.value;
    measure := one.measure;
    limit_units := one.limit_units;
    used := one.used;
    held := coalesce(holding[one.pair], one.held);
    window_end := one.window_end;
    allowed := one.is_free
      or (one.used + held < one.limit_units and one.used + held + one.amount <= one.limit_units);
    is_held := false;
    if with_holds then
      is_allowed := is_allowed and allowed;
      if one.amount > 0 then
        holding[one.pair] := held;
        pairs := pairs || one.pair;
        amounts := amounts || one.amount;
        budgets := budgets || one.id;
        budget_values := budget_values || one.value;
      end if;
      if one.is_last then
        hold := checks->(one.place - 1)->>'hold';
        if hold is not null and is_allowed and cardinality(pairs) > 0 then
          is_held := true;
          for i in 1 .. cardinality(pairs) loop
            holding[pairs[i]] := holding[pairs[i]] + amounts[i];
          end loop;
          hold_ids := hold_ids || array_fill(hold, array[cardinality(pairs)]);
          hold_budgets := hold_budgets || budgets;
          hold_values := hold_values || budget_values;
          hold_amounts := hold_amounts || amounts;
          hold_ends := hold_ends || array_fill(
            at + make_interval(secs => (checks->(one.place - 1)->>'hold_seconds')::float8), array[cardinality(pairs)]);
        end if;
        is_allowed := true;
        pairs := '{}';
        amounts := '{}';
        budgets := '{}';
        budget_values := '{}';
      end if;
    end if;
    return next;
  end loop;
  if cardinality(hold_ids) > 0 then
    insert into runfold_internal.budget_hold (project, hold_id, budget_id, value, amount, expires_at)
    select in_project, n.* from unnest(hold_ids, hold_budgets, hold_values, hold_amounts, hold_ends) n;
  end if;
end $$`;

const namedSql = `case scope
    when 'project' then ''
    when 'label' then who->'labels'->>label
    when 'model' then who->>'model'
    else who->>(scope || '_id') end`;

/**
 * The value that a budget limits of what a check says about itself; null if it has no say. One expression, which
 * Postgres puts into its caller.
 */
export const limitedValue = `create or replace function runfold_internal.limited_value(scope text, label text,
  only_value text, who json)
returns text language sql immutable as $$
  select case when only_value is null or only_value = ${namedSql} then ${namedSql} end
$$`;
