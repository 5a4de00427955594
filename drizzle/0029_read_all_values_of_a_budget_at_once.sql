-- What: the use of a budget is read for all values of a check in one statement per table.
-- Why: Citus cannot plan a read of a distributed table for each row of another, so every check failed on Citus.
-- Time on a large log: none.
-- Locks: none on tables.
create or replace function runfold_internal.budget_used_of(in_project integer, in_scope text,
  in_label text, in_values text[], in_measure text, in_first integer, window_end integer) returns numeric[]
language plpgsql stable as $$
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
