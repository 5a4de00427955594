-- What: the use of a budget is read by day and hour where whole days and hours are in its window, and for several values at once.
-- Why: a check of a user over a month read each quarter of an hour; finding the start of a local day took longer than the rest of a check.
-- Time on a large log: none.
-- Locks: none on tables.
create or replace function runfold_internal.first_instant(local timestamp, zone text)
returns timestamptz language sql stable as $$
  select case when (local at time zone zone - interval '2 hours') at time zone zone = local then local at time zone zone - interval '2 hours'
    when (local at time zone zone - interval '1 hour') at time zone zone = local then local at time zone zone - interval '1 hour'
    when (local at time zone zone - interval '30 minutes') at time zone zone = local then local at time zone zone - interval '30 minutes'
    else local at time zone zone end
$$;
--> statement-breakpoint
create or replace function runfold_internal.budget_used_parts(in_project integer, in_scope text,
  in_label text, in_values text[], in_measure text, in_first integer, in_end integer) returns table (value text, used numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  -- No event lies further ahead.
  latest constant integer := floor(extract(epoch from clock_timestamp())
    / 900) + 97;
  day_first constant integer := ceil(in_first / 96::float8);
  day_end constant integer := greatest(day_first, floor(in_end / 96::float8)::integer);
  hour_first constant integer := ceil(in_first / 4::float8);
  hour_end constant integer := greatest(hour_first, floor(in_end / 4::float8)::integer);
begin
  if in_values is null then
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
  else
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
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
        from runfold_internal.model_usage_hour t where t.project = in_project and t.model = n.value and t.hour >= hour_first and t.hour < hour_end) u; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
        from runfold_internal.model_usage t where t.project = in_project and t.model = n.value and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)) u; end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
        from runfold_internal.model_usage t where t.project = in_project and t.model = n.value and t.bucket >= hour_end * 4 and t.bucket < in_end) u; end if;
    end if;
  elsif in_scope = 'user' then
    if day_first < day_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.user_usage_day t where t.project = in_project and t.user_id = n.value and t.day >= day_first and t.day < day_end) u; end if;
    end if;
    if in_first < least(in_end, day_first * 96) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.user_usage t where t.project = in_project and t.user_id = n.value and t.bucket >= in_first and t.bucket < least(in_end, day_first * 96)) u; end if;
    end if;
    if day_end * 96 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.user_usage t where t.project = in_project and t.user_id = n.value and t.bucket >= day_end * 96 and t.bucket < in_end) u; end if;
    end if;
  elsif in_scope = 'agent' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.agent_usage_hour t where t.project = in_project and t.agent_id = n.value and t.hour = any(array(select generate_series(hour_first, least(hour_end, latest / 4 + 1) - 1)))) u; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
        from runfold_internal.model_usage t where t.project = in_project and t.agent_id = n.value and t.bucket = any(array(select generate_series(in_first, least(least(in_end, hour_first * 4), latest / 1 + 1) - 1)))) u; end if;
      if in_measure in ('cost', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.tool_usage t where t.project = in_project and t.agent_id = n.value and t.bucket = any(array(select generate_series(in_first, least(least(in_end, hour_first * 4), latest / 1 + 1) - 1)))) u; end if;
      if in_measure in ('runs') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric as used
        from runfold_internal.run_usage t where t.project = in_project and t.agent_id = n.value and t.bucket = any(array(select generate_series(in_first, least(least(in_end, hour_first * 4), latest / 1 + 1) - 1)))) u; end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
        from runfold_internal.model_usage t where t.project = in_project and t.agent_id = n.value and t.bucket = any(array(select generate_series(hour_end * 4, least(in_end, latest / 1 + 1) - 1)))) u; end if;
      if in_measure in ('cost', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.tool_usage t where t.project = in_project and t.agent_id = n.value and t.bucket = any(array(select generate_series(hour_end * 4, least(in_end, latest / 1 + 1) - 1)))) u; end if;
      if in_measure in ('runs') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric as used
        from runfold_internal.run_usage t where t.project = in_project and t.agent_id = n.value and t.bucket = any(array(select generate_series(hour_end * 4, least(in_end, latest / 1 + 1) - 1)))) u; end if;
    end if;
  elsif in_scope = 'team' then
    if hour_first < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.agent_usage_hour t where t.project = in_project and t.team_id = n.value and t.hour = any(array(select generate_series(hour_first, least(hour_end, latest / 4 + 1) - 1)))) u; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
        from runfold_internal.model_usage t where t.project = in_project and t.team_id = n.value and t.bucket = any(array(select generate_series(in_first, least(least(in_end, hour_first * 4), latest / 1 + 1) - 1)))) u; end if;
      if in_measure in ('cost', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.tool_usage t where t.project = in_project and t.team_id = n.value and t.bucket = any(array(select generate_series(in_first, least(least(in_end, hour_first * 4), latest / 1 + 1) - 1)))) u; end if;
      if in_measure in ('runs') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric as used
        from runfold_internal.run_usage t where t.project = in_project and t.team_id = n.value and t.bucket = any(array(select generate_series(in_first, least(least(in_end, hour_first * 4), latest / 1 + 1) - 1)))) u; end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end)::numeric as used
        from runfold_internal.model_usage t where t.project = in_project and t.team_id = n.value and t.bucket = any(array(select generate_series(hour_end * 4, least(in_end, latest / 1 + 1) - 1)))) u; end if;
      if in_measure in ('cost', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.tool_usage t where t.project = in_project and t.team_id = n.value and t.bucket = any(array(select generate_series(hour_end * 4, least(in_end, latest / 1 + 1) - 1)))) u; end if;
      if in_measure in ('runs') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end)::numeric as used
        from runfold_internal.run_usage t where t.project = in_project and t.team_id = n.value and t.bucket = any(array(select generate_series(hour_end * 4, least(in_end, latest / 1 + 1) - 1)))) u; end if;
    end if;
  elsif in_scope = 'label' then
    if day_first < day_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.label_usage_day t where t.project = in_project and t.name = in_label and t.value = n.value and t.day >= day_first and t.day < day_end) u; end if;
    end if;
    if hour_first < least(hour_end, day_first * 24) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.label_usage_hour t where t.project = in_project and t.name = in_label and t.value = n.value and t.hour >= hour_first and t.hour < least(hour_end, day_first * 24)) u; end if;
    end if;
    if day_end * 24 < hour_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.label_usage_hour t where t.project = in_project and t.name = in_label and t.value = n.value and t.hour >= day_end * 24 and t.hour < hour_end) u; end if;
    end if;
    if in_first < least(in_end, hour_first * 4) then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.label_usage t where t.project = in_project and t.name = in_label and t.value = n.value and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)) u; end if;
    end if;
    if hour_end * 4 < in_end then
      if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.label_usage t where t.project = in_project and t.name = in_label and t.value = n.value and t.bucket >= hour_end * 4 and t.bucket < in_end) u; end if;
    end if;
  elsif in_scope = 'session' then
    if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.session t where t.project = in_project and t.session_id = n.value and true) u; end if;
  elsif in_scope = 'run' then
    if in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'tool_calls') then return query select n.value, u.used from unnest(in_values) n(value), lateral (select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'tool_calls' then t.tool_calls end)::numeric as used
        from runfold_internal.run t where t.project = in_project and t.run_id = n.value and true) u; end if;
  end if;
  end if;
