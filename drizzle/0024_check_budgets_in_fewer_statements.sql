-- What: the functions of checks take arrays instead of JSON, and use fewer statements: one per budget instead of about three.
-- Why: most of the cost of a check was that Postgres prepared its statements for execution, not that it read rows.
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
begin
  if in_scope = 'project' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage_hour t where t.project = in_project and t.hour >= hour_first and t.hour < hour_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('cost', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage_hour t where t.project = in_project and t.hour >= hour_first and t.hour < hour_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('runs') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage_hour t where t.project = in_project and t.hour >= hour_first and t.hour < hour_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('cost', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('runs') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('cost', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('runs') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.bucket >= hour_end * 4 and t.bucket < in_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
  elsif in_scope = 'model' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage_hour t where t.project = in_project and t.model = n.value and t.hour >= hour_first and t.hour < hour_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.model = n.value and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.model = n.value and t.bucket >= hour_end * 4 and t.bucket < in_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
  elsif in_scope = 'user' then
    if day_first < day_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.user_usage_day t where t.project = in_project and t.user_id = n.value and t.day >= day_first and t.day < day_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if in_first < least(in_end, day_first * 96) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.user_usage t where t.project = in_project and t.user_id = n.value and t.bucket >= in_first and t.bucket < least(in_end, day_first * 96)), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if day_end * 96 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.user_usage t where t.project = in_project and t.user_id = n.value and t.bucket >= day_end * 96 and t.bucket < in_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
  elsif in_scope = 'agent' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.agent_usage_hour t where t.project = in_project and t.agent_id = n.value and t.hour = any(array(select generate_series(hour_first, hour_end - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.agent_id = n.value and t.bucket = any(array(select generate_series(in_first, least(in_end, hour_first * 4) - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('cost', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.agent_id = n.value and t.bucket = any(array(select generate_series(in_first, least(in_end, hour_first * 4) - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('runs') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.agent_id = n.value and t.bucket = any(array(select generate_series(in_first, least(in_end, hour_first * 4) - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.agent_id = n.value and t.bucket = any(array(select generate_series(hour_end * 4, in_end - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('cost', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.agent_id = n.value and t.bucket = any(array(select generate_series(hour_end * 4, in_end - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('runs') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.agent_id = n.value and t.bucket = any(array(select generate_series(hour_end * 4, in_end - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
  elsif in_scope = 'team' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.agent_usage_hour t where t.project = in_project and t.team_id = n.value and t.hour = any(array(select generate_series(hour_first, hour_end - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.team_id = n.value and t.bucket = any(array(select generate_series(in_first, least(in_end, hour_first * 4) - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('cost', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.team_id = n.value and t.bucket = any(array(select generate_series(in_first, least(in_end, hour_first * 4) - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('runs') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.team_id = n.value and t.bucket = any(array(select generate_series(in_first, least(in_end, hour_first * 4) - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric from runfold_internal.model_usage t where t.project = in_project and t.team_id = n.value and t.bucket = any(array(select generate_series(hour_end * 4, in_end - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('cost', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.tool_usage t where t.project = in_project and t.team_id = n.value and t.bucket = any(array(select generate_series(hour_end * 4, in_end - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
      if in_measure in ('runs') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric from runfold_internal.run_usage t where t.project = in_project and t.team_id = n.value and t.bucket = any(array(select generate_series(hour_end * 4, in_end - 1)))), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
  elsif in_scope = 'label' then
    if day_first < day_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.label_usage_day t where t.project = in_project and t.name = in_label and t.value = n.value and t.day >= day_first and t.day < day_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if hour_first < least(hour_end, day_first * 24) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.label_usage_hour t where t.project = in_project and t.name = in_label and t.value = n.value and t.hour >= hour_first and t.hour < least(hour_end, day_first * 24)), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if day_end * 24 < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.label_usage_hour t where t.project = in_project and t.name = in_label and t.value = n.value and t.hour >= day_end * 24 and t.hour < hour_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.label_usage t where t.project = in_project and t.name = in_label and t.value = n.value and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.label_usage t where t.project = in_project and t.name = in_label and t.value = n.value and t.bucket >= hour_end * 4 and t.bucket < in_end), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
    end if;
  elsif in_scope = 'session' then
    if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.session t where t.project = in_project and t.session_id = n.value and true), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
  elsif in_scope = 'run' then
    if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'tool_calls') then sums := array(select coalesce(sums[n.at], 0) + coalesce((select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'tool_calls' then t.tool_calls end)::numeric from runfold_internal.run t where t.project = in_project and t.run_id = n.value and true), 0)
          from unnest(in_values) with ordinality n(value, at)); end if;
  end if;
  return sums;
end $$;
--> statement-breakpoint
drop function if exists runfold_internal.budget_used_parts(integer, text, text, text[], text, integer, integer);
--> statement-breakpoint
create or replace function runfold_internal.budget_used_parts(in_project integer, in_scope text,
  in_label text, in_measure text, in_first integer, window_end integer) returns table (value text, used numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
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
--> statement-breakpoint
create or replace function runfold_internal.budget_used(in_project integer, in_scope text, in_label text,
  in_value text, in_measure text, in_first integer, in_end integer) returns numeric
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (runfold_internal.budget_used_of(in_project, in_scope, in_label, array[in_value], in_measure, in_first, in_end))[1];
end $$;
--> statement-breakpoint
create or replace function runfold_internal.budget_used_by_value(in_project integer, in_scope text,
  in_label text, in_measure text, in_first integer, in_end integer) returns table (value text, used numeric)
language sql stable as $$
  select u.value, sum(u.used) from runfold_internal.budget_used_parts(in_project, in_scope, in_label,
    in_measure, in_first, in_end) u
  where in_scope = 'project' or u.value <> '' group by u.value having sum(u.used) <> 0
$$;
--> statement-breakpoint
drop function if exists runfold_internal.check_budgets(integer, json, boolean);
--> statement-breakpoint
drop function if exists runfold_internal.budget_standings(integer, json, timestamptz);
--> statement-breakpoint
drop function if exists runfold_internal.limited_value(text, text, text, json);
--> statement-breakpoint
create or replace function runfold_internal.budget_decisions(in_project integer,
  who text[], labels text[], estimates bigint[], are_free boolean[], holds text[], hold_seconds float8[])
returns table (place integer, name text, value text, measure text, limit_units bigint, used numeric, held numeric,
  window_end integer, allowed boolean, is_held boolean, keeps boolean, budget_id integer, amount bigint, hold text,
  hold_end timestamptz)
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
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
  holding := array(select coalesce((select sum(h.amount) from runfold_internal.budget_hold h
    where h.budget_id = n.id and h.value = n.value and h.expires_at > at), 0) from unnest(ids, all_values) n(id, value));
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
--> statement-breakpoint
create or replace function runfold_internal.lock_budgets(in_project integer, who text[],
  labels text[], holds text[]) returns void
language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
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
--> statement-breakpoint
create or replace function runfold_internal.check_budgets(in_project integer,
  who text[], labels text[], estimates bigint[], are_free boolean[], holds text[], hold_seconds float8[])
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
end $$;
--> statement-breakpoint
create or replace function runfold_internal.release_holds(in_project integer, hold_ids text[])
returns setof text language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
begin
  -- If the server crashes, a released hold may come back. It then expires.
  perform set_config('synchronous_commit', 'off', true);
  return query with gone as (
    delete from runfold_internal.budget_hold h
    where h.project = in_project and h.hold_id = any(hold_ids) and h.expires_at > clock_timestamp()
    returning h.hold_id)
  select g.hold_id::text from gone g;
end $$;
