-- What: the function that checks budgets takes several checks and judges them in their order; another frees several holds.
-- Why: checks that arrive together then lock and read each value of a budget once, and commit once.
-- Time on a large log: none.
-- Locks: none on tables.
drop function if exists runfold_internal.check_budgets(integer, json, json, boolean, text, double precision);
--> statement-breakpoint
create or replace function runfold_internal.check_budgets(in_project integer, checks json)
returns table (place integer, budgets json, held numeric[], allowed boolean[], is_held boolean)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  at timestamptz := clock_timestamp();
  one record;
  pairs integer[];
  limits bigint[];
  used numeric[];
  amounts bigint[];
  is_free boolean[];
  verdicts boolean[];
  before numeric[];
  -- The amount held of each value, including the holds of this call.
  holding numeric[] := '{}';
  hold_ids text[] := '{}';
  hold_budgets integer[] := '{}';
  hold_values text[] := '{}';
  hold_amounts bigint[] := '{}';
  hold_ends timestamptz[] := '{}';
begin
  if exists (select from json_array_elements(checks) c where c->>'hold' is not null) then
    if current_setting('transaction_isolation') <> 'read committed' then
      raise exception 'budgets: expected the isolation level read committed, got %',
        current_setting('transaction_isolation');
    end if;
    -- The locks are kept until the commit. If it waited for the disk, all other checks of these values would wait too.
    perform set_config('synchronous_commit', 'off', true);
    perform pg_advisory_xact_lock(k.key) from (
      select distinct hashtextextended(w.value, b.id) as key
      from json_array_elements(checks) c, runfold_internal.budget b,
        lateral runfold_internal.budget_value(b.scope, b.label, c->'who') w(value)
      where c->>'hold' is not null and b.project = in_project and b.stop and b.from_at <= at
        and w.value is not null and coalesce(b.value, w.value) = w.value
      order by 1) k;
    at := clock_timestamp();
  end if;
  for one in
    with asked as materialized (
      select c.place::integer as place, c.item->>'hold' as hold, (c.item->>'hold_seconds')::float8 as hold_seconds,
        (c.item->>'is_free')::boolean as is_free, c.item->'estimate' as estimate, b.id, w.value
      from json_array_elements(checks) with ordinality c(item, place), runfold_internal.budget b,
        lateral runfold_internal.budget_value(b.scope, b.label, c.item->'who') w(value)
      where b.project = in_project and b.from_at <= at and w.value is not null and coalesce(b.value, w.value) = w.value),
    standing as materialized (
      select row_number() over () as pair, b.id, p.value, b.name::text, b.measure, b.stop, b.limit_units, s.window_end,
        runfold_internal.budget_used(b.project, b.scope, b.label, p.value, b.measure, s.window_first, s.window_end)
          as used,
        coalesce((select sum(h.amount) from runfold_internal.budget_hold h
          where h.budget_id = b.id and h.value = p.value and h.expires_at > at), 0) as held
      from (select distinct a.id, a.value from asked a) p join runfold_internal.budget b on b.id = p.id,
        lateral runfold_internal.budget_window(b.window_kind, b.time_zone, b.rolling_quarters, b.from_at, at) s)
    select a.place, a.hold, a.hold_seconds,
      array_agg(s.pair order by s.name) as pairs, array_agg(s.id order by s.name) as ids,
      array_agg(s.value order by s.name) as budget_values, array_agg(s.limit_units order by s.name) as limits,
      array_agg(s.used order by s.name) as used, array_agg(s.held order by s.name) as held,
      array_agg(coalesce((a.estimate->>s.measure)::bigint, 0) order by s.name) as amounts,
      array_agg(not s.stop or (s.measure = 'cost' and a.is_free) order by s.name) as is_free,
      json_agg(json_build_object('name', s.name, 'value', s.value, 'measure', s.measure, 'limit', s.limit_units,
        'used', s.used, 'window_end', s.window_end) order by s.name) as budgets
    from asked a join standing s on s.id = a.id and s.value = a.value
    group by a.place, a.hold, a.hold_seconds order by a.place
  loop
    pairs := one.pairs;
    limits := one.limits;
    used := one.used;
    amounts := one.amounts;
    is_free := one.is_free;
    before := one.held;
    verdicts := '{}';
    for i in 1 .. cardinality(pairs) loop
      before[i] := coalesce(holding[pairs[i]], before[i]);
      verdicts[i] := is_free[i]
        or (used[i] + before[i] < limits[i] and used[i] + before[i] + amounts[i] <= limits[i]);
    end loop;
    is_held := false;
    if one.hold is not null and not false = any(verdicts) then
      for i in 1 .. cardinality(pairs) loop
        continue when amounts[i] = 0;
        is_held := true;
        holding[pairs[i]] := before[i] + amounts[i];
        hold_ids := hold_ids || one.hold;
        hold_budgets := hold_budgets || one.ids[i];
        hold_values := hold_values || one.budget_values[i];
        hold_amounts := hold_amounts || amounts[i];
        hold_ends := hold_ends || at + make_interval(secs => one.hold_seconds);
      end loop;
    end if;
    place := one.place;
    budgets := one.budgets;
    held := before;
    allowed := verdicts;
    return next;
  end loop;
  if cardinality(hold_ids) > 0 then
    insert into runfold_internal.budget_hold (project, hold_id, budget_id, value, amount, expires_at)
    select in_project, n.* from unnest(hold_ids, hold_budgets, hold_values, hold_amounts, hold_ends) n;
  end if;
end $$;
--> statement-breakpoint
create or replace function runfold_internal.release_holds(in_project integer, hold_ids text[])
returns setof text language plpgsql volatile as $$
begin
  -- If the server crashes, a released hold may come back. It then expires.
  perform set_config('synchronous_commit', 'off', true);
  return query with gone as (
    delete from runfold_internal.budget_hold h
    where h.project = in_project and h.hold_id = any(hold_ids) and h.expires_at > clock_timestamp()
    returning h.hold_id)
  select distinct g.hold_id::text from gone g;
end $$;