end $$;
--> statement-breakpoint
create or replace function runfold_internal.budget_used(in_project integer, in_scope text, in_label text,
  in_value text, in_measure text, in_first integer, in_end integer) returns numeric
language sql stable as $$
  select coalesce(sum(u.used), 0) from runfold_internal.budget_used_parts(in_project, in_scope, in_label,
    array[in_value], in_measure, in_first, in_end) u
$$;
--> statement-breakpoint
create or replace function runfold_internal.budget_used_by_value(in_project integer, in_scope text,
  in_label text, in_measure text, in_first integer, in_end integer) returns table (value text, used numeric)
language sql stable as $$
  select u.value, sum(u.used) from runfold_internal.budget_used_parts(in_project, in_scope, in_label,
    null, in_measure, in_first, in_end) u
  where in_scope = 'project' or u.value <> '' group by u.value having sum(u.used) <> 0
$$;
--> statement-breakpoint
create or replace function runfold_internal.limited_value(scope text, label text,
  only_value text, who json)
returns text language sql immutable as $$
  select case when only_value is null or only_value = case scope
    when 'project' then ''
    when 'label' then who->'labels'->>label
    when 'model' then who->>'model'
    else who->>(scope || '_id') end then case scope
    when 'project' then ''
    when 'label' then who->'labels'->>label
    when 'model' then who->>'model'
    else who->>(scope || '_id') end end
$$;
--> statement-breakpoint
create or replace function runfold_internal.budget_standings(in_project integer,
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
      value := runfold_internal.limited_value(b.scope, b.label, b.value, items[i]->'who');
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
end $$;
--> statement-breakpoint
drop function if exists runfold_internal.check_budgets(integer, json);
--> statement-breakpoint
drop function if exists runfold_internal.budget_value(text, text, json);
--> statement-breakpoint
create or replace function runfold_internal.check_budgets(in_project integer, checks json,
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
      select distinct hashtextextended(runfold_internal.limited_value(b.scope, b.label, b.value, c->'who'), b.id) as key
      from json_array_elements(checks) c, runfold_internal.budget b
      where c->>'hold' is not null and b.project = in_project and b.stop and b.from_at <= at
        and runfold_internal.limited_value(b.scope, b.label, b.value, c->'who') is not null
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
end $$;
