-- What: a function reads what is held of budgets, for checks with holds and without.
-- Why: checks without holds are decided by the service, which costs a third; what is held is found by its index in both.
-- Time on a large log: none.
-- Locks: none on tables.
create or replace function runfold_internal.budget_held(ids integer[], in_values text[],
  at timestamptz default clock_timestamp()) returns numeric[]
language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
  return array(select coalesce((select sum(h.amount) from runfold_internal.budget_hold h
    where h.budget_id = n.id and h.value = n.value and h.expires_at > at), 0) from unnest(ids, in_values) n(id, value));
end $$;
--> statement-breakpoint
create or replace function runfold_internal.budget_decisions(in_project integer,
  who text[], labels text[], estimates bigint[], are_free boolean[], holds text[], hold_seconds float8[])
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
      value := case b.scope when 'project' then '' when 'model' then who[6][i] when 'user' then who[1][i] when 'agent' then who[2][i] when 'team' then who[3][i] when 'label' then labels[i]::json->>b.label when 'session' then who[4][i] when 'run' then who[5][i] end;
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
        amount := coalesce(estimates[case measure when 'cost' then 1 when 'total_tokens' then 2 when 'input_tokens' then 3 when 'output_tokens' then 4 when 'runs' then 5 when 'tool_calls' then 6 end][i], 0);
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
          value := case b.scope when 'project' then '' when 'model' then who[6][i] when 'user' then who[1][i] when 'agent' then who[2][i] when 'team' then who[3][i] when 'label' then labels[i]::json->>b.label when 'session' then who[4][i] when 'run' then who[5][i] end;
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
end $$;
