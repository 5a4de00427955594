-- As pg_dump 15 writes it, without its comments: npm run schema.

CREATE SCHEMA runfold;

COMMENT ON SCHEMA runfold IS 'Totals and events of AI agents, in seconds and US dollars. Stable; report on these views.';

CREATE SCHEMA runfold_internal;

CREATE SCHEMA runfold_migrations;

CREATE FUNCTION runfold_internal.budget_decisions(in_project integer, who text[], labels text[], estimates bigint[], are_free boolean[], holds text[], hold_seconds double precision[]) RETURNS TABLE(place integer, name text, value text, measure text, limit_units bigint, used numeric, held numeric, window_end integer, allowed boolean, is_held boolean, keeps boolean, budget_id integer, amount bigint, hold text, hold_end timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET cpu_tuple_cost TO '100'
    AS $$
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

CREATE FUNCTION runfold_internal.budget_held(ids integer[], in_values text[], at timestamp with time zone DEFAULT clock_timestamp()) RETURNS numeric[]
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
begin
  return array(select coalesce((select sum(h.amount) from runfold_internal.budget_hold h
    where h.budget_id = n.id and h.value = n.value and h.expires_at > at), 0) from unnest(ids, in_values) n(id, value));
end $$;

CREATE FUNCTION runfold_internal.budget_used(in_project integer, in_scope text, in_label text, in_value text, in_measure text, in_first integer, in_end integer) RETURNS numeric
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return (runfold_internal.budget_used_of(in_project, in_scope, in_label, array[in_value], in_measure, in_first, in_end))[1];
end $$;

CREATE FUNCTION runfold_internal.budget_used_by_value(in_project integer, in_scope text, in_label text, in_measure text, in_first integer, in_end integer) RETURNS TABLE(value text, used numeric)
    LANGUAGE sql STABLE
    AS $$
  select u.value, sum(u.used) from runfold_internal.budget_used_parts(in_project, in_scope, in_label,
    in_measure, in_first, in_end) u
  where in_scope = 'project' or u.value <> '' group by u.value having sum(u.used) <> 0
$$;

CREATE FUNCTION runfold_internal.budget_used_of(in_project integer, in_scope text, in_label text, in_values text[], in_measure text, in_first integer, window_end integer) RETURNS numeric[]
    LANGUAGE plpgsql STABLE
    AS $$
declare
  latest constant integer := 96 * (floor((extract(epoch from clock_timestamp()) + 87300)
    / 86400)::integer + 1);
  in_end constant integer := least(window_end, latest);
  day_first constant integer := ceil(in_first / 96::float8);
  day_end constant integer := greatest(day_first, floor(in_end / 96::float8)::integer);
  hour_first constant integer := ceil(in_first / 4::float8);
  hour_end constant integer := greatest(hour_first, floor(in_end / 4::float8)::integer);
  sums numeric[] := array_fill(0::numeric, array[cardinality(in_values)]);
  total numeric := 0;
  one record;
begin
  if in_scope = 'project' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then total := total + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage_hour t where t.project = in_project and t.hour >= hour_first and t.hour < hour_end), 0); end if;
      if in_measure in ('cost', 'tool_calls') then total := total + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage_hour t where t.project = in_project and t.hour >= hour_first and t.hour < hour_end), 0); end if;
      if in_measure in ('runs') then total := total + coalesce((select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage_hour t where t.project = in_project and t.hour >= hour_first and t.hour < hour_end), 0); end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then total := total + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)), 0); end if;
      if in_measure in ('cost', 'tool_calls') then total := total + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)), 0); end if;
      if in_measure in ('runs') then total := total + coalesce((select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)), 0); end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then total := total + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end), 0); end if;
      if in_measure in ('cost', 'tool_calls') then total := total + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end), 0); end if;
      if in_measure in ('runs') then total := total + coalesce((select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end), 0); end if;
    end if;
  elsif in_scope = 'model' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then for one in select array_position(in_values, t.model::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
          from runfold_internal.model_usage_hour t where t.project = in_project and t.model = any(in_values) and t.hour >= hour_first and t.hour < hour_end group by t.model loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then for one in select array_position(in_values, t.model::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
          from runfold_internal.model_usage t where t.project = in_project and t.model = any(in_values) and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by t.model loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then for one in select array_position(in_values, t.model::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
          from runfold_internal.model_usage t where t.project = in_project and t.model = any(in_values) and t.bucket >= hour_end * 4 and t.bucket < in_end group by t.model loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
  elsif in_scope = 'user' then
    if day_first < day_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then for one in select array_position(in_values, t.user_id::text) as at, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.user_usage_day t where t.project = in_project and t.user_id = any(in_values) and t.day >= day_first and t.day < day_end group by t.user_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
    if in_first < least(in_end, day_first * 96) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then for one in select array_position(in_values, t.user_id::text) as at, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.user_usage t where t.project = in_project and t.user_id = any(in_values) and t.bucket >= in_first and t.bucket < least(in_end, day_first * 96) group by t.user_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
    if day_end * 96 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then for one in select array_position(in_values, t.user_id::text) as at, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.user_usage t where t.project = in_project and t.user_id = any(in_values) and t.bucket >= day_end * 96 and t.bucket < in_end group by t.user_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
  elsif in_scope = 'agent' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then for one in select array_position(in_values, t.agent_id::text) as at, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.agent_usage_hour t where t.project = in_project and t.agent_id = any(in_values) and t.hour = any(array(select generate_series(hour_first, hour_end - 1))) group by t.agent_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then for one in select array_position(in_values, t.agent_id::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
          from runfold_internal.model_usage t where t.project = in_project and t.agent_id = any(in_values) and t.bucket = any(array(select generate_series(in_first, least(in_end, hour_first * 4) - 1))) group by t.agent_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
      if in_measure in ('cost', 'tool_calls') then for one in select array_position(in_values, t.agent_id::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.tool_usage t where t.project = in_project and t.agent_id = any(in_values) and t.bucket = any(array(select generate_series(in_first, least(in_end, hour_first * 4) - 1))) group by t.agent_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
      if in_measure in ('runs') then for one in select array_position(in_values, t.agent_id::text) as at, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric as used
          from runfold_internal.run_usage t where t.project = in_project and t.agent_id = any(in_values) and t.bucket = any(array(select generate_series(in_first, least(in_end, hour_first * 4) - 1))) group by t.agent_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then for one in select array_position(in_values, t.agent_id::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
          from runfold_internal.model_usage t where t.project = in_project and t.agent_id = any(in_values) and t.bucket = any(array(select generate_series(hour_end * 4, in_end - 1))) group by t.agent_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
      if in_measure in ('cost', 'tool_calls') then for one in select array_position(in_values, t.agent_id::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.tool_usage t where t.project = in_project and t.agent_id = any(in_values) and t.bucket = any(array(select generate_series(hour_end * 4, in_end - 1))) group by t.agent_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
      if in_measure in ('runs') then for one in select array_position(in_values, t.agent_id::text) as at, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric as used
          from runfold_internal.run_usage t where t.project = in_project and t.agent_id = any(in_values) and t.bucket = any(array(select generate_series(hour_end * 4, in_end - 1))) group by t.agent_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
  elsif in_scope = 'team' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then for one in select array_position(in_values, t.team_id::text) as at, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.agent_usage_hour t where t.project = in_project and t.team_id = any(in_values) and t.hour = any(array(select generate_series(hour_first, hour_end - 1))) group by t.team_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then for one in select array_position(in_values, t.team_id::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
          from runfold_internal.model_usage t where t.project = in_project and t.team_id = any(in_values) and t.bucket = any(array(select generate_series(in_first, least(in_end, hour_first * 4) - 1))) group by t.team_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
      if in_measure in ('cost', 'tool_calls') then for one in select array_position(in_values, t.team_id::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.tool_usage t where t.project = in_project and t.team_id = any(in_values) and t.bucket = any(array(select generate_series(in_first, least(in_end, hour_first * 4) - 1))) group by t.team_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
      if in_measure in ('runs') then for one in select array_position(in_values, t.team_id::text) as at, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric as used
          from runfold_internal.run_usage t where t.project = in_project and t.team_id = any(in_values) and t.bucket = any(array(select generate_series(in_first, least(in_end, hour_first * 4) - 1))) group by t.team_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then for one in select array_position(in_values, t.team_id::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
          from runfold_internal.model_usage t where t.project = in_project and t.team_id = any(in_values) and t.bucket = any(array(select generate_series(hour_end * 4, in_end - 1))) group by t.team_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
      if in_measure in ('cost', 'tool_calls') then for one in select array_position(in_values, t.team_id::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.tool_usage t where t.project = in_project and t.team_id = any(in_values) and t.bucket = any(array(select generate_series(hour_end * 4, in_end - 1))) group by t.team_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
      if in_measure in ('runs') then for one in select array_position(in_values, t.team_id::text) as at, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric as used
          from runfold_internal.run_usage t where t.project = in_project and t.team_id = any(in_values) and t.bucket = any(array(select generate_series(hour_end * 4, in_end - 1))) group by t.team_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
  elsif in_scope = 'label' then
    if day_first < day_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then for one in select array_position(in_values, t.value::text) as at, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.label_usage_day t where t.project = in_project and t.name = in_label and t.value = any(in_values) and t.day >= day_first and t.day < day_end group by t.value loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
    if hour_first < least(hour_end, day_first * 24) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then for one in select array_position(in_values, t.value::text) as at, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.label_usage_hour t where t.project = in_project and t.name = in_label and t.value = any(in_values) and t.hour >= hour_first and t.hour < least(hour_end, day_first * 24) group by t.value loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
    if day_end * 24 < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then for one in select array_position(in_values, t.value::text) as at, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.label_usage_hour t where t.project = in_project and t.name = in_label and t.value = any(in_values) and t.hour >= day_end * 24 and t.hour < hour_end group by t.value loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then for one in select array_position(in_values, t.value::text) as at, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.label_usage t where t.project = in_project and t.name = in_label and t.value = any(in_values) and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by t.value loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then for one in select array_position(in_values, t.value::text) as at, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.label_usage t where t.project = in_project and t.name = in_label and t.value = any(in_values) and t.bucket >= hour_end * 4 and t.bucket < in_end group by t.value loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
    end if;
  elsif in_scope = 'session' then
    if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then for one in select array_position(in_values, t.session_id::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.session t where t.project = in_project and t.session_id = any(in_values) and true group by t.session_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
  elsif in_scope = 'run' then
    if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'tool_calls') then for one in select array_position(in_values, t.run_id::text) as at, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'tool_calls' then t.tool_calls end)::numeric as used
          from runfold_internal.run t where t.project = in_project and t.run_id = any(in_values) and true group by t.run_id loop
          sums[one.at] := sums[one.at] + coalesce(one.used, 0);
        end loop; end if;
  end if;
  return case in_scope when 'project' then array[total] else sums end;
end $$;

CREATE FUNCTION runfold_internal.budget_used_parts(in_project integer, in_scope text, in_label text, in_measure text, in_first integer, window_end integer) RETURNS TABLE(value text, used numeric)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
  latest constant integer := 96 * (floor((extract(epoch from clock_timestamp()) + 87300)
    / 86400)::integer + 1);
  in_end constant integer := least(window_end, latest);
  day_first constant integer := ceil(in_first / 96::float8);
  day_end constant integer := greatest(day_first, floor(in_end / 96::float8)::integer);
  hour_first constant integer := ceil(in_first / 4::float8);
  hour_end constant integer := greatest(hour_first, floor(in_end / 4::float8)::integer);
begin
  if in_scope = 'project' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select ''::text, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage_hour t where t.project = in_project and t.hour >= hour_first and t.hour < hour_end; end if;
      if in_measure in ('cost', 'tool_calls') then return query select ''::text, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage_hour t where t.project = in_project and t.hour >= hour_first and t.hour < hour_end; end if;
      if in_measure in ('runs') then return query select ''::text, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage_hour t where t.project = in_project and t.hour >= hour_first and t.hour < hour_end; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select ''::text, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4); end if;
      if in_measure in ('cost', 'tool_calls') then return query select ''::text, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4); end if;
      if in_measure in ('runs') then return query select ''::text, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4); end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select ''::text, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end; end if;
      if in_measure in ('cost', 'tool_calls') then return query select ''::text, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end; end if;
      if in_measure in ('runs') then return query select ''::text, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end; end if;
    end if;
  elsif in_scope = 'model' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select t.model::text, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage_hour t where t.project = in_project and t.hour >= hour_first and t.hour < hour_end group by 1; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select t.model::text, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1; end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select t.model::text, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end group by 1; end if;
    end if;
  elsif in_scope = 'user' then
    if day_first < day_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select t.user_id::text, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.user_usage_day t where t.project = in_project and t.day >= day_first and t.day < day_end group by 1; end if;
    end if;
    if in_first < least(in_end, day_first * 96) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select t.user_id::text, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.user_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, day_first * 96) group by 1; end if;
    end if;
    if day_end * 96 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select t.user_id::text, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.user_usage t where t.project = in_project and t.bucket >= day_end * 96 and t.bucket < in_end group by 1; end if;
    end if;
  elsif in_scope = 'agent' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select t.agent_id::text, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.agent_usage_hour t where t.project = in_project and t.hour >= hour_first and t.hour < hour_end group by 1; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select t.agent_id::text, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1; end if;
      if in_measure in ('cost', 'tool_calls') then return query select t.agent_id::text, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1; end if;
      if in_measure in ('runs') then return query select t.agent_id::text, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1; end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select t.agent_id::text, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end group by 1; end if;
      if in_measure in ('cost', 'tool_calls') then return query select t.agent_id::text, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end group by 1; end if;
      if in_measure in ('runs') then return query select t.agent_id::text, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end group by 1; end if;
    end if;
  elsif in_scope = 'team' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select t.team_id::text, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.agent_usage_hour t where t.project = in_project and t.hour >= hour_first and t.hour < hour_end group by 1; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select t.team_id::text, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1; end if;
      if in_measure in ('cost', 'tool_calls') then return query select t.team_id::text, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1; end if;
      if in_measure in ('runs') then return query select t.team_id::text, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1; end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select t.team_id::text, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end group by 1; end if;
      if in_measure in ('cost', 'tool_calls') then return query select t.team_id::text, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end group by 1; end if;
      if in_measure in ('runs') then return query select t.team_id::text, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end group by 1; end if;
    end if;
  elsif in_scope = 'label' then
    if day_first < day_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select t.value::text, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.label_usage_day t where t.project = in_project and t.name = in_label and t.day >= day_first and t.day < day_end group by 1; end if;
    end if;
    if hour_first < least(hour_end, day_first * 24) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select t.value::text, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.label_usage_hour t where t.project = in_project and t.name = in_label and t.hour >= hour_first and t.hour < least(hour_end, day_first * 24) group by 1; end if;
    end if;
    if day_end * 24 < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select t.value::text, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.label_usage_hour t where t.project = in_project and t.name = in_label and t.hour >= day_end * 24 and t.hour < hour_end group by 1; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select t.value::text, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.label_usage t where t.project = in_project and t.name = in_label and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1; end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select t.value::text, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.label_usage t where t.project = in_project and t.name = in_label and t.bucket >= hour_end * 4 and t.bucket < in_end group by 1; end if;
    end if;
  elsif in_scope = 'session' then
    if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select t.session_id::text, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.session t where t.project = in_project and t.ended_at_us >= in_first::bigint * 900000000 group by 1; end if;
  elsif in_scope = 'run' then
    if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'tool_calls') then return query select t.run_id::text, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.run t where t.project = in_project and t.ended_at_us >= in_first::bigint * 900000000 group by 1; end if;
  end if;
end $$;

CREATE FUNCTION runfold_internal.budget_window(kind text, zone text, quarters integer, since timestamp with time zone, at timestamp with time zone, OUT window_first integer, OUT window_end integer) RETURNS record
    LANGUAGE plpgsql STABLE
    AS $$
declare
  local timestamp := at at time zone zone;
  quarter constant numeric := 900;
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
    window_end := window_first + 4;
    -- As in usage, another hour begins where the clock changes by half an hour, as on Lord Howe.
    while window_first < now_quarter and (to_timestamp((window_first) * 900::float8) at time zone zone - to_timestamp((window_first) * 900::float8) at time zone 'UTC') <> (to_timestamp((now_quarter) * 900::float8) at time zone zone - to_timestamp((now_quarter) * 900::float8) at time zone 'UTC') loop
      window_first := window_first + 1;
    end loop;
    while window_end > now_quarter + 1 and (to_timestamp((window_end - 1) * 900::float8) at time zone zone - to_timestamp((window_end - 1) * 900::float8) at time zone 'UTC') <> (to_timestamp((now_quarter) * 900::float8) at time zone zone - to_timestamp((now_quarter) * 900::float8) at time zone 'UTC') loop
      window_end := window_end - 1;
    end loop;
  else
    window_first := floor(extract(epoch from
      runfold_internal.first_instant(date_trunc(kind, local), zone)) / quarter);
    window_end := floor(extract(epoch from
      runfold_internal.first_instant(date_trunc(kind, local) + ('1 ' || kind)::interval, zone)) / quarter);
  end if;
  window_first := greatest(window_first, floor(extract(epoch from since) / quarter)::integer);
end $$;

CREATE FUNCTION runfold_internal.check_budgets(in_project integer, who text[], labels text[], estimates bigint[], are_free boolean[], holds text[], hold_seconds double precision[]) RETURNS TABLE(place integer, name text, value text, measure text, limit_units bigint, used numeric, held numeric, window_end integer, allowed boolean, is_held boolean)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
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
end $$;

CREATE FUNCTION runfold_internal.first_instant(local timestamp without time zone, zone text) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$
  select case when (local at time zone zone - interval '2 hours') at time zone zone = local then local at time zone zone - interval '2 hours'
    when (local at time zone zone - interval '1 hour') at time zone zone = local then local at time zone zone - interval '1 hour'
    when (local at time zone zone - interval '30 minutes') at time zone zone = local then local at time zone zone - interval '30 minutes'
    else local at time zone zone end
$$;

CREATE FUNCTION runfold_internal.lock_budgets(in_project integer, who text[], labels text[], holds text[]) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
declare
  b runfold_internal.budget;
  named text;
  key bigint;
  keys bigint[] := '{}';
  locked text;
begin
  for b in select t.* from runfold_internal.budget t where t.project = in_project and t.stop
    and t.from_at <= clock_timestamp() loop
    for i in 1 .. cardinality(holds) loop
      named := case b.scope when 'project' then '' when 'model' then who[6][i] when 'user' then who[1][i] when 'agent' then who[2][i] when 'team' then who[3][i] when 'label' then labels[i]::json->>b.label when 'session' then who[4][i] when 'run' then who[5][i] end;
      continue when holds[i] is null or named is null or named <> b.value;
      key := hashtextextended(named, b.id);
      if key <> all(keys) then
        keys := keys || key;
      end if;
    end loop;
  end loop;
  if cardinality(keys) > 1 then
    keys := array(select k from unnest(keys) k order by k);
  end if;
  foreach key in array keys loop
    -- An expression, because `perform` would prepare a statement.
    locked := pg_advisory_xact_lock(key)::text;
  end loop;
end $$;

CREATE FUNCTION runfold_internal.release_holds(in_project integer, hold_ids text[]) RETURNS SETOF text
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
begin
  -- If the server crashes, a released hold may come back. It then expires.
  perform set_config('synchronous_commit', 'off', true);
  return query with gone as (
    delete from runfold_internal.budget_hold h where h.ctid = any(array(
      select f.ctid from unnest(hold_ids) n(id) cross join lateral (
        select o.ctid from runfold_internal.budget_hold o
        where o.project = in_project and o.hold_id = n.id and o.expires_at > clock_timestamp() offset 0) f))
    returning h.hold_id)
  select g.hold_id::text from gone g;
end $$;

CREATE AGGREGATE runfold_internal.total(bigint) (
    SFUNC = int8pl,
    STYPE = bigint,
    COMBINEFUNC = int8pl,
    PARALLEL = safe
);

CREATE AGGREGATE runfold_internal.total_levels(numeric) (
    SFUNC = numeric_add,
    STYPE = numeric,
    COMBINEFUNC = numeric_add,
    PARALLEL = safe
);

CREATE TABLE runfold_internal.alert_delivery (
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    next_at timestamp with time zone DEFAULT now() NOT NULL,
    delivered_at timestamp with time zone,
    id uuid NOT NULL,
    notification_id uuid NOT NULL,
    channel_id integer NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    is_open boolean DEFAULT true NOT NULL,
    channel text NOT NULL COLLATE pg_catalog."C",
    fault text
);

CREATE TABLE runfold_internal.alert_notification (
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    episode bigint NOT NULL,
    id uuid NOT NULL,
    rule_id integer NOT NULL,
    project integer NOT NULL,
    share real NOT NULL,
    state text NOT NULL,
    rule text NOT NULL COLLATE pg_catalog."C",
    budget text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C",
    body jsonb NOT NULL
);

CREATE VIEW runfold.alert_history AS
 SELECT n.project,
    n.id,
    n.rule,
    n.state,
    NULLIF(n.budget, ''::text) AS budget,
    NULLIF(n.value, ''::text) AS value,
    NULLIF(n.share, (0)::double precision) AS share,
    (((n.body -> 'data'::text) ->> 'figure'::text))::double precision AS figure,
    n.created_at,
    d.channel,
    d.attempts,
    d.delivered_at,
    d.fault
   FROM (runfold_internal.alert_notification n
     LEFT JOIN runfold_internal.alert_delivery d ON ((d.notification_id = n.id)));

COMMENT ON VIEW runfold.alert_history IS 'One row per notification and channel: what fired or resolved, and whether it was delivered.';

COMMENT ON COLUMN runfold.alert_history.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.alert_history.id IS 'The notification';

COMMENT ON COLUMN runfold.alert_history.rule IS 'The rule';

COMMENT ON COLUMN runfold.alert_history.state IS 'firing or resolved';

COMMENT ON COLUMN runfold.alert_history.budget IS 'The budget, for a rule about budgets';

COMMENT ON COLUMN runfold.alert_history.value IS 'The user, agent, model, tool …; null for the project';

COMMENT ON COLUMN runfold.alert_history.share IS 'The share of the limit, in percent';

COMMENT ON COLUMN runfold.alert_history.figure IS 'What was measured';

COMMENT ON COLUMN runfold.alert_history.created_at IS 'When it was written';

COMMENT ON COLUMN runfold.alert_history.channel IS 'The channel it goes to; null if the rule has none';

COMMENT ON COLUMN runfold.alert_history.attempts IS 'How often it was tried';

COMMENT ON COLUMN runfold.alert_history.delivered_at IS 'When it was delivered';

COMMENT ON COLUMN runfold.alert_history.fault IS 'Why the last attempt failed';

CREATE TABLE runfold_internal.alert_rule (
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    id integer NOT NULL,
    project integer NOT NULL,
    for_seconds integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    settings jsonb NOT NULL,
    channels text[] NOT NULL,
    muted_until timestamp with time zone
);

CREATE TABLE runfold_internal.alert_state (
    since timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    rule_id integer NOT NULL,
    window_first integer NOT NULL,
    share real NOT NULL,
    state text NOT NULL,
    budget text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C"
);

CREATE VIEW runfold.alerts AS
 SELECT r.project,
    r.name AS rule,
    r.kind,
    NULLIF(s.budget, ''::text) AS budget,
    NULLIF(s.value, ''::text) AS value,
    NULLIF(s.share, (0)::double precision) AS share,
    s.state,
    s.since,
        CASE
            WHEN (s.window_first <> 0) THEN (('1970-01-01 00:00:00'::timestamp without time zone + ((((s.window_first)::bigint * 900000000))::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text)
            ELSE NULL::timestamp with time zone
        END AS window_start
   FROM (runfold_internal.alert_state s
     JOIN runfold_internal.alert_rule r ON ((r.id = s.rule_id)));

COMMENT ON VIEW runfold.alerts IS 'One row per rule and value that is pending, is firing or has resolved.';

COMMENT ON COLUMN runfold.alerts.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.alerts.rule IS 'The rule';

COMMENT ON COLUMN runfold.alerts.kind IS 'The kind of the rule';

COMMENT ON COLUMN runfold.alerts.budget IS 'The budget, for a rule about budgets';

COMMENT ON COLUMN runfold.alerts.value IS 'The user, agent, model, tool …; null for the project';

COMMENT ON COLUMN runfold.alerts.share IS 'The share of the limit, in percent';

COMMENT ON COLUMN runfold.alerts.state IS 'pending, firing or resolved';

COMMENT ON COLUMN runfold.alerts.since IS 'When it entered this state';

COMMENT ON COLUMN runfold.alerts.window_start IS 'When the window of the budget began';

CREATE TABLE runfold_internal.budget (
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    from_at timestamp with time zone NOT NULL,
    limit_units bigint NOT NULL,
    id integer NOT NULL,
    project integer NOT NULL,
    rolling_quarters integer,
    stop boolean NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    scope text NOT NULL,
    label text COLLATE pg_catalog."C",
    value text COLLATE pg_catalog."C",
    measure text NOT NULL,
    window_kind text NOT NULL,
    time_zone text NOT NULL,
    when_unknown text NOT NULL,
    shares real[] NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE runfold_internal.budget_hold (
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    amount bigint NOT NULL,
    project integer NOT NULL,
    budget_id integer NOT NULL,
    hold_id text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C"
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000');

CREATE VIEW runfold.budgets AS
 SELECT b.project,
    b.name,
    b.scope,
    b.label,
    NULLIF(u.value, ''::text) AS value,
    b.measure,
        CASE b.measure
            WHEN 'cost'::text THEN trim_scale(((b.limit_units)::numeric / 1000000000.0))
            ELSE (b.limit_units)::numeric
        END AS "limit",
        CASE b.measure
            WHEN 'cost'::text THEN trim_scale((u.used / 1000000000.0))
            ELSE u.used
        END AS used,
        CASE b.measure
            WHEN 'cost'::text THEN trim_scale((COALESCE(( SELECT sum(h.amount) AS sum
               FROM runfold_internal.budget_hold h
              WHERE ((h.budget_id = b.id) AND (h.value = u.value) AND (h.expires_at > now()))), (0)::numeric) / 1000000000.0))
            ELSE COALESCE(( SELECT sum(h.amount) AS sum
               FROM runfold_internal.budget_hold h
              WHERE ((h.budget_id = b.id) AND (h.value = u.value) AND (h.expires_at > now()))), (0)::numeric)
        END AS held,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((((w.window_first)::bigint * 900000000))::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS window_start,
        CASE
            WHEN (b.window_kind <> 'total'::text) THEN (('1970-01-01 00:00:00'::timestamp without time zone + ((((w.window_end)::bigint * 900000000))::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text)
            ELSE NULL::timestamp with time zone
        END AS resets_at,
    b.stop
   FROM runfold_internal.budget b,
    LATERAL runfold_internal.budget_window(b.window_kind, b.time_zone, b.rolling_quarters, b.from_at, now()) w(window_first, window_end),
    LATERAL ( SELECT b.value,
            runfold_internal.budget_used(b.project, b.scope, b.label, b.value, b.measure, w.window_first, w.window_end) AS used
          WHERE (b.value IS NOT NULL)
        UNION ALL
         SELECT v.value,
            v.used
           FROM runfold_internal.budget_used_by_value(b.project, b.scope, b.label, b.measure, w.window_first, w.window_end) v(value, used)
          WHERE (b.value IS NULL)
        UNION ALL
         SELECT DISTINCT h.value,
            (0)::numeric AS "numeric"
           FROM runfold_internal.budget_hold h
          WHERE ((b.value IS NULL) AND (h.budget_id = b.id) AND (NOT (EXISTS ( SELECT
                   FROM runfold_internal.budget_used_by_value(b.project, b.scope, b.label, b.measure, w.window_first, w.window_end) v(value, used)
                  WHERE (v.value = h.value)))))) u;

COMMENT ON VIEW runfold.budgets IS 'One row per budget and value: its use in the current window. A budget without a value has a row for every value that uses or holds some.';

COMMENT ON COLUMN runfold.budgets.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.budgets.name IS 'The budget';

COMMENT ON COLUMN runfold.budgets.scope IS 'What is limited: the project, or a user, agent …';

COMMENT ON COLUMN runfold.budgets.label IS 'The name of the label if the scope is label';

COMMENT ON COLUMN runfold.budgets.value IS 'The user, agent …; null for the project';

COMMENT ON COLUMN runfold.budgets.measure IS 'cost, in US dollars, or another measure, as a count';

COMMENT ON COLUMN runfold.budgets."limit" IS 'The limit';

COMMENT ON COLUMN runfold.budgets.used IS 'The use: the sum over the totals';

COMMENT ON COLUMN runfold.budgets.held IS 'The amount held for future events';

COMMENT ON COLUMN runfold.budgets.window_start IS 'When the window began';

COMMENT ON COLUMN runfold.budgets.resets_at IS 'When the next window begins; null if never';

COMMENT ON COLUMN runfold.budgets.stop IS 'Whether checks are refused above the limit';

CREATE TABLE runfold_internal.event (
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    occurred_at_us bigint NOT NULL,
    time_us bigint,
    time_to_first_token_us bigint,
    cost_nanos bigint,
    project integer NOT NULL,
    sequence integer,
    input_tokens integer,
    output_tokens integer,
    total_tokens integer,
    prompt_tokens integer,
    completion_tokens integer,
    audio_tokens integer,
    input_audio_tokens integer,
    output_audio_tokens integer,
    cached_tokens integer,
    cache_write_tokens integer,
    reasoning_tokens integer,
    type smallint NOT NULL,
    role smallint,
    status smallint,
    error boolean,
    id uuid NOT NULL,
    corrects uuid,
    session_id text NOT NULL COLLATE pg_catalog."C",
    run_id text NOT NULL COLLATE pg_catalog."C",
    original_id text COLLATE pg_catalog."C",
    original_corrects text COLLATE pg_catalog."C",
    parent_run_id text COLLATE pg_catalog."C",
    agent_id text COLLATE pg_catalog."C",
    agent_name text COLLATE pg_catalog."C",
    team_id text COLLATE pg_catalog."C",
    workflow_id text COLLATE pg_catalog."C",
    user_id text COLLATE pg_catalog."C",
    model text COLLATE pg_catalog."C",
    provider text COLLATE pg_catalog."C",
    tool_name text COLLATE pg_catalog."C",
    tool_call_id text COLLATE pg_catalog."C",
    error_text text COLLATE pg_catalog."C",
    prompt_tokens_details json,
    completion_tokens_details json,
    additional_metrics json,
    cost_source text COLLATE pg_catalog."C",
    cache_write_1h_tokens integer,
    pricing smallint,
    labels text COLLATE pg_catalog."C",
    hold_id text COLLATE pg_catalog."C"
);

CREATE VIEW runfold.events AS
 SELECT e.project,
    e.session_id,
    e.run_id,
    COALESCE(e.original_id, (e.id)::text) AS id,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((e.occurred_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS occurred_at,
    e.sequence,
        CASE e.type
            WHEN 1 THEN 'message'::text
            WHEN 2 THEN 'tool_call'::text
            WHEN 3 THEN 'run'::text
            ELSE NULL::text
        END AS type,
        CASE e.role
            WHEN 1 THEN 'assistant'::text
            WHEN 2 THEN 'user'::text
            WHEN 3 THEN 'system'::text
            WHEN 4 THEN 'tool'::text
            ELSE NULL::text
        END AS role,
        CASE e.status
            WHEN 1 THEN 'paused'::text
            WHEN 2 THEN 'completed'::text
            WHEN 3 THEN 'error'::text
            WHEN 4 THEN 'cancelled'::text
            ELSE NULL::text
        END AS status,
        CASE e.pricing
            WHEN 1 THEN 'first'::text
            ELSE NULL::text
        END AS pricing,
    e.tool_name,
    e.tool_call_id,
    e.error,
    e.error_text,
    e.parent_run_id,
    e.agent_id,
    e.agent_name,
    e.team_id,
    e.workflow_id,
    e.user_id,
    e.model,
    e.provider,
    COALESCE(e.cost_source,
        CASE
            WHEN (e.cost_nanos IS NOT NULL) THEN 'reported'::text
            ELSE NULL::text
        END) AS cost_source,
    e.hold_id,
    (e.labels)::json AS labels,
    e.input_tokens,
    e.output_tokens,
    e.total_tokens,
    e.prompt_tokens,
    e.completion_tokens,
    e.audio_tokens,
    e.input_audio_tokens,
    e.output_audio_tokens,
    e.cached_tokens,
    e.cache_write_tokens,
    e.cache_write_1h_tokens,
    e.reasoning_tokens,
    e.prompt_tokens_details,
    e.completion_tokens_details,
    e.additional_metrics,
    trim_scale(((e.time_us)::numeric / 1000000.0)) AS "time",
    trim_scale(((e.time_to_first_token_us)::numeric / 1000000.0)) AS time_to_first_token,
    trim_scale(((e.cost_nanos)::numeric / 1000000000.0)) AS cost,
    COALESCE(e.original_corrects, (e.corrects)::text) AS corrects,
    e.recorded_at
   FROM runfold_internal.event e;

COMMENT ON VIEW runfold.events IS 'The log: one row per event of any type, as it was recorded.';

COMMENT ON COLUMN runfold.events.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.events.session_id IS 'The conversation';

COMMENT ON COLUMN runfold.events.run_id IS 'The run';

COMMENT ON COLUMN runfold.events.id IS 'The event, as it was sent';

COMMENT ON COLUMN runfold.events.occurred_at IS 'When it ended';

COMMENT ON COLUMN runfold.events.sequence IS 'Its index in the run';

COMMENT ON COLUMN runfold.events.type IS 'message, tool_call or run';

COMMENT ON COLUMN runfold.events.role IS 'assistant, user, system or tool';

COMMENT ON COLUMN runfold.events.status IS 'How the run ended: completed, error, cancelled or paused';

COMMENT ON COLUMN runfold.events.pricing IS 'Only for corrections: first if the message had no cost before';

COMMENT ON COLUMN runfold.events.tool_name IS 'The tool';

COMMENT ON COLUMN runfold.events.tool_call_id IS 'The call''s id as the model gave it';

COMMENT ON COLUMN runfold.events.error IS 'Whether it failed; null if not reported';

COMMENT ON COLUMN runfold.events.error_text IS 'How it failed';

COMMENT ON COLUMN runfold.events.parent_run_id IS 'The run that delegated to this one';

COMMENT ON COLUMN runfold.events.agent_id IS 'The agent that ran';

COMMENT ON COLUMN runfold.events.agent_name IS 'The agent''s name';

COMMENT ON COLUMN runfold.events.team_id IS 'The team the run belonged to';

COMMENT ON COLUMN runfold.events.workflow_id IS 'The workflow the run belonged to';

COMMENT ON COLUMN runfold.events.user_id IS 'The user it was done for';

COMMENT ON COLUMN runfold.events.model IS 'The model that served it';

COMMENT ON COLUMN runfold.events.provider IS 'The provider that served it';

COMMENT ON COLUMN runfold.events.cost_source IS 'Where the cost came from: reported, override, or genai-prices@ and its version';

COMMENT ON COLUMN runfold.events.hold_id IS 'The hold on budgets that this event uses up: it ends when the event is in the log';

COMMENT ON COLUMN runfold.events.labels IS 'Your own dimensions: name → string';

COMMENT ON COLUMN runfold.events.input_tokens IS 'Tokens sent to the model, including those read from and written to a cache';

COMMENT ON COLUMN runfold.events.output_tokens IS 'Tokens the model produced, including its reasoning';

COMMENT ON COLUMN runfold.events.total_tokens IS 'All tokens; input + output unless reported';

COMMENT ON COLUMN runfold.events.prompt_tokens IS 'Input tokens as the provider named them';

COMMENT ON COLUMN runfold.events.completion_tokens IS 'Output tokens as the provider named them';

COMMENT ON COLUMN runfold.events.audio_tokens IS 'Audio tokens, input and output';

COMMENT ON COLUMN runfold.events.input_audio_tokens IS 'Audio tokens sent; a subset of input';

COMMENT ON COLUMN runfold.events.output_audio_tokens IS 'Audio tokens produced; a subset of output';

COMMENT ON COLUMN runfold.events.cached_tokens IS 'Input tokens read from a cache; a subset of input';

COMMENT ON COLUMN runfold.events.cache_write_tokens IS 'Input tokens written to a cache; a subset of input, not part of cached_tokens';

COMMENT ON COLUMN runfold.events.cache_write_1h_tokens IS 'Tokens written to a cache for an hour; a subset of cache_write_tokens';

COMMENT ON COLUMN runfold.events.reasoning_tokens IS 'Output tokens spent reasoning; a subset of output';

COMMENT ON COLUMN runfold.events.prompt_tokens_details IS 'The provider''s split of prompt tokens';

COMMENT ON COLUMN runfold.events.completion_tokens_details IS 'The provider''s split of completion tokens';

COMMENT ON COLUMN runfold.events.additional_metrics IS 'Your own figures, stored unchanged';

COMMENT ON COLUMN runfold.events."time" IS 'How long it took, in seconds';

COMMENT ON COLUMN runfold.events.time_to_first_token IS 'Time until the first token arrived, in seconds';

COMMENT ON COLUMN runfold.events.cost IS 'What it cost, in US dollars';

COMMENT ON COLUMN runfold.events.corrects IS 'The event this one adjusts; its figures are differences';

COMMENT ON COLUMN runfold.events.recorded_at IS 'When it was added to the log';

CREATE TABLE runfold_internal.label_usage (
    project integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    bucket integer NOT NULL,
    value text NOT NULL COLLATE pg_catalog."C",
    provider text NOT NULL COLLATE pg_catalog."C",
    model text NOT NULL COLLATE pg_catalog."C",
    assistant_messages bigint NOT NULL,
    message_errors bigint NOT NULL,
    metered_messages bigint NOT NULL,
    unpriced_messages bigint NOT NULL,
    input_tokens bigint,
    output_tokens bigint,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    audio_tokens bigint,
    input_audio_tokens bigint,
    output_audio_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    cache_write_1h_tokens bigint,
    reasoning_tokens bigint,
    time_us bigint,
    timed_messages bigint NOT NULL,
    timed_output_tokens bigint,
    time_to_first_token_us bigint,
    streamed_messages bigint NOT NULL,
    cost_nanos bigint,
    tool_calls bigint NOT NULL,
    tool_errors bigint NOT NULL,
    tool_time_us bigint,
    timed_tool_calls bigint NOT NULL,
    tool_cost_nanos bigint,
    runs bigint NOT NULL,
    failed_runs bigint NOT NULL,
    run_time_us bigint
)
WITH (fillfactor='50');

CREATE VIEW runfold.label_usage AS
 SELECT t.project,
    t.name,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((((t.bucket)::bigint * 900000000))::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS bucket_start,
    t.value,
    NULLIF(t.provider, ''::text) AS provider,
    NULLIF(t.model, ''::text) AS model,
    t.assistant_messages,
    t.message_errors,
    t.metered_messages,
    t.unpriced_messages,
    t.input_tokens,
    t.output_tokens,
    t.total_tokens,
    t.prompt_tokens,
    t.completion_tokens,
    t.audio_tokens,
    t.input_audio_tokens,
    t.output_audio_tokens,
    t.cached_tokens,
    t.cache_write_tokens,
    t.cache_write_1h_tokens,
    t.reasoning_tokens,
    trim_scale(((t.time_us)::numeric / 1000000.0)) AS "time",
    t.timed_messages,
    t.timed_output_tokens,
    trim_scale(((t.time_to_first_token_us)::numeric / 1000000.0)) AS time_to_first_token,
    t.streamed_messages,
    trim_scale(((COALESCE((t.cost_nanos + t.tool_cost_nanos), t.cost_nanos, t.tool_cost_nanos))::numeric / 1000000000.0)) AS cost,
    t.tool_calls,
    t.tool_errors,
    trim_scale(((t.tool_time_us)::numeric / 1000000.0)) AS tool_time,
    t.timed_tool_calls,
    t.runs,
    t.failed_runs,
    trim_scale(((t.run_time_us)::numeric / 1000000.0)) AS run_time
   FROM runfold_internal.label_usage t;

COMMENT ON VIEW runfold.label_usage IS 'One row per quarter of an hour, label, value, provider and model: messages, tool calls and ended runs.';

COMMENT ON COLUMN runfold.label_usage.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.label_usage.name IS 'The name of the label';

COMMENT ON COLUMN runfold.label_usage.bucket_start IS 'The start of the quarter of an hour, in UTC, in which the events ended';

COMMENT ON COLUMN runfold.label_usage.value IS 'Its value';

COMMENT ON COLUMN runfold.label_usage.provider IS 'The provider; null for tool calls and runs';

COMMENT ON COLUMN runfold.label_usage.model IS 'The model; null for tool calls and runs';

COMMENT ON COLUMN runfold.label_usage.assistant_messages IS 'Messages of the assistant';

COMMENT ON COLUMN runfold.label_usage.message_errors IS 'Messages of the assistant that failed';

COMMENT ON COLUMN runfold.label_usage.metered_messages IS 'Messages of the assistant that reported their tokens';

COMMENT ON COLUMN runfold.label_usage.unpriced_messages IS 'Messages of the assistant with tokens and without a cost';

COMMENT ON COLUMN runfold.label_usage.input_tokens IS 'Tokens sent to the model, including those read from and written to a cache';

COMMENT ON COLUMN runfold.label_usage.output_tokens IS 'Tokens the model produced, including its reasoning';

COMMENT ON COLUMN runfold.label_usage.total_tokens IS 'All tokens; input + output unless reported';

COMMENT ON COLUMN runfold.label_usage.prompt_tokens IS 'Input tokens as the provider named them';

COMMENT ON COLUMN runfold.label_usage.completion_tokens IS 'Output tokens as the provider named them';

COMMENT ON COLUMN runfold.label_usage.audio_tokens IS 'Audio tokens, input and output';

COMMENT ON COLUMN runfold.label_usage.input_audio_tokens IS 'Audio tokens sent; a subset of input';

COMMENT ON COLUMN runfold.label_usage.output_audio_tokens IS 'Audio tokens produced; a subset of output';

COMMENT ON COLUMN runfold.label_usage.cached_tokens IS 'Input tokens read from a cache; a subset of input';

COMMENT ON COLUMN runfold.label_usage.cache_write_tokens IS 'Input tokens written to a cache; a subset of input, not part of cached_tokens';

COMMENT ON COLUMN runfold.label_usage.cache_write_1h_tokens IS 'Tokens written to a cache for an hour; a subset of cache_write_tokens';

COMMENT ON COLUMN runfold.label_usage.reasoning_tokens IS 'Output tokens spent reasoning; a subset of output';

COMMENT ON COLUMN runfold.label_usage."time" IS 'Time of the messages added up, in seconds';

COMMENT ON COLUMN runfold.label_usage.timed_messages IS 'Messages that reported their time';

COMMENT ON COLUMN runfold.label_usage.timed_output_tokens IS 'Tokens produced by messages that reported their time';

COMMENT ON COLUMN runfold.label_usage.time_to_first_token IS 'Times to first token added up, in seconds';

COMMENT ON COLUMN runfold.label_usage.streamed_messages IS 'Messages that reported a time to first token';

COMMENT ON COLUMN runfold.label_usage.cost IS 'Cost of the messages and tool calls, in US dollars';

COMMENT ON COLUMN runfold.label_usage.tool_calls IS 'Tool calls';

COMMENT ON COLUMN runfold.label_usage.tool_errors IS 'Tool calls that failed';

COMMENT ON COLUMN runfold.label_usage.tool_time IS 'Time of the tool calls added up, in seconds';

COMMENT ON COLUMN runfold.label_usage.timed_tool_calls IS 'Tool calls that reported their time';

COMMENT ON COLUMN runfold.label_usage.runs IS 'Runs that ended';

COMMENT ON COLUMN runfold.label_usage.failed_runs IS 'Runs that ended with an error';

COMMENT ON COLUMN runfold.label_usage.run_time IS 'Wall-clock time that the run events reported, in seconds';

CREATE TABLE runfold_internal.latency_day (
    project integer NOT NULL,
    day integer NOT NULL,
    type smallint NOT NULL,
    provider text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    time_levels numeric,
    first_token_levels numeric
)
WITH (fillfactor='50');

CREATE VIEW runfold.latency_quantiles AS
 SELECT t.project,
    ('1970-01-01'::date + t.day) AS day,
        CASE
            WHEN h.is_first_token THEN 'time_to_first_token'::text
            ELSE
            CASE t.type
                WHEN 1 THEN 'message'::text
                WHEN 2 THEN 'tool_call'::text
                WHEN 3 THEN 'run'::text
                ELSE NULL::text
            END
        END AS kind,
    NULLIF(t.provider, ''::text) AS provider,
    NULLIF(t.name, ''::text) AS name,
    q.events,
    q.p50,
    q.p90,
    q.p95,
    q.p99
   FROM ((runfold_internal.latency_day t
     CROSS JOIN LATERAL ( VALUES (t.time_levels,false), (t.first_token_levels,true)) h(levels, is_first_token))
     CROSS JOIN LATERAL ( SELECT (max(r.total))::bigint AS events,
            (
                CASE min(r.level) FILTER (WHERE (((100)::numeric * r.up_to) >= ((50)::numeric * r.total)))
                    WHEN 0 THEN (0)::double precision
                    ELSE (power(((101)::double precision / (99.0)::double precision), ((min(r.level) FILTER (WHERE (((100)::numeric * r.up_to) >= ((50)::numeric * r.total))) - 1))::double precision) * (0.99)::double precision)
                END / ('1000000'::numeric)::double precision) AS p50,
            (
                CASE min(r.level) FILTER (WHERE (((100)::numeric * r.up_to) >= ((90)::numeric * r.total)))
                    WHEN 0 THEN (0)::double precision
                    ELSE (power(((101)::double precision / (99.0)::double precision), ((min(r.level) FILTER (WHERE (((100)::numeric * r.up_to) >= ((90)::numeric * r.total))) - 1))::double precision) * (0.99)::double precision)
                END / ('1000000'::numeric)::double precision) AS p90,
            (
                CASE min(r.level) FILTER (WHERE (((100)::numeric * r.up_to) >= ((95)::numeric * r.total)))
                    WHEN 0 THEN (0)::double precision
                    ELSE (power(((101)::double precision / (99.0)::double precision), ((min(r.level) FILTER (WHERE (((100)::numeric * r.up_to) >= ((95)::numeric * r.total))) - 1))::double precision) * (0.99)::double precision)
                END / ('1000000'::numeric)::double precision) AS p95,
            (
                CASE min(r.level) FILTER (WHERE (((100)::numeric * r.up_to) >= ((99)::numeric * r.total)))
                    WHEN 0 THEN (0)::double precision
                    ELSE (power(((101)::double precision / (99.0)::double precision), ((min(r.level) FILTER (WHERE (((100)::numeric * r.up_to) >= ((99)::numeric * r.total))) - 1))::double precision) * (0.99)::double precision)
                END / ('1000000'::numeric)::double precision) AS p99
           FROM ( SELECT c.level,
                    sum(c.events) OVER (ORDER BY c.level) AS up_to,
                    sum(c.events) OVER () AS total
                   FROM ( SELECT l.level,
                            (encode(substr(d.digits, ((length(d.digits) - (12 * l.level)) - 11), 12), 'escape'::text))::bigint AS events
                           FROM (( SELECT convert_to((h.levels)::text, 'UTF8'::name) AS digits
                                 OFFSET 0) d
                             CROSS JOIN LATERAL generate_series(((length(d.digits) - length(rtrim(convert_from(d.digits, 'UTF8'::name), '0'::text))) / 12), ((length(d.digits) - 1) / 12)) l(level))) c) r) q)
  WHERE (h.levels IS NOT NULL);

COMMENT ON VIEW runfold.latency_quantiles IS 'One row per day in UTC, kind of time and model or tool: the quantiles of the time, each within 1 %.';

COMMENT ON COLUMN runfold.latency_quantiles.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.latency_quantiles.day IS 'The day in UTC';

COMMENT ON COLUMN runfold.latency_quantiles.kind IS 'message, time_to_first_token, tool_call or run';

COMMENT ON COLUMN runfold.latency_quantiles.provider IS 'The provider of a message';

COMMENT ON COLUMN runfold.latency_quantiles.name IS 'The model of a message, the tool of a call, null for runs';

COMMENT ON COLUMN runfold.latency_quantiles.events IS 'How many reported the time';

COMMENT ON COLUMN runfold.latency_quantiles.p50 IS 'The time that 50 % did not exceed, in seconds';

COMMENT ON COLUMN runfold.latency_quantiles.p90 IS 'The time that 90 % did not exceed, in seconds';

COMMENT ON COLUMN runfold.latency_quantiles.p95 IS 'The time that 95 % did not exceed, in seconds';

COMMENT ON COLUMN runfold.latency_quantiles.p99 IS 'The time that 99 % did not exceed, in seconds';

CREATE VIEW runfold.messages AS
 SELECT e.project,
    e.session_id,
    e.run_id,
    COALESCE(e.original_id, (e.id)::text) AS id,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((e.occurred_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS occurred_at,
    e.sequence,
        CASE e.role
            WHEN 1 THEN 'assistant'::text
            WHEN 2 THEN 'user'::text
            WHEN 3 THEN 'system'::text
            WHEN 4 THEN 'tool'::text
            ELSE NULL::text
        END AS role,
        CASE e.pricing
            WHEN 1 THEN 'first'::text
            ELSE NULL::text
        END AS pricing,
    e.error,
    e.error_text,
    e.parent_run_id,
    e.agent_id,
    e.agent_name,
    e.team_id,
    e.workflow_id,
    e.user_id,
    e.model,
    e.provider,
    COALESCE(e.cost_source,
        CASE
            WHEN (e.cost_nanos IS NOT NULL) THEN 'reported'::text
            ELSE NULL::text
        END) AS cost_source,
    e.hold_id,
    (e.labels)::json AS labels,
    e.input_tokens,
    e.output_tokens,
    e.total_tokens,
    e.prompt_tokens,
    e.completion_tokens,
    e.audio_tokens,
    e.input_audio_tokens,
    e.output_audio_tokens,
    e.cached_tokens,
    e.cache_write_tokens,
    e.cache_write_1h_tokens,
    e.reasoning_tokens,
    e.prompt_tokens_details,
    e.completion_tokens_details,
    e.additional_metrics,
    trim_scale(((e.time_us)::numeric / 1000000.0)) AS "time",
    trim_scale(((e.time_to_first_token_us)::numeric / 1000000.0)) AS time_to_first_token,
    trim_scale(((e.cost_nanos)::numeric / 1000000000.0)) AS cost,
    COALESCE(e.original_corrects, (e.corrects)::text) AS corrects,
    e.recorded_at
   FROM runfold_internal.event e
  WHERE (e.type = 1);

COMMENT ON VIEW runfold.messages IS 'One row per message, as it was recorded. Corrections are separate rows.';

COMMENT ON COLUMN runfold.messages.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.messages.session_id IS 'The conversation';

COMMENT ON COLUMN runfold.messages.run_id IS 'The run';

COMMENT ON COLUMN runfold.messages.id IS 'The event, as it was sent';

COMMENT ON COLUMN runfold.messages.occurred_at IS 'When it ended';

COMMENT ON COLUMN runfold.messages.sequence IS 'Its index in the run';

COMMENT ON COLUMN runfold.messages.role IS 'assistant, user, system or tool';

COMMENT ON COLUMN runfold.messages.pricing IS 'Only for corrections: first if the message had no cost before';

COMMENT ON COLUMN runfold.messages.error IS 'Whether it failed; null if not reported';

COMMENT ON COLUMN runfold.messages.error_text IS 'How it failed';

COMMENT ON COLUMN runfold.messages.parent_run_id IS 'The run that delegated to this one';

COMMENT ON COLUMN runfold.messages.agent_id IS 'The agent that ran';

COMMENT ON COLUMN runfold.messages.agent_name IS 'The agent''s name';

COMMENT ON COLUMN runfold.messages.team_id IS 'The team the run belonged to';

COMMENT ON COLUMN runfold.messages.workflow_id IS 'The workflow the run belonged to';

COMMENT ON COLUMN runfold.messages.user_id IS 'The user it was done for';

COMMENT ON COLUMN runfold.messages.model IS 'The model that served it';

COMMENT ON COLUMN runfold.messages.provider IS 'The provider that served it';

COMMENT ON COLUMN runfold.messages.cost_source IS 'Where the cost came from: reported, override, or genai-prices@ and its version';

COMMENT ON COLUMN runfold.messages.hold_id IS 'The hold on budgets that this event uses up: it ends when the event is in the log';

COMMENT ON COLUMN runfold.messages.labels IS 'Your own dimensions: name → string';

COMMENT ON COLUMN runfold.messages.input_tokens IS 'Tokens sent to the model, including those read from and written to a cache';

COMMENT ON COLUMN runfold.messages.output_tokens IS 'Tokens the model produced, including its reasoning';

COMMENT ON COLUMN runfold.messages.total_tokens IS 'All tokens; input + output unless reported';

COMMENT ON COLUMN runfold.messages.prompt_tokens IS 'Input tokens as the provider named them';

COMMENT ON COLUMN runfold.messages.completion_tokens IS 'Output tokens as the provider named them';

COMMENT ON COLUMN runfold.messages.audio_tokens IS 'Audio tokens, input and output';

COMMENT ON COLUMN runfold.messages.input_audio_tokens IS 'Audio tokens sent; a subset of input';

COMMENT ON COLUMN runfold.messages.output_audio_tokens IS 'Audio tokens produced; a subset of output';

COMMENT ON COLUMN runfold.messages.cached_tokens IS 'Input tokens read from a cache; a subset of input';

COMMENT ON COLUMN runfold.messages.cache_write_tokens IS 'Input tokens written to a cache; a subset of input, not part of cached_tokens';

COMMENT ON COLUMN runfold.messages.cache_write_1h_tokens IS 'Tokens written to a cache for an hour; a subset of cache_write_tokens';

COMMENT ON COLUMN runfold.messages.reasoning_tokens IS 'Output tokens spent reasoning; a subset of output';

COMMENT ON COLUMN runfold.messages.prompt_tokens_details IS 'The provider''s split of prompt tokens';

COMMENT ON COLUMN runfold.messages.completion_tokens_details IS 'The provider''s split of completion tokens';

COMMENT ON COLUMN runfold.messages.additional_metrics IS 'Your own figures, stored unchanged';

COMMENT ON COLUMN runfold.messages."time" IS 'How long it took, in seconds';

COMMENT ON COLUMN runfold.messages.time_to_first_token IS 'Time until the first token arrived, in seconds';

COMMENT ON COLUMN runfold.messages.cost IS 'What it cost, in US dollars';

COMMENT ON COLUMN runfold.messages.corrects IS 'The event this one adjusts; its figures are differences';

COMMENT ON COLUMN runfold.messages.recorded_at IS 'When it was added to the log';

CREATE TABLE runfold_internal.model_usage (
    project integer NOT NULL,
    bucket integer NOT NULL,
    agent_id text NOT NULL COLLATE pg_catalog."C",
    provider text NOT NULL COLLATE pg_catalog."C",
    model text NOT NULL COLLATE pg_catalog."C",
    assistant_messages bigint NOT NULL,
    input_tokens bigint,
    output_tokens bigint,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    audio_tokens bigint,
    input_audio_tokens bigint,
    output_audio_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    reasoning_tokens bigint,
    time_us bigint,
    timed_messages bigint NOT NULL,
    timed_output_tokens bigint,
    time_to_first_token_us bigint,
    streamed_messages bigint NOT NULL,
    cost_nanos bigint,
    team_id text NOT NULL COLLATE pg_catalog."C",
    workflow_id text NOT NULL COLLATE pg_catalog."C",
    message_errors bigint NOT NULL,
    metered_messages bigint NOT NULL,
    cache_write_1h_tokens bigint,
    unpriced_messages bigint NOT NULL
)
WITH (fillfactor='50');

CREATE VIEW runfold.model_usage AS
 SELECT t.project,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((((t.bucket)::bigint * 900000000))::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS bucket_start,
    NULLIF(t.agent_id, ''::text) AS agent_id,
    NULLIF(t.team_id, ''::text) AS team_id,
    NULLIF(t.workflow_id, ''::text) AS workflow_id,
    NULLIF(t.provider, ''::text) AS provider,
    NULLIF(t.model, ''::text) AS model,
    t.assistant_messages,
    t.message_errors,
    t.metered_messages,
    t.unpriced_messages,
    t.input_tokens,
    t.output_tokens,
    t.total_tokens,
    t.prompt_tokens,
    t.completion_tokens,
    t.audio_tokens,
    t.input_audio_tokens,
    t.output_audio_tokens,
    t.cached_tokens,
    t.cache_write_tokens,
    t.cache_write_1h_tokens,
    t.reasoning_tokens,
    trim_scale(((t.time_us)::numeric / 1000000.0)) AS "time",
    t.timed_messages,
    t.timed_output_tokens,
    trim_scale(((t.time_to_first_token_us)::numeric / 1000000.0)) AS time_to_first_token,
    t.streamed_messages,
    trim_scale(((t.cost_nanos)::numeric / 1000000000.0)) AS cost
   FROM runfold_internal.model_usage t;

COMMENT ON VIEW runfold.model_usage IS 'One row per quarter of an hour, agent, team, workflow, provider and model: what the assistant''s messages used.';

COMMENT ON COLUMN runfold.model_usage.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.model_usage.bucket_start IS 'The start of the quarter of an hour, in UTC, in which the events ended';

COMMENT ON COLUMN runfold.model_usage.agent_id IS 'The agent';

COMMENT ON COLUMN runfold.model_usage.team_id IS 'The team';

COMMENT ON COLUMN runfold.model_usage.workflow_id IS 'The workflow';

COMMENT ON COLUMN runfold.model_usage.provider IS 'The provider';

COMMENT ON COLUMN runfold.model_usage.model IS 'The model';

COMMENT ON COLUMN runfold.model_usage.assistant_messages IS 'Messages of the assistant';

COMMENT ON COLUMN runfold.model_usage.message_errors IS 'Messages of the assistant that failed';

COMMENT ON COLUMN runfold.model_usage.metered_messages IS 'Messages of the assistant that reported their tokens';

COMMENT ON COLUMN runfold.model_usage.unpriced_messages IS 'Messages of the assistant with tokens and without a cost';

COMMENT ON COLUMN runfold.model_usage.input_tokens IS 'Tokens sent to the model, including those read from and written to a cache';

COMMENT ON COLUMN runfold.model_usage.output_tokens IS 'Tokens the model produced, including its reasoning';

COMMENT ON COLUMN runfold.model_usage.total_tokens IS 'All tokens; input + output unless reported';

COMMENT ON COLUMN runfold.model_usage.prompt_tokens IS 'Input tokens as the provider named them';

COMMENT ON COLUMN runfold.model_usage.completion_tokens IS 'Output tokens as the provider named them';

COMMENT ON COLUMN runfold.model_usage.audio_tokens IS 'Audio tokens, input and output';

COMMENT ON COLUMN runfold.model_usage.input_audio_tokens IS 'Audio tokens sent; a subset of input';

COMMENT ON COLUMN runfold.model_usage.output_audio_tokens IS 'Audio tokens produced; a subset of output';

COMMENT ON COLUMN runfold.model_usage.cached_tokens IS 'Input tokens read from a cache; a subset of input';

COMMENT ON COLUMN runfold.model_usage.cache_write_tokens IS 'Input tokens written to a cache; a subset of input, not part of cached_tokens';

COMMENT ON COLUMN runfold.model_usage.cache_write_1h_tokens IS 'Tokens written to a cache for an hour; a subset of cache_write_tokens';

COMMENT ON COLUMN runfold.model_usage.reasoning_tokens IS 'Output tokens spent reasoning; a subset of output';

COMMENT ON COLUMN runfold.model_usage."time" IS 'Time of the messages added up, in seconds';

COMMENT ON COLUMN runfold.model_usage.timed_messages IS 'Messages that reported their time';

COMMENT ON COLUMN runfold.model_usage.timed_output_tokens IS 'Tokens produced by messages that reported their time';

COMMENT ON COLUMN runfold.model_usage.time_to_first_token IS 'Times to first token added up, in seconds';

COMMENT ON COLUMN runfold.model_usage.streamed_messages IS 'Messages that reported a time to first token';

COMMENT ON COLUMN runfold.model_usage.cost IS 'Cost of the messages, in US dollars';

CREATE TABLE runfold_internal.run_label (
    project integer NOT NULL,
    session_id text NOT NULL COLLATE pg_catalog."C",
    run_id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C"
)
WITH (fillfactor='50');

CREATE VIEW runfold.run_labels AS
 SELECT t.project,
    t.session_id,
    t.run_id,
    t.name,
    t.value
   FROM runfold_internal.run_label t;

COMMENT ON VIEW runfold.run_labels IS 'One row per run and label: its value.';

COMMENT ON COLUMN runfold.run_labels.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.run_labels.session_id IS 'The conversation';

COMMENT ON COLUMN runfold.run_labels.run_id IS 'The run';

COMMENT ON COLUMN runfold.run_labels.name IS 'The name of the label';

COMMENT ON COLUMN runfold.run_labels.value IS 'The value. If events of the run differ, the greatest in byte order';

CREATE TABLE runfold_internal.run_usage (
    project integer NOT NULL,
    bucket integer NOT NULL,
    agent_id text NOT NULL COLLATE pg_catalog."C",
    team_id text NOT NULL COLLATE pg_catalog."C",
    workflow_id text NOT NULL COLLATE pg_catalog."C",
    status smallint NOT NULL,
    runs bigint NOT NULL,
    run_time_us bigint,
    time_levels numeric
)
WITH (fillfactor='50');

CREATE VIEW runfold.run_usage AS
 SELECT t.project,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((((t.bucket)::bigint * 900000000))::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS bucket_start,
    NULLIF(t.agent_id, ''::text) AS agent_id,
    NULLIF(t.team_id, ''::text) AS team_id,
    NULLIF(t.workflow_id, ''::text) AS workflow_id,
        CASE t.status
            WHEN 1 THEN 'paused'::text
            WHEN 2 THEN 'completed'::text
            WHEN 3 THEN 'error'::text
            WHEN 4 THEN 'cancelled'::text
            ELSE NULL::text
        END AS status,
    t.runs,
    trim_scale(((t.run_time_us)::numeric / 1000000.0)) AS run_time
   FROM runfold_internal.run_usage t;

COMMENT ON VIEW runfold.run_usage IS 'One row per quarter of an hour, agent, team, workflow and status: the run events.';

COMMENT ON COLUMN runfold.run_usage.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.run_usage.bucket_start IS 'The start of the quarter of an hour, in UTC, in which the events ended';

COMMENT ON COLUMN runfold.run_usage.agent_id IS 'The agent';

COMMENT ON COLUMN runfold.run_usage.team_id IS 'The team';

COMMENT ON COLUMN runfold.run_usage.workflow_id IS 'The workflow';

COMMENT ON COLUMN runfold.run_usage.status IS 'How the runs ended: completed, error, cancelled or paused';

COMMENT ON COLUMN runfold.run_usage.runs IS 'Run events: ends of runs, or pauses';

COMMENT ON COLUMN runfold.run_usage.run_time IS 'Wall-clock time they reported, in seconds';

CREATE TABLE runfold_internal.run (
    project integer NOT NULL,
    session_id text NOT NULL COLLATE pg_catalog."C",
    run_id text NOT NULL COLLATE pg_catalog."C",
    started_at_us bigint,
    ended_at_us bigint,
    status text COLLATE pg_catalog."C",
    parent_run_id text COLLATE pg_catalog."C",
    agent_id text COLLATE pg_catalog."C",
    agent_name text COLLATE pg_catalog."C",
    team_id text COLLATE pg_catalog."C",
    workflow_id text COLLATE pg_catalog."C",
    user_id text COLLATE pg_catalog."C",
    model text COLLATE pg_catalog."C",
    provider text COLLATE pg_catalog."C",
    messages bigint NOT NULL,
    assistant_messages bigint NOT NULL,
    tool_calls bigint NOT NULL,
    tool_errors bigint NOT NULL,
    input_tokens bigint,
    output_tokens bigint,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    audio_tokens bigint,
    input_audio_tokens bigint,
    output_audio_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    reasoning_tokens bigint,
    time_us bigint,
    time_to_first_token_us text COLLATE pg_catalog."C",
    tool_time_us bigint,
    run_time_us bigint,
    cost_nanos bigint,
    message_errors bigint NOT NULL,
    metered_messages bigint NOT NULL,
    cache_write_1h_tokens bigint,
    unpriced_messages bigint NOT NULL,
    ended_period integer
)
WITH (fillfactor='50');

CREATE VIEW runfold.runs AS
 SELECT t.project,
    t.session_id,
    t.run_id,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((t.started_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS started_at,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((t.ended_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS ended_at,
        CASE (substr(t.status, (strpos(t.status, ''::text) + 2)))::bigint
            WHEN 1 THEN 'paused'::text
            WHEN 2 THEN 'completed'::text
            WHEN 3 THEN 'error'::text
            WHEN 4 THEN 'cancelled'::text
            ELSE NULL::text
        END AS status,
    t.parent_run_id,
    t.agent_id,
    t.agent_name,
    t.team_id,
    t.workflow_id,
    t.user_id,
    substr(t.model, (strpos(t.model, ''::text) + 2)) AS model,
    substr(t.provider, (strpos(t.provider, ''::text) + 2)) AS provider,
    t.messages,
    t.assistant_messages,
    t.message_errors,
    t.metered_messages,
    t.unpriced_messages,
    t.tool_calls,
    t.tool_errors,
    t.input_tokens,
    t.output_tokens,
    t.total_tokens,
    t.prompt_tokens,
    t.completion_tokens,
    t.audio_tokens,
    t.input_audio_tokens,
    t.output_audio_tokens,
    t.cached_tokens,
    t.cache_write_tokens,
    t.cache_write_1h_tokens,
    t.reasoning_tokens,
    trim_scale(((t.time_us)::numeric / 1000000.0)) AS "time",
    trim_scale((((substr(t.time_to_first_token_us, (strpos(t.time_to_first_token_us, ''::text) + 2)))::bigint)::numeric / 1000000.0)) AS time_to_first_token,
    trim_scale(((t.tool_time_us)::numeric / 1000000.0)) AS tool_time,
    trim_scale(((t.run_time_us)::numeric / 1000000.0)) AS run_time,
    trim_scale(((t.cost_nanos)::numeric / 1000000000.0)) AS cost
   FROM runfold_internal.run t;

COMMENT ON VIEW runfold.runs IS 'One row per run: who ran, for how long, and what it used.';

COMMENT ON COLUMN runfold.runs.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.runs.session_id IS 'The conversation';

COMMENT ON COLUMN runfold.runs.run_id IS 'The run';

COMMENT ON COLUMN runfold.runs.started_at IS 'When its first event began';

COMMENT ON COLUMN runfold.runs.ended_at IS 'When its last event ended';

COMMENT ON COLUMN runfold.runs.status IS 'How it ended, by the last run event';

COMMENT ON COLUMN runfold.runs.parent_run_id IS 'The run that delegated to this one';

COMMENT ON COLUMN runfold.runs.agent_id IS 'The agent';

COMMENT ON COLUMN runfold.runs.agent_name IS 'The agent''s name';

COMMENT ON COLUMN runfold.runs.team_id IS 'The team';

COMMENT ON COLUMN runfold.runs.workflow_id IS 'The workflow';

COMMENT ON COLUMN runfold.runs.user_id IS 'The user';

COMMENT ON COLUMN runfold.runs.model IS 'The model that answered last';

COMMENT ON COLUMN runfold.runs.provider IS 'The provider that answered last';

COMMENT ON COLUMN runfold.runs.messages IS 'Messages of any role';

COMMENT ON COLUMN runfold.runs.assistant_messages IS 'Messages of the assistant';

COMMENT ON COLUMN runfold.runs.message_errors IS 'Messages of the assistant that failed';

COMMENT ON COLUMN runfold.runs.metered_messages IS 'Messages of the assistant that reported their tokens';

COMMENT ON COLUMN runfold.runs.unpriced_messages IS 'Messages of the assistant with tokens and without a cost';

COMMENT ON COLUMN runfold.runs.tool_calls IS 'Tool calls';

COMMENT ON COLUMN runfold.runs.tool_errors IS 'Tool calls that failed';

COMMENT ON COLUMN runfold.runs.input_tokens IS 'Tokens sent to the model, including those read from and written to a cache';

COMMENT ON COLUMN runfold.runs.output_tokens IS 'Tokens the model produced, including its reasoning';

COMMENT ON COLUMN runfold.runs.total_tokens IS 'All tokens; input + output unless reported';

COMMENT ON COLUMN runfold.runs.prompt_tokens IS 'Input tokens as the provider named them';

COMMENT ON COLUMN runfold.runs.completion_tokens IS 'Output tokens as the provider named them';

COMMENT ON COLUMN runfold.runs.audio_tokens IS 'Audio tokens, input and output';

COMMENT ON COLUMN runfold.runs.input_audio_tokens IS 'Audio tokens sent; a subset of input';

COMMENT ON COLUMN runfold.runs.output_audio_tokens IS 'Audio tokens produced; a subset of output';

COMMENT ON COLUMN runfold.runs.cached_tokens IS 'Input tokens read from a cache; a subset of input';

COMMENT ON COLUMN runfold.runs.cache_write_tokens IS 'Input tokens written to a cache; a subset of input, not part of cached_tokens';

COMMENT ON COLUMN runfold.runs.cache_write_1h_tokens IS 'Tokens written to a cache for an hour; a subset of cache_write_tokens';

COMMENT ON COLUMN runfold.runs.reasoning_tokens IS 'Output tokens spent reasoning; a subset of output';

COMMENT ON COLUMN runfold.runs."time" IS 'Time of the assistant''s messages added up, in seconds';

COMMENT ON COLUMN runfold.runs.time_to_first_token IS 'The first non-zero time to first token, in seconds';

COMMENT ON COLUMN runfold.runs.tool_time IS 'Time of the tool calls added up, in seconds';

COMMENT ON COLUMN runfold.runs.run_time IS 'Wall-clock time the run events reported, in seconds';

COMMENT ON COLUMN runfold.runs.cost IS 'Cost of its messages and tool calls, in US dollars';

CREATE TABLE runfold_internal.session (
    project integer NOT NULL,
    session_id text NOT NULL COLLATE pg_catalog."C",
    runs bigint NOT NULL,
    started_at_us bigint,
    ended_at_us bigint,
    agent_id text COLLATE pg_catalog."C",
    team_id text COLLATE pg_catalog."C",
    workflow_id text COLLATE pg_catalog."C",
    user_id text COLLATE pg_catalog."C",
    model text COLLATE pg_catalog."C",
    provider text COLLATE pg_catalog."C",
    messages bigint NOT NULL,
    assistant_messages bigint NOT NULL,
    tool_calls bigint NOT NULL,
    tool_errors bigint NOT NULL,
    input_tokens bigint,
    output_tokens bigint,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    audio_tokens bigint,
    input_audio_tokens bigint,
    output_audio_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    reasoning_tokens bigint,
    time_us bigint,
    time_to_first_token_us text COLLATE pg_catalog."C",
    tool_time_us bigint,
    run_time_us bigint,
    cost_nanos bigint,
    message_errors bigint NOT NULL,
    metered_messages bigint NOT NULL,
    cache_write_1h_tokens bigint,
    unpriced_messages bigint NOT NULL
)
WITH (fillfactor='50');

CREATE VIEW runfold.sessions AS
 SELECT t.project,
    t.session_id,
    t.runs,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((t.started_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS started_at,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((t.ended_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS ended_at,
    t.agent_id,
    t.team_id,
    t.workflow_id,
    t.user_id,
    substr(t.model, (strpos(t.model, ''::text) + 2)) AS model,
    substr(t.provider, (strpos(t.provider, ''::text) + 2)) AS provider,
    t.messages,
    t.assistant_messages,
    t.message_errors,
    t.metered_messages,
    t.unpriced_messages,
    t.tool_calls,
    t.tool_errors,
    t.input_tokens,
    t.output_tokens,
    t.total_tokens,
    t.prompt_tokens,
    t.completion_tokens,
    t.audio_tokens,
    t.input_audio_tokens,
    t.output_audio_tokens,
    t.cached_tokens,
    t.cache_write_tokens,
    t.cache_write_1h_tokens,
    t.reasoning_tokens,
    trim_scale(((t.time_us)::numeric / 1000000.0)) AS "time",
    trim_scale((((substr(t.time_to_first_token_us, (strpos(t.time_to_first_token_us, ''::text) + 2)))::bigint)::numeric / 1000000.0)) AS time_to_first_token,
    trim_scale(((t.tool_time_us)::numeric / 1000000.0)) AS tool_time,
    trim_scale(((t.run_time_us)::numeric / 1000000.0)) AS run_time,
    trim_scale(((t.cost_nanos)::numeric / 1000000000.0)) AS cost
   FROM runfold_internal.session t;

COMMENT ON VIEW runfold.sessions IS 'One row per session: the totals of its runs.';

COMMENT ON COLUMN runfold.sessions.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.sessions.session_id IS 'The conversation';

COMMENT ON COLUMN runfold.sessions.runs IS 'Runs';

COMMENT ON COLUMN runfold.sessions.started_at IS 'When its first event began';

COMMENT ON COLUMN runfold.sessions.ended_at IS 'When its last event ended';

COMMENT ON COLUMN runfold.sessions.agent_id IS 'The agent';

COMMENT ON COLUMN runfold.sessions.team_id IS 'The team';

COMMENT ON COLUMN runfold.sessions.workflow_id IS 'The workflow';

COMMENT ON COLUMN runfold.sessions.user_id IS 'The user';

COMMENT ON COLUMN runfold.sessions.model IS 'The model that answered last';

COMMENT ON COLUMN runfold.sessions.provider IS 'The provider that answered last';

COMMENT ON COLUMN runfold.sessions.messages IS 'Messages of any role';

COMMENT ON COLUMN runfold.sessions.assistant_messages IS 'Messages of the assistant';

COMMENT ON COLUMN runfold.sessions.message_errors IS 'Messages of the assistant that failed';

COMMENT ON COLUMN runfold.sessions.metered_messages IS 'Messages of the assistant that reported their tokens';

COMMENT ON COLUMN runfold.sessions.unpriced_messages IS 'Messages of the assistant with tokens and without a cost';

COMMENT ON COLUMN runfold.sessions.tool_calls IS 'Tool calls';

COMMENT ON COLUMN runfold.sessions.tool_errors IS 'Tool calls that failed';

COMMENT ON COLUMN runfold.sessions.input_tokens IS 'Tokens sent to the model, including those read from and written to a cache';

COMMENT ON COLUMN runfold.sessions.output_tokens IS 'Tokens the model produced, including its reasoning';

COMMENT ON COLUMN runfold.sessions.total_tokens IS 'All tokens; input + output unless reported';

COMMENT ON COLUMN runfold.sessions.prompt_tokens IS 'Input tokens as the provider named them';

COMMENT ON COLUMN runfold.sessions.completion_tokens IS 'Output tokens as the provider named them';

COMMENT ON COLUMN runfold.sessions.audio_tokens IS 'Audio tokens, input and output';

COMMENT ON COLUMN runfold.sessions.input_audio_tokens IS 'Audio tokens sent; a subset of input';

COMMENT ON COLUMN runfold.sessions.output_audio_tokens IS 'Audio tokens produced; a subset of output';

COMMENT ON COLUMN runfold.sessions.cached_tokens IS 'Input tokens read from a cache; a subset of input';

COMMENT ON COLUMN runfold.sessions.cache_write_tokens IS 'Input tokens written to a cache; a subset of input, not part of cached_tokens';

COMMENT ON COLUMN runfold.sessions.cache_write_1h_tokens IS 'Tokens written to a cache for an hour; a subset of cache_write_tokens';

COMMENT ON COLUMN runfold.sessions.reasoning_tokens IS 'Output tokens spent reasoning; a subset of output';

COMMENT ON COLUMN runfold.sessions."time" IS 'Time of the assistant''s messages added up, in seconds';

COMMENT ON COLUMN runfold.sessions.time_to_first_token IS 'The first non-zero time to first token, in seconds';

COMMENT ON COLUMN runfold.sessions.tool_time IS 'Time of the tool calls added up, in seconds';

COMMENT ON COLUMN runfold.sessions.run_time IS 'Wall-clock time the run events reported, in seconds';

COMMENT ON COLUMN runfold.sessions.cost IS 'Cost of its messages and tool calls, in US dollars';

CREATE VIEW runfold.tool_calls AS
 SELECT e.project,
    e.session_id,
    e.run_id,
    COALESCE(e.original_id, (e.id)::text) AS id,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((e.occurred_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS occurred_at,
    e.sequence,
    e.tool_name,
    e.tool_call_id,
    e.error,
    e.error_text,
    e.parent_run_id,
    e.agent_id,
    e.agent_name,
    e.team_id,
    e.workflow_id,
    e.user_id,
    e.model,
    e.provider,
    COALESCE(e.cost_source,
        CASE
            WHEN (e.cost_nanos IS NOT NULL) THEN 'reported'::text
            ELSE NULL::text
        END) AS cost_source,
    e.hold_id,
    (e.labels)::json AS labels,
    e.input_tokens,
    e.output_tokens,
    e.total_tokens,
    e.prompt_tokens,
    e.completion_tokens,
    e.audio_tokens,
    e.input_audio_tokens,
    e.output_audio_tokens,
    e.cached_tokens,
    e.cache_write_tokens,
    e.cache_write_1h_tokens,
    e.reasoning_tokens,
    e.prompt_tokens_details,
    e.completion_tokens_details,
    e.additional_metrics,
    trim_scale(((e.time_us)::numeric / 1000000.0)) AS "time",
    trim_scale(((e.time_to_first_token_us)::numeric / 1000000.0)) AS time_to_first_token,
    trim_scale(((e.cost_nanos)::numeric / 1000000000.0)) AS cost,
    COALESCE(e.original_corrects, (e.corrects)::text) AS corrects,
    e.recorded_at
   FROM runfold_internal.event e
  WHERE (e.type = 2);

COMMENT ON VIEW runfold.tool_calls IS 'One row per tool call, as it was recorded. Corrections are separate rows.';

COMMENT ON COLUMN runfold.tool_calls.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.tool_calls.session_id IS 'The conversation';

COMMENT ON COLUMN runfold.tool_calls.run_id IS 'The run';

COMMENT ON COLUMN runfold.tool_calls.id IS 'The event, as it was sent';

COMMENT ON COLUMN runfold.tool_calls.occurred_at IS 'When it ended';

COMMENT ON COLUMN runfold.tool_calls.sequence IS 'Its index in the run';

COMMENT ON COLUMN runfold.tool_calls.tool_name IS 'The tool';

COMMENT ON COLUMN runfold.tool_calls.tool_call_id IS 'The call''s id as the model gave it';

COMMENT ON COLUMN runfold.tool_calls.error IS 'Whether it failed; null if not reported';

COMMENT ON COLUMN runfold.tool_calls.error_text IS 'How it failed';

COMMENT ON COLUMN runfold.tool_calls.parent_run_id IS 'The run that delegated to this one';

COMMENT ON COLUMN runfold.tool_calls.agent_id IS 'The agent that ran';

COMMENT ON COLUMN runfold.tool_calls.agent_name IS 'The agent''s name';

COMMENT ON COLUMN runfold.tool_calls.team_id IS 'The team the run belonged to';

COMMENT ON COLUMN runfold.tool_calls.workflow_id IS 'The workflow the run belonged to';

COMMENT ON COLUMN runfold.tool_calls.user_id IS 'The user it was done for';

COMMENT ON COLUMN runfold.tool_calls.model IS 'The model that served it';

COMMENT ON COLUMN runfold.tool_calls.provider IS 'The provider that served it';

COMMENT ON COLUMN runfold.tool_calls.cost_source IS 'Where the cost came from: reported, override, or genai-prices@ and its version';

COMMENT ON COLUMN runfold.tool_calls.hold_id IS 'The hold on budgets that this event uses up: it ends when the event is in the log';

COMMENT ON COLUMN runfold.tool_calls.labels IS 'Your own dimensions: name → string';

COMMENT ON COLUMN runfold.tool_calls.input_tokens IS 'Tokens sent to the model, including those read from and written to a cache';

COMMENT ON COLUMN runfold.tool_calls.output_tokens IS 'Tokens the model produced, including its reasoning';

COMMENT ON COLUMN runfold.tool_calls.total_tokens IS 'All tokens; input + output unless reported';

COMMENT ON COLUMN runfold.tool_calls.prompt_tokens IS 'Input tokens as the provider named them';

COMMENT ON COLUMN runfold.tool_calls.completion_tokens IS 'Output tokens as the provider named them';

COMMENT ON COLUMN runfold.tool_calls.audio_tokens IS 'Audio tokens, input and output';

COMMENT ON COLUMN runfold.tool_calls.input_audio_tokens IS 'Audio tokens sent; a subset of input';

COMMENT ON COLUMN runfold.tool_calls.output_audio_tokens IS 'Audio tokens produced; a subset of output';

COMMENT ON COLUMN runfold.tool_calls.cached_tokens IS 'Input tokens read from a cache; a subset of input';

COMMENT ON COLUMN runfold.tool_calls.cache_write_tokens IS 'Input tokens written to a cache; a subset of input, not part of cached_tokens';

COMMENT ON COLUMN runfold.tool_calls.cache_write_1h_tokens IS 'Tokens written to a cache for an hour; a subset of cache_write_tokens';

COMMENT ON COLUMN runfold.tool_calls.reasoning_tokens IS 'Output tokens spent reasoning; a subset of output';

COMMENT ON COLUMN runfold.tool_calls.prompt_tokens_details IS 'The provider''s split of prompt tokens';

COMMENT ON COLUMN runfold.tool_calls.completion_tokens_details IS 'The provider''s split of completion tokens';

COMMENT ON COLUMN runfold.tool_calls.additional_metrics IS 'Your own figures, stored unchanged';

COMMENT ON COLUMN runfold.tool_calls."time" IS 'How long it took, in seconds';

COMMENT ON COLUMN runfold.tool_calls.time_to_first_token IS 'Time until the first token arrived, in seconds';

COMMENT ON COLUMN runfold.tool_calls.cost IS 'What it cost, in US dollars';

COMMENT ON COLUMN runfold.tool_calls.corrects IS 'The event this one adjusts; its figures are differences';

COMMENT ON COLUMN runfold.tool_calls.recorded_at IS 'When it was added to the log';

CREATE TABLE runfold_internal.tool_usage (
    project integer NOT NULL,
    bucket integer NOT NULL,
    agent_id text NOT NULL COLLATE pg_catalog."C",
    tool_name text NOT NULL COLLATE pg_catalog."C",
    tool_calls bigint NOT NULL,
    tool_errors bigint NOT NULL,
    tool_time_us bigint,
    timed_tool_calls bigint NOT NULL,
    cost_nanos bigint,
    team_id text NOT NULL COLLATE pg_catalog."C",
    workflow_id text NOT NULL COLLATE pg_catalog."C"
)
WITH (fillfactor='50');

CREATE VIEW runfold.tool_usage AS
 SELECT t.project,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((((t.bucket)::bigint * 900000000))::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS bucket_start,
    NULLIF(t.agent_id, ''::text) AS agent_id,
    NULLIF(t.team_id, ''::text) AS team_id,
    NULLIF(t.workflow_id, ''::text) AS workflow_id,
    NULLIF(t.tool_name, ''::text) AS tool_name,
    t.tool_calls,
    t.tool_errors,
    trim_scale(((t.tool_time_us)::numeric / 1000000.0)) AS tool_time,
    t.timed_tool_calls,
    trim_scale(((t.cost_nanos)::numeric / 1000000000.0)) AS cost
   FROM runfold_internal.tool_usage t;

COMMENT ON VIEW runfold.tool_usage IS 'One row per quarter of an hour, agent, team, workflow and tool: its calls, how many failed, how long they took.';

COMMENT ON COLUMN runfold.tool_usage.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.tool_usage.bucket_start IS 'The start of the quarter of an hour, in UTC, in which the events ended';

COMMENT ON COLUMN runfold.tool_usage.agent_id IS 'The agent';

COMMENT ON COLUMN runfold.tool_usage.team_id IS 'The team';

COMMENT ON COLUMN runfold.tool_usage.workflow_id IS 'The workflow';

COMMENT ON COLUMN runfold.tool_usage.tool_name IS 'The tool';

COMMENT ON COLUMN runfold.tool_usage.tool_calls IS 'Tool calls';

COMMENT ON COLUMN runfold.tool_usage.tool_errors IS 'Tool calls that failed';

COMMENT ON COLUMN runfold.tool_usage.tool_time IS 'Time of the tool calls added up, in seconds';

COMMENT ON COLUMN runfold.tool_usage.timed_tool_calls IS 'Tool calls that reported their time';

COMMENT ON COLUMN runfold.tool_usage.cost IS 'Cost of the tool calls, in US dollars';

CREATE TABLE runfold_internal.user_usage (
    project integer NOT NULL,
    bucket integer NOT NULL,
    user_id text NOT NULL COLLATE pg_catalog."C",
    agent_id text NOT NULL COLLATE pg_catalog."C",
    team_id text NOT NULL COLLATE pg_catalog."C",
    workflow_id text NOT NULL COLLATE pg_catalog."C",
    provider text NOT NULL COLLATE pg_catalog."C",
    model text NOT NULL COLLATE pg_catalog."C",
    assistant_messages bigint NOT NULL,
    input_tokens bigint,
    output_tokens bigint,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    audio_tokens bigint,
    input_audio_tokens bigint,
    output_audio_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    reasoning_tokens bigint,
    time_us bigint,
    timed_messages bigint NOT NULL,
    timed_output_tokens bigint,
    time_to_first_token_us bigint,
    streamed_messages bigint NOT NULL,
    cost_nanos bigint,
    tool_calls bigint NOT NULL,
    tool_errors bigint NOT NULL,
    tool_time_us bigint,
    timed_tool_calls bigint NOT NULL,
    tool_cost_nanos bigint,
    runs bigint NOT NULL,
    failed_runs bigint NOT NULL,
    run_time_us bigint,
    message_errors bigint NOT NULL,
    metered_messages bigint NOT NULL,
    cache_write_1h_tokens bigint,
    unpriced_messages bigint NOT NULL
)
WITH (fillfactor='50');

CREATE VIEW runfold.user_usage AS
 SELECT t.project,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((((t.bucket)::bigint * 900000000))::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS bucket_start,
    NULLIF(t.user_id, ''::text) AS user_id,
    NULLIF(t.agent_id, ''::text) AS agent_id,
    NULLIF(t.team_id, ''::text) AS team_id,
    NULLIF(t.workflow_id, ''::text) AS workflow_id,
    NULLIF(t.provider, ''::text) AS provider,
    NULLIF(t.model, ''::text) AS model,
    t.assistant_messages,
    t.message_errors,
    t.metered_messages,
    t.unpriced_messages,
    t.input_tokens,
    t.output_tokens,
    t.total_tokens,
    t.prompt_tokens,
    t.completion_tokens,
    t.audio_tokens,
    t.input_audio_tokens,
    t.output_audio_tokens,
    t.cached_tokens,
    t.cache_write_tokens,
    t.cache_write_1h_tokens,
    t.reasoning_tokens,
    trim_scale(((t.time_us)::numeric / 1000000.0)) AS "time",
    t.timed_messages,
    t.timed_output_tokens,
    trim_scale(((t.time_to_first_token_us)::numeric / 1000000.0)) AS time_to_first_token,
    t.streamed_messages,
    trim_scale(((COALESCE((t.cost_nanos + t.tool_cost_nanos), t.cost_nanos, t.tool_cost_nanos))::numeric / 1000000000.0)) AS cost,
    t.tool_calls,
    t.tool_errors,
    trim_scale(((t.tool_time_us)::numeric / 1000000.0)) AS tool_time,
    t.timed_tool_calls,
    t.runs,
    t.failed_runs,
    trim_scale(((t.run_time_us)::numeric / 1000000.0)) AS run_time
   FROM runfold_internal.user_usage t;

COMMENT ON VIEW runfold.user_usage IS 'One row per quarter of an hour, user, agent, team, workflow, provider and model: messages, tool calls and ended runs.';

COMMENT ON COLUMN runfold.user_usage.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.user_usage.bucket_start IS 'The start of the quarter of an hour, in UTC, in which the events ended';

COMMENT ON COLUMN runfold.user_usage.user_id IS 'The user';

COMMENT ON COLUMN runfold.user_usage.agent_id IS 'The agent';

COMMENT ON COLUMN runfold.user_usage.team_id IS 'The team';

COMMENT ON COLUMN runfold.user_usage.workflow_id IS 'The workflow';

COMMENT ON COLUMN runfold.user_usage.provider IS 'The provider; null for tool calls and runs';

COMMENT ON COLUMN runfold.user_usage.model IS 'The model; null for tool calls and runs';

COMMENT ON COLUMN runfold.user_usage.assistant_messages IS 'Messages of the assistant';

COMMENT ON COLUMN runfold.user_usage.message_errors IS 'Messages of the assistant that failed';

COMMENT ON COLUMN runfold.user_usage.metered_messages IS 'Messages of the assistant that reported their tokens';

COMMENT ON COLUMN runfold.user_usage.unpriced_messages IS 'Messages of the assistant with tokens and without a cost';

COMMENT ON COLUMN runfold.user_usage.input_tokens IS 'Tokens sent to the model, including those read from and written to a cache';

COMMENT ON COLUMN runfold.user_usage.output_tokens IS 'Tokens the model produced, including its reasoning';

COMMENT ON COLUMN runfold.user_usage.total_tokens IS 'All tokens; input + output unless reported';

COMMENT ON COLUMN runfold.user_usage.prompt_tokens IS 'Input tokens as the provider named them';

COMMENT ON COLUMN runfold.user_usage.completion_tokens IS 'Output tokens as the provider named them';

COMMENT ON COLUMN runfold.user_usage.audio_tokens IS 'Audio tokens, input and output';

COMMENT ON COLUMN runfold.user_usage.input_audio_tokens IS 'Audio tokens sent; a subset of input';

COMMENT ON COLUMN runfold.user_usage.output_audio_tokens IS 'Audio tokens produced; a subset of output';

COMMENT ON COLUMN runfold.user_usage.cached_tokens IS 'Input tokens read from a cache; a subset of input';

COMMENT ON COLUMN runfold.user_usage.cache_write_tokens IS 'Input tokens written to a cache; a subset of input, not part of cached_tokens';

COMMENT ON COLUMN runfold.user_usage.cache_write_1h_tokens IS 'Tokens written to a cache for an hour; a subset of cache_write_tokens';

COMMENT ON COLUMN runfold.user_usage.reasoning_tokens IS 'Output tokens spent reasoning; a subset of output';

COMMENT ON COLUMN runfold.user_usage."time" IS 'Time of the messages added up, in seconds';

COMMENT ON COLUMN runfold.user_usage.timed_messages IS 'Messages that reported their time';

COMMENT ON COLUMN runfold.user_usage.timed_output_tokens IS 'Tokens produced by messages that reported their time';

COMMENT ON COLUMN runfold.user_usage.time_to_first_token IS 'Times to first token added up, in seconds';

COMMENT ON COLUMN runfold.user_usage.streamed_messages IS 'Messages that reported a time to first token';

COMMENT ON COLUMN runfold.user_usage.cost IS 'Cost of the messages and tool calls, in US dollars';

COMMENT ON COLUMN runfold.user_usage.tool_calls IS 'Tool calls';

COMMENT ON COLUMN runfold.user_usage.tool_errors IS 'Tool calls that failed';

COMMENT ON COLUMN runfold.user_usage.tool_time IS 'Time of the tool calls added up, in seconds';

COMMENT ON COLUMN runfold.user_usage.timed_tool_calls IS 'Tool calls that reported their time';

COMMENT ON COLUMN runfold.user_usage.runs IS 'Runs that ended';

COMMENT ON COLUMN runfold.user_usage.failed_runs IS 'Runs that ended with an error';

COMMENT ON COLUMN runfold.user_usage.run_time IS 'Wall-clock time that the run events reported, in seconds';

CREATE TABLE runfold_internal."session_user" (
    project integer NOT NULL,
    user_id text NOT NULL COLLATE pg_catalog."C",
    session_id text NOT NULL COLLATE pg_catalog."C",
    started_at_us bigint,
    ended_at_us bigint
)
WITH (fillfactor='50');

CREATE VIEW runfold.users AS
 SELECT t.project,
    t.user_id,
    s.sessions,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((s.started_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS first_started_at,
    (('1970-01-01 00:00:00'::timestamp without time zone + ((s.ended_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text) AS last_ended_at,
    r.runs,
    COALESCE(u.assistant_messages, (0)::bigint) AS assistant_messages,
    COALESCE(u.message_errors, (0)::bigint) AS message_errors,
    COALESCE(u.metered_messages, (0)::bigint) AS metered_messages,
    COALESCE(u.unpriced_messages, (0)::bigint) AS unpriced_messages,
    COALESCE(u.tool_calls, (0)::bigint) AS tool_calls,
    COALESCE(u.tool_errors, (0)::bigint) AS tool_errors,
    u.input_tokens,
    u.output_tokens,
    u.total_tokens,
    u.prompt_tokens,
    u.completion_tokens,
    u.audio_tokens,
    u.input_audio_tokens,
    u.output_audio_tokens,
    u.cached_tokens,
    u.cache_write_tokens,
    u.cache_write_1h_tokens,
    u.reasoning_tokens,
    trim_scale(((u.time_us)::numeric / 1000000.0)) AS "time",
    trim_scale(((u.tool_time_us)::numeric / 1000000.0)) AS tool_time,
    trim_scale(((COALESCE((u.cost_nanos + u.tool_cost_nanos), u.cost_nanos, u.tool_cost_nanos))::numeric / 1000000000.0)) AS cost
   FROM (((( SELECT t_1.project,
            t_1.user_id
           FROM runfold_internal."session_user" t_1
          GROUP BY t_1.project, t_1.user_id) t
     CROSS JOIN LATERAL ( SELECT count(*) AS sessions,
            min(s_1.started_at_us) AS started_at_us,
            max(s_1.ended_at_us) AS ended_at_us
           FROM runfold_internal."session_user" s_1
          WHERE ((s_1.project = t.project) AND (s_1.user_id = t.user_id))) s)
     CROSS JOIN LATERAL ( SELECT count(*) AS runs
           FROM runfold_internal.run r_1
          WHERE ((r_1.project = t.project) AND (r_1.user_id = t.user_id))) r)
     CROSS JOIN LATERAL ( SELECT (sum(a.assistant_messages))::bigint AS assistant_messages,
            (sum(a.message_errors))::bigint AS message_errors,
            (sum(a.metered_messages))::bigint AS metered_messages,
            (sum(a.unpriced_messages))::bigint AS unpriced_messages,
            (sum(a.tool_calls))::bigint AS tool_calls,
            (sum(a.tool_errors))::bigint AS tool_errors,
            (sum(a.input_tokens))::bigint AS input_tokens,
            (sum(a.output_tokens))::bigint AS output_tokens,
            (sum(a.total_tokens))::bigint AS total_tokens,
            (sum(a.prompt_tokens))::bigint AS prompt_tokens,
            (sum(a.completion_tokens))::bigint AS completion_tokens,
            (sum(a.audio_tokens))::bigint AS audio_tokens,
            (sum(a.input_audio_tokens))::bigint AS input_audio_tokens,
            (sum(a.output_audio_tokens))::bigint AS output_audio_tokens,
            (sum(a.cached_tokens))::bigint AS cached_tokens,
            (sum(a.cache_write_tokens))::bigint AS cache_write_tokens,
            (sum(a.cache_write_1h_tokens))::bigint AS cache_write_1h_tokens,
            (sum(a.reasoning_tokens))::bigint AS reasoning_tokens,
            (sum(a.time_us))::bigint AS time_us,
            (sum(a.tool_time_us))::bigint AS tool_time_us,
            (sum(a.cost_nanos))::bigint AS cost_nanos,
            (sum(a.tool_cost_nanos))::bigint AS tool_cost_nanos
           FROM runfold_internal.user_usage a
          WHERE ((a.project = t.project) AND (a.user_id = t.user_id))) u);

COMMENT ON VIEW runfold.users IS 'One row per user: the sums of all events that name the user. Fast for a single user, because of an index.';

COMMENT ON COLUMN runfold.users.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.users.user_id IS 'The user';

COMMENT ON COLUMN runfold.users.sessions IS 'Sessions in which an event names the user';

COMMENT ON COLUMN runfold.users.first_started_at IS 'When the first of the user''s events began';

COMMENT ON COLUMN runfold.users.last_ended_at IS 'When the last of the user''s events ended';

COMMENT ON COLUMN runfold.users.runs IS 'Runs of the user. A run whose events name several users belongs to the last in byte order';

COMMENT ON COLUMN runfold.users.assistant_messages IS 'Messages of the assistant';

COMMENT ON COLUMN runfold.users.message_errors IS 'Messages of the assistant that failed';

COMMENT ON COLUMN runfold.users.metered_messages IS 'Messages of the assistant that reported their tokens';

COMMENT ON COLUMN runfold.users.unpriced_messages IS 'Messages of the assistant with tokens and without a cost';

COMMENT ON COLUMN runfold.users.tool_calls IS 'Tool calls';

COMMENT ON COLUMN runfold.users.tool_errors IS 'Tool calls that failed';

COMMENT ON COLUMN runfold.users.input_tokens IS 'Tokens sent to the model, including those read from and written to a cache';

COMMENT ON COLUMN runfold.users.output_tokens IS 'Tokens the model produced, including its reasoning';

COMMENT ON COLUMN runfold.users.total_tokens IS 'All tokens; input + output unless reported';

COMMENT ON COLUMN runfold.users.prompt_tokens IS 'Input tokens as the provider named them';

COMMENT ON COLUMN runfold.users.completion_tokens IS 'Output tokens as the provider named them';

COMMENT ON COLUMN runfold.users.audio_tokens IS 'Audio tokens, input and output';

COMMENT ON COLUMN runfold.users.input_audio_tokens IS 'Audio tokens sent; a subset of input';

COMMENT ON COLUMN runfold.users.output_audio_tokens IS 'Audio tokens produced; a subset of output';

COMMENT ON COLUMN runfold.users.cached_tokens IS 'Input tokens read from a cache; a subset of input';

COMMENT ON COLUMN runfold.users.cache_write_tokens IS 'Input tokens written to a cache; a subset of input, not part of cached_tokens';

COMMENT ON COLUMN runfold.users.cache_write_1h_tokens IS 'Tokens written to a cache for an hour; a subset of cache_write_tokens';

COMMENT ON COLUMN runfold.users.reasoning_tokens IS 'Output tokens spent reasoning; a subset of output';

COMMENT ON COLUMN runfold.users."time" IS 'Time of the assistant''s messages added up, in seconds';

COMMENT ON COLUMN runfold.users.tool_time IS 'Time of the tool calls added up, in seconds';

COMMENT ON COLUMN runfold.users.cost IS 'Cost of messages and tool calls, in US dollars';

CREATE TABLE runfold_internal.otlp_span (
    trace_id uuid NOT NULL,
    span_id bigint NOT NULL,
    parent_id bigint,
    cut_parent bigint,
    project integer NOT NULL,
    kind smallint NOT NULL,
    flags smallint NOT NULL,
    own json,
    event json
);

CREATE TABLE runfold_internal.otlp_trace (
    trace_id uuid NOT NULL,
    root_id bigint,
    last_seen timestamp with time zone DEFAULT now() NOT NULL,
    open_since timestamp with time zone,
    due_at timestamp with time zone,
    project integer NOT NULL,
    is_pruned boolean DEFAULT false NOT NULL
);

CREATE VIEW runfold.waiting_spans AS
 SELECT s.project,
    replace((s.trace_id)::text, '-'::text, ''::text) AS trace_id,
    lpad(to_hex(s.span_id), 16, '0'::text) AS span_id,
    (s.event ->> 'type'::text) AS type,
    (s.event ->> 'model'::text) AS model,
    (s.event ->> 'tool_name'::text) AS tool_name,
    (((s.event -> 'metrics'::text) ->> 'input_tokens'::text))::integer AS input_tokens,
    (((s.event -> 'metrics'::text) ->> 'output_tokens'::text))::integer AS output_tokens,
    t.open_since AS waiting_since,
    t.due_at
   FROM (runfold_internal.otlp_span s
     JOIN runfold_internal.otlp_trace t ON (((t.project = s.project) AND (t.trace_id = s.trace_id))))
  WHERE (s.event IS NOT NULL);

COMMENT ON VIEW runfold.waiting_spans IS 'One row per OpenTelemetry span that waits for its parents: its figures are in no total yet.';

COMMENT ON COLUMN runfold.waiting_spans.project IS 'The project; 1 unless projects are used';

COMMENT ON COLUMN runfold.waiting_spans.trace_id IS 'The trace';

COMMENT ON COLUMN runfold.waiting_spans.span_id IS 'The span';

COMMENT ON COLUMN runfold.waiting_spans.type IS 'message, tool_call or run: what it will be';

COMMENT ON COLUMN runfold.waiting_spans.model IS 'The model of a message';

COMMENT ON COLUMN runfold.waiting_spans.tool_name IS 'The tool of a call';

COMMENT ON COLUMN runfold.waiting_spans.input_tokens IS 'Tokens sent to the model';

COMMENT ON COLUMN runfold.waiting_spans.output_tokens IS 'Tokens the model produced';

COMMENT ON COLUMN runfold.waiting_spans.waiting_since IS 'When its trace began to have waiting spans';

COMMENT ON COLUMN runfold.waiting_spans.due_at IS 'When it is settled, even if parents are missing';

CREATE TABLE runfold_internal.agent_tool_hour (
    project integer NOT NULL,
    hour integer NOT NULL,
    agent_id text NOT NULL COLLATE pg_catalog."C",
    team_id text NOT NULL COLLATE pg_catalog."C",
    workflow_id text NOT NULL COLLATE pg_catalog."C",
    tool_name text NOT NULL COLLATE pg_catalog."C",
    cost_nanos bigint,
    tool_calls bigint NOT NULL,
    tool_errors bigint NOT NULL,
    tool_time_us bigint,
    timed_tool_calls bigint NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE runfold_internal.agent_usage_hour (
    project integer NOT NULL,
    hour integer NOT NULL,
    agent_id text NOT NULL COLLATE pg_catalog."C",
    team_id text NOT NULL COLLATE pg_catalog."C",
    workflow_id text NOT NULL COLLATE pg_catalog."C",
    provider text NOT NULL COLLATE pg_catalog."C",
    model text NOT NULL COLLATE pg_catalog."C",
    cost_nanos bigint,
    tool_cost_nanos bigint,
    total_tokens bigint,
    runs bigint NOT NULL,
    tool_calls bigint NOT NULL,
    tool_errors bigint NOT NULL,
    assistant_messages bigint NOT NULL,
    input_tokens bigint,
    output_tokens bigint,
    message_errors bigint NOT NULL,
    metered_messages bigint NOT NULL,
    unpriced_messages bigint NOT NULL,
    prompt_tokens bigint,
    completion_tokens bigint,
    audio_tokens bigint,
    input_audio_tokens bigint,
    output_audio_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    cache_write_1h_tokens bigint,
    reasoning_tokens bigint,
    time_us bigint,
    timed_messages bigint NOT NULL,
    timed_output_tokens bigint,
    time_to_first_token_us bigint,
    streamed_messages bigint NOT NULL,
    tool_time_us bigint,
    timed_tool_calls bigint NOT NULL,
    failed_runs bigint NOT NULL,
    run_time_us bigint
)
WITH (fillfactor='50');

CREATE TABLE runfold_internal.alert_channel (
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    id integer NOT NULL,
    project integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    shown text NOT NULL,
    secret bytea NOT NULL
);

ALTER TABLE runfold_internal.alert_channel ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME runfold_internal.alert_channel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE runfold_internal.alert_cursor (
    floor_us bigint NOT NULL,
    leased_until timestamp with time zone NOT NULL,
    id integer NOT NULL,
    lease uuid
);

ALTER TABLE runfold_internal.alert_rule ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME runfold_internal.alert_rule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE runfold_internal.api_key (
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    project integer NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    scopes text[] NOT NULL,
    secret_sha256 text NOT NULL,
    expires_at timestamp with time zone,
    kind text DEFAULT 'key'::text NOT NULL,
    parent_id text COLLATE pg_catalog."C"
);

CREATE TABLE runfold_internal.audit (
    id uuid NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    snapshot_at timestamp with time zone,
    project integer NOT NULL,
    sample integer,
    seconds real,
    state text NOT NULL,
    report text
);

ALTER TABLE runfold_internal.budget ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME runfold_internal.budget_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE runfold_internal.label_usage_day (
    project integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    day integer NOT NULL,
    value text NOT NULL COLLATE pg_catalog."C",
    provider text NOT NULL COLLATE pg_catalog."C",
    model text NOT NULL COLLATE pg_catalog."C",
    cost_nanos bigint,
    tool_cost_nanos bigint,
    total_tokens bigint,
    runs bigint NOT NULL,
    tool_calls bigint NOT NULL,
    tool_errors bigint NOT NULL,
    assistant_messages bigint NOT NULL,
    input_tokens bigint,
    output_tokens bigint,
    message_errors bigint NOT NULL,
    metered_messages bigint NOT NULL,
    unpriced_messages bigint NOT NULL,
    prompt_tokens bigint,
    completion_tokens bigint,
    audio_tokens bigint,
    input_audio_tokens bigint,
    output_audio_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    cache_write_1h_tokens bigint,
    reasoning_tokens bigint,
    time_us bigint,
    timed_messages bigint NOT NULL,
    timed_output_tokens bigint,
    time_to_first_token_us bigint,
    streamed_messages bigint NOT NULL,
    tool_time_us bigint,
    timed_tool_calls bigint NOT NULL,
    failed_runs bigint NOT NULL,
    run_time_us bigint
)
WITH (fillfactor='50');

CREATE TABLE runfold_internal.label_usage_hour (
    project integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    hour integer NOT NULL,
    value text NOT NULL COLLATE pg_catalog."C",
    provider text NOT NULL COLLATE pg_catalog."C",
    model text NOT NULL COLLATE pg_catalog."C",
    assistant_messages bigint NOT NULL,
    message_errors bigint NOT NULL,
    metered_messages bigint NOT NULL,
    unpriced_messages bigint NOT NULL,
    input_tokens bigint,
    output_tokens bigint,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    audio_tokens bigint,
    input_audio_tokens bigint,
    output_audio_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    cache_write_1h_tokens bigint,
    reasoning_tokens bigint,
    time_us bigint,
    timed_messages bigint NOT NULL,
    timed_output_tokens bigint,
    time_to_first_token_us bigint,
    streamed_messages bigint NOT NULL,
    cost_nanos bigint,
    tool_calls bigint NOT NULL,
    tool_errors bigint NOT NULL,
    tool_time_us bigint,
    timed_tool_calls bigint NOT NULL,
    tool_cost_nanos bigint,
    runs bigint NOT NULL,
    failed_runs bigint NOT NULL,
    run_time_us bigint
)
WITH (fillfactor='50');

CREATE TABLE runfold_internal.latency (
    project integer NOT NULL,
    bucket integer NOT NULL,
    type smallint NOT NULL,
    provider text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    time_levels numeric,
    first_token_levels numeric
)
WITH (fillfactor='50');

CREATE TABLE runfold_internal.latency_hour (
    project integer NOT NULL,
    hour integer NOT NULL,
    type smallint NOT NULL,
    provider text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    time_levels numeric,
    first_token_levels numeric
)
WITH (fillfactor='50');

CREATE TABLE runfold_internal.log_claim (
    key uuid NOT NULL,
    project integer NOT NULL,
    rank smallint NOT NULL,
    format text NOT NULL,
    session_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE runfold_internal.log_file (
    file uuid NOT NULL,
    size bigint NOT NULL,
    modified_us bigint NOT NULL,
    "position" bigint NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    project integer NOT NULL,
    line integer NOT NULL,
    saves integer NOT NULL,
    is_open boolean NOT NULL,
    format text NOT NULL,
    head text NOT NULL,
    state json NOT NULL
);

CREATE TABLE runfold_internal.model_usage_hour (
    project integer NOT NULL,
    hour integer NOT NULL,
    provider text NOT NULL COLLATE pg_catalog."C",
    model text NOT NULL COLLATE pg_catalog."C",
    assistant_messages bigint NOT NULL,
    input_tokens bigint,
    output_tokens bigint,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    audio_tokens bigint,
    input_audio_tokens bigint,
    output_audio_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    reasoning_tokens bigint,
    time_us bigint,
    timed_messages bigint NOT NULL,
    timed_output_tokens bigint,
    time_to_first_token_us bigint,
    streamed_messages bigint NOT NULL,
    cost_nanos bigint,
    message_errors bigint NOT NULL,
    metered_messages bigint NOT NULL,
    cache_write_1h_tokens bigint,
    unpriced_messages bigint NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE runfold_internal.price_override (
    from_us bigint NOT NULL,
    input_nanos bigint NOT NULL,
    output_nanos bigint NOT NULL,
    cached_nanos bigint,
    cache_write_nanos bigint,
    project integer NOT NULL,
    model text NOT NULL COLLATE pg_catalog."C",
    provider text NOT NULL COLLATE pg_catalog."C",
    cache_write_1h_nanos bigint
);

CREATE TABLE runfold_internal.project (
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    time_zone text
);

CREATE TABLE runfold_internal.projection_state (
    name text NOT NULL,
    fingerprint text NOT NULL,
    rebuilt_at timestamp with time zone
);

CREATE TABLE runfold_internal.rejected_event (
    id uuid NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    project integer NOT NULL,
    "position" integer NOT NULL,
    job_id text NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    payload text NOT NULL
);

CREATE TABLE runfold_internal.run_usage_hour (
    project integer NOT NULL,
    hour integer NOT NULL,
    agent_id text NOT NULL COLLATE pg_catalog."C",
    team_id text NOT NULL COLLATE pg_catalog."C",
    workflow_id text NOT NULL COLLATE pg_catalog."C",
    status smallint NOT NULL,
    runs bigint NOT NULL,
    run_time_us bigint,
    time_levels numeric
)
WITH (fillfactor='50');

CREATE TABLE runfold_internal.tool_usage_hour (
    project integer NOT NULL,
    hour integer NOT NULL,
    tool_name text NOT NULL COLLATE pg_catalog."C",
    tool_calls bigint NOT NULL,
    tool_errors bigint NOT NULL,
    tool_time_us bigint,
    timed_tool_calls bigint NOT NULL,
    cost_nanos bigint
)
WITH (fillfactor='50');

CREATE TABLE runfold_internal.user_usage_day (
    project integer NOT NULL,
    day integer NOT NULL,
    user_id text NOT NULL COLLATE pg_catalog."C",
    agent_id text NOT NULL COLLATE pg_catalog."C",
    team_id text NOT NULL COLLATE pg_catalog."C",
    workflow_id text NOT NULL COLLATE pg_catalog."C",
    cost_nanos bigint,
    tool_cost_nanos bigint,
    total_tokens bigint,
    runs bigint NOT NULL,
    tool_calls bigint NOT NULL,
    tool_errors bigint NOT NULL,
    assistant_messages bigint NOT NULL,
    input_tokens bigint,
    output_tokens bigint,
    message_errors bigint NOT NULL,
    metered_messages bigint NOT NULL,
    unpriced_messages bigint NOT NULL,
    prompt_tokens bigint,
    completion_tokens bigint,
    audio_tokens bigint,
    input_audio_tokens bigint,
    output_audio_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    cache_write_1h_tokens bigint,
    reasoning_tokens bigint,
    time_us bigint,
    timed_messages bigint NOT NULL,
    timed_output_tokens bigint,
    time_to_first_token_us bigint,
    streamed_messages bigint NOT NULL,
    tool_time_us bigint,
    timed_tool_calls bigint NOT NULL,
    failed_runs bigint NOT NULL,
    run_time_us bigint
)
WITH (fillfactor='80');

CREATE TABLE runfold_internal.user_usage_month (
    project integer NOT NULL,
    month integer NOT NULL,
    user_id text NOT NULL COLLATE pg_catalog."C",
    agent_id text NOT NULL COLLATE pg_catalog."C",
    team_id text NOT NULL COLLATE pg_catalog."C",
    workflow_id text NOT NULL COLLATE pg_catalog."C",
    cost_nanos bigint,
    tool_cost_nanos bigint,
    total_tokens bigint,
    runs bigint NOT NULL,
    tool_calls bigint NOT NULL,
    tool_errors bigint NOT NULL,
    assistant_messages bigint NOT NULL,
    input_tokens bigint,
    output_tokens bigint,
    message_errors bigint NOT NULL,
    metered_messages bigint NOT NULL,
    unpriced_messages bigint NOT NULL,
    prompt_tokens bigint,
    completion_tokens bigint,
    audio_tokens bigint,
    input_audio_tokens bigint,
    output_audio_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    cache_write_1h_tokens bigint,
    reasoning_tokens bigint,
    time_us bigint,
    timed_messages bigint NOT NULL,
    timed_output_tokens bigint,
    time_to_first_token_us bigint,
    streamed_messages bigint NOT NULL,
    tool_time_us bigint,
    timed_tool_calls bigint NOT NULL,
    failed_runs bigint NOT NULL,
    run_time_us bigint
)
WITH (fillfactor='50');

CREATE TABLE runfold_internal.view_state (
    name text NOT NULL,
    hash text NOT NULL,
    generated_at_ms bigint NOT NULL
);

CREATE TABLE runfold_migrations.migration (
    id integer NOT NULL,
    hash text NOT NULL,
    created_at bigint
);

CREATE SEQUENCE runfold_migrations.migration_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE runfold_migrations.migration_id_seq OWNED BY runfold_migrations.migration.id;

ALTER TABLE ONLY runfold_migrations.migration ALTER COLUMN id SET DEFAULT nextval('runfold_migrations.migration_id_seq'::regclass);

ALTER TABLE ONLY runfold_internal.agent_tool_hour
    ADD CONSTRAINT agent_tool_hour_project_hour_agent_id_team_id_workflow_id_tool_ PRIMARY KEY (project, hour, agent_id, team_id, workflow_id, tool_name);

ALTER TABLE ONLY runfold_internal.agent_usage_hour
    ADD CONSTRAINT agent_usage_hour_project_hour_agent_id_team_id_workflow_id_prov PRIMARY KEY (project, hour, agent_id, team_id, workflow_id, provider, model);

ALTER TABLE ONLY runfold_internal.alert_channel
    ADD CONSTRAINT alert_channel_id_pk PRIMARY KEY (id);

ALTER TABLE ONLY runfold_internal.alert_cursor
    ADD CONSTRAINT alert_cursor_id_pk PRIMARY KEY (id);

ALTER TABLE ONLY runfold_internal.alert_delivery
    ADD CONSTRAINT alert_delivery_id_pk PRIMARY KEY (id);

ALTER TABLE ONLY runfold_internal.alert_notification
    ADD CONSTRAINT alert_notification_id_pk PRIMARY KEY (id);

ALTER TABLE ONLY runfold_internal.alert_rule
    ADD CONSTRAINT alert_rule_id_pk PRIMARY KEY (id);

ALTER TABLE ONLY runfold_internal.alert_state
    ADD CONSTRAINT alert_state_rule_id_budget_value_window_first_share_pk PRIMARY KEY (rule_id, budget, value, window_first, share);

ALTER TABLE ONLY runfold_internal.api_key
    ADD CONSTRAINT api_key_id_pk PRIMARY KEY (id);

ALTER TABLE ONLY runfold_internal.audit
    ADD CONSTRAINT audit_id_pk PRIMARY KEY (id);

ALTER TABLE ONLY runfold_internal.budget_hold
    ADD CONSTRAINT budget_hold_project_hold_id_budget_id_pk PRIMARY KEY (project, hold_id, budget_id);

ALTER TABLE ONLY runfold_internal.budget
    ADD CONSTRAINT budget_id_pk PRIMARY KEY (id);

ALTER TABLE ONLY runfold_internal.event
    ADD CONSTRAINT event_project_session_id_id_pk PRIMARY KEY (project, session_id, id);

ALTER TABLE ONLY runfold_internal.label_usage_day
    ADD CONSTRAINT label_usage_day_project_name_day_value_provider_model_pk PRIMARY KEY (project, name, day, value, provider, model);

ALTER TABLE ONLY runfold_internal.label_usage_hour
    ADD CONSTRAINT label_usage_hour_project_name_hour_value_provider_model_pk PRIMARY KEY (project, name, hour, value, provider, model);

ALTER TABLE ONLY runfold_internal.label_usage
    ADD CONSTRAINT label_usage_project_name_bucket_value_provider_model_pk PRIMARY KEY (project, name, bucket, value, provider, model);

ALTER TABLE ONLY runfold_internal.latency_day
    ADD CONSTRAINT latency_day_project_day_type_provider_name_pk PRIMARY KEY (project, day, type, provider, name);

ALTER TABLE ONLY runfold_internal.latency_hour
    ADD CONSTRAINT latency_hour_project_hour_type_provider_name_pk PRIMARY KEY (project, hour, type, provider, name);

ALTER TABLE ONLY runfold_internal.latency
    ADD CONSTRAINT latency_project_bucket_type_provider_name_pk PRIMARY KEY (project, bucket, type, provider, name);

ALTER TABLE ONLY runfold_internal.log_claim
    ADD CONSTRAINT log_claim_project_format_key_pk PRIMARY KEY (project, format, key);

ALTER TABLE ONLY runfold_internal.log_file
    ADD CONSTRAINT log_file_project_format_file_pk PRIMARY KEY (project, format, file);

ALTER TABLE ONLY runfold_internal.model_usage_hour
    ADD CONSTRAINT model_usage_hour_project_hour_provider_model_pk PRIMARY KEY (project, hour, provider, model);

ALTER TABLE ONLY runfold_internal.model_usage
    ADD CONSTRAINT model_usage_project_bucket_agent_id_team_id_workflow_id_provide PRIMARY KEY (project, bucket, agent_id, team_id, workflow_id, provider, model);

ALTER TABLE ONLY runfold_internal.otlp_span
    ADD CONSTRAINT otlp_span_project_trace_id_span_id_pk PRIMARY KEY (project, trace_id, span_id);

ALTER TABLE ONLY runfold_internal.otlp_trace
    ADD CONSTRAINT otlp_trace_project_trace_id_pk PRIMARY KEY (project, trace_id);

ALTER TABLE ONLY runfold_internal.price_override
    ADD CONSTRAINT price_override_project_model_provider_from_us_pk PRIMARY KEY (project, model, provider, from_us);

ALTER TABLE ONLY runfold_internal.project
    ADD CONSTRAINT project_id_pk PRIMARY KEY (id);

ALTER TABLE ONLY runfold_internal.projection_state
    ADD CONSTRAINT projection_state_name_pk PRIMARY KEY (name);

ALTER TABLE ONLY runfold_internal.rejected_event
    ADD CONSTRAINT rejected_event_id_pk PRIMARY KEY (id);

ALTER TABLE ONLY runfold_internal.run_label
    ADD CONSTRAINT run_label_project_session_id_run_id_name_pk PRIMARY KEY (project, session_id, run_id, name);

ALTER TABLE ONLY runfold_internal.run
    ADD CONSTRAINT run_project_session_id_run_id_pk PRIMARY KEY (project, session_id, run_id);

ALTER TABLE ONLY runfold_internal.run_usage_hour
    ADD CONSTRAINT run_usage_hour_project_hour_agent_id_team_id_workflow_id_status PRIMARY KEY (project, hour, agent_id, team_id, workflow_id, status);

ALTER TABLE ONLY runfold_internal.run_usage
    ADD CONSTRAINT run_usage_project_bucket_agent_id_team_id_workflow_id_status_pk PRIMARY KEY (project, bucket, agent_id, team_id, workflow_id, status);

ALTER TABLE ONLY runfold_internal.session
    ADD CONSTRAINT session_project_session_id_pk PRIMARY KEY (project, session_id);

ALTER TABLE ONLY runfold_internal."session_user"
    ADD CONSTRAINT session_user_project_user_id_session_id_pk PRIMARY KEY (project, user_id, session_id);

ALTER TABLE ONLY runfold_internal.tool_usage_hour
    ADD CONSTRAINT tool_usage_hour_project_hour_tool_name_pk PRIMARY KEY (project, hour, tool_name);

ALTER TABLE ONLY runfold_internal.tool_usage
    ADD CONSTRAINT tool_usage_project_bucket_agent_id_team_id_workflow_id_tool_nam PRIMARY KEY (project, bucket, agent_id, team_id, workflow_id, tool_name);

ALTER TABLE ONLY runfold_internal.user_usage_day
    ADD CONSTRAINT user_usage_day_project_day_user_id_agent_id_team_id_workflow_id PRIMARY KEY (project, day, user_id, agent_id, team_id, workflow_id);

ALTER TABLE ONLY runfold_internal.user_usage_month
    ADD CONSTRAINT user_usage_month_project_month_user_id_agent_id_team_id_workflo PRIMARY KEY (project, month, user_id, agent_id, team_id, workflow_id);

ALTER TABLE ONLY runfold_internal.user_usage
    ADD CONSTRAINT user_usage_project_bucket_user_id_agent_id_team_id_workflow_id_ PRIMARY KEY (project, bucket, user_id, agent_id, team_id, workflow_id, provider, model);

ALTER TABLE ONLY runfold_internal.view_state
    ADD CONSTRAINT view_state_name_pk PRIMARY KEY (name);

ALTER TABLE ONLY runfold_migrations.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (id);

CREATE UNIQUE INDEX alert_channel_name ON runfold_internal.alert_channel USING btree (project, name);

CREATE INDEX alert_delivery_next_at ON runfold_internal.alert_delivery USING btree (is_open, next_at);

CREATE UNIQUE INDEX alert_delivery_once ON runfold_internal.alert_delivery USING btree (notification_id, channel_id);

CREATE INDEX alert_notification_created_at ON runfold_internal.alert_notification USING btree (project, created_at, id);

CREATE UNIQUE INDEX alert_notification_once ON runfold_internal.alert_notification USING btree (rule_id, budget, value, episode, share, state);

CREATE UNIQUE INDEX alert_rule_name ON runfold_internal.alert_rule USING btree (project, name);

CREATE INDEX audit_project_started_at ON runfold_internal.audit USING btree (project, started_at);

CREATE INDEX budget_hold_value ON runfold_internal.budget_hold USING btree (budget_id, value, expires_at);

CREATE UNIQUE INDEX budget_name ON runfold_internal.budget USING btree (project, name);

CREATE INDEX event_corrected_at ON runfold_internal.event USING btree (project, session_id, occurred_at_us) WHERE (num_nulls(corrects) = 0);

CREATE INDEX event_corrects ON runfold_internal.event USING btree (project, session_id, corrects) WHERE (corrects IS NOT NULL);

CREATE INDEX event_recorded_at ON runfold_internal.event USING btree (project, recorded_at);

CREATE INDEX event_run ON runfold_internal.event USING btree (project, session_id, run_id);

CREATE INDEX label_usage_day_value ON runfold_internal.label_usage_day USING btree (project, name, value, day);

CREATE INDEX label_usage_hour_value ON runfold_internal.label_usage_hour USING btree (project, name, value, hour);

CREATE INDEX label_usage_value ON runfold_internal.label_usage USING btree (project, name, value, bucket);

CREATE INDEX otlp_span_open ON runfold_internal.otlp_span USING btree (project, trace_id) WHERE (event IS NOT NULL);

CREATE INDEX otlp_trace_due_at ON runfold_internal.otlp_trace USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX otlp_trace_last_seen ON runfold_internal.otlp_trace USING btree (is_pruned, last_seen);

CREATE UNIQUE INDEX project_name ON runfold_internal.project USING btree (name);

CREATE INDEX rejected_event_received_at ON runfold_internal.rejected_event USING btree (received_at, id);

CREATE INDEX run_label_value ON runfold_internal.run_label USING btree (project, name, value);

CREATE INDEX run_long ON runfold_internal.run USING btree (project, session_id, width_bucket((ended_period - (started_at_us >> 28)), '{8,64,512,4096}'::bigint[]), started_at_us) WHERE ((ended_period - (started_at_us >> 28)) > 1);

CREATE INDEX run_parent_run_id ON runfold_internal.run USING btree (project, parent_run_id) WHERE (parent_run_id IS NOT NULL);

CREATE INDEX run_run_id ON runfold_internal.run USING btree (project, run_id);

CREATE INDEX run_session_id ON runfold_internal.run USING btree (project, session_id, ((('1970-01-01 00:00:00'::timestamp without time zone + ((started_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text)), run_id);

CREATE INDEX run_started_at ON runfold_internal.run USING btree (project, ((('1970-01-01 00:00:00'::timestamp without time zone + ((started_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text)), session_id, run_id);

CREATE INDEX run_user_id ON runfold_internal.run USING btree (project, user_id, ((('1970-01-01 00:00:00'::timestamp without time zone + ((started_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text)), session_id, run_id);

CREATE INDEX session_started_at ON runfold_internal.session USING btree (project, ((('1970-01-01 00:00:00'::timestamp without time zone + ((started_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text)), session_id);

CREATE INDEX session_user_id ON runfold_internal.session USING btree (project, user_id, ((('1970-01-01 00:00:00'::timestamp without time zone + ((started_at_us)::double precision * '00:00:00.000001'::interval)) AT TIME ZONE 'UTC'::text)), session_id);

CREATE INDEX user_usage_day_user_id ON runfold_internal.user_usage_day USING btree (project, user_id, day);

CREATE INDEX user_usage_month_user_id ON runfold_internal.user_usage_month USING btree (project, user_id, month);

CREATE INDEX user_usage_user_id ON runfold_internal.user_usage USING btree (project, user_id, bucket);

ALTER TABLE ONLY runfold_internal.api_key
    ADD CONSTRAINT api_key_project FOREIGN KEY (project) REFERENCES runfold_internal.project(id);
