-- What: adds budgets and the holds on them, two tables; events may name a hold; functions sum what a budget has used, say when its window begins, and check and hold in one go.
-- Why: a limit holds under concurrency only where the check, the hold and its end are each one statement.
-- Time on a large log: none; the new column is null in every event there is.
-- Locks: exclusive on the log for a moment.
CREATE TABLE "runfold_internal"."budget" (
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"limit_units" bigint NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "runfold_internal"."budget_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"project" integer NOT NULL,
	"rolling_quarters" integer,
	"stop" boolean NOT NULL,
	"name" text collate "C" NOT NULL,
	"scope" text NOT NULL,
	"label" text collate "C",
	"value" text collate "C",
	"measure" text NOT NULL,
	"window_kind" text NOT NULL,
	"time_zone" text NOT NULL,
	"when_unknown" text NOT NULL,
	"shares" real[] NOT NULL,
	CONSTRAINT "budget_id_pk" PRIMARY KEY("id")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."budget_hold" (
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"amount" bigint NOT NULL,
	"project" integer NOT NULL,
	"budget_id" integer NOT NULL,
	"hold_id" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	CONSTRAINT "budget_hold_project_hold_id_budget_id_pk" PRIMARY KEY("project","hold_id","budget_id")
);

--> statement-breakpoint
ALTER TABLE "runfold_internal"."event" ADD COLUMN "hold_id" text collate "C";
--> statement-breakpoint
CREATE UNIQUE INDEX "budget_name" ON "runfold_internal"."budget" USING btree ("project","name");
--> statement-breakpoint
CREATE INDEX "budget_hold_value" ON "runfold_internal"."budget_hold" USING btree ("budget_id","value","expires_at");
--> statement-breakpoint
create or replace function runfold_internal.first_instant(local timestamp, zone text)
returns timestamptz language sql stable as $$
  select coalesce(min(c.t) filter (where c.t at time zone zone = local), local at time zone zone)
  from (select local at time zone zone - make_interval(mins => d) as t from unnest(array[0, 30, 60, 120]) d) c
$$;
--> statement-breakpoint
create or replace function runfold_internal.budget_window(kind text, zone text, quarters integer,
  since timestamptz, at timestamptz, out window_first integer, out window_end integer)
language plpgsql stable as $$
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
  else
    window_first := floor(extract(epoch from
      runfold_internal.first_instant(date_trunc(kind, local), zone)) / quarter);
    window_end := floor(extract(epoch from
      runfold_internal.first_instant(date_trunc(kind, local) + ('1 ' || kind)::interval, zone)) / quarter);
  end if;
  window_first := greatest(window_first, floor(extract(epoch from since) / quarter)::integer);
end $$;
--> statement-breakpoint
create or replace function runfold_internal.budget_used(in_project integer, in_scope text, in_label text,
  in_value text, in_measure text, in_first integer, in_end integer) returns numeric
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  result numeric;
  -- No event lies further ahead.
  latest constant integer := floor(extract(epoch from clock_timestamp())
    / 900) + 97;
  hour_first constant integer := ceil(in_first / 4.0);
  hour_end constant integer := floor(in_end / 4.0);
begin
  if in_scope = 'project' then
    select sum(u.used) into result from (
      select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage_hour t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.hour >= hour_first and t.hour < hour_end
      union all select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)
      union all select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.bucket >= greatest(hour_end * 4, least(in_end, hour_first * 4))
      and t.bucket < in_end
      union all select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end) as used from runfold_internal.tool_usage_hour t where t.project = in_project and in_measure in ('cost', 'tool_calls') and t.hour >= hour_first and t.hour < hour_end
      union all select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end) as used from runfold_internal.tool_usage t where t.project = in_project and in_measure in ('cost', 'tool_calls') and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)
      union all select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end) as used from runfold_internal.tool_usage t where t.project = in_project and in_measure in ('cost', 'tool_calls') and t.bucket >= greatest(hour_end * 4, least(in_end, hour_first * 4))
      and t.bucket < in_end
      union all select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end) as used from runfold_internal.run_usage_hour t where t.project = in_project and in_measure in ('runs') and t.hour >= hour_first and t.hour < hour_end
      union all select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end) as used from runfold_internal.run_usage t where t.project = in_project and in_measure in ('runs') and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)
      union all select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end) as used from runfold_internal.run_usage t where t.project = in_project and in_measure in ('runs') and t.bucket >= greatest(hour_end * 4, least(in_end, hour_first * 4))
      and t.bucket < in_end) u;
  elsif in_scope = 'model' then
    select sum(u.used) into result from (
      select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage_hour t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.model = in_value and t.hour >= hour_first and t.hour < hour_end
      union all select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.model = in_value and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)
      union all select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.model = in_value and t.bucket >= greatest(hour_end * 4, least(in_end, hour_first * 4))
      and t.bucket < in_end) u;
  elsif in_scope = 'user' then
    select sum(u.used) into result from (
      select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end) as used from runfold_internal.user_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') and t.user_id = in_value and t.bucket >= in_first and t.bucket < in_end) u;
  elsif in_scope = 'agent' then
    select sum(u.used) into result from (
      select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.agent_id = in_value and t.bucket = any(array(select generate_series(in_first, least(in_end, latest) - 1)))
      union all select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end) as used from runfold_internal.tool_usage t where t.project = in_project and in_measure in ('cost', 'tool_calls') and t.agent_id = in_value and t.bucket = any(array(select generate_series(in_first, least(in_end, latest) - 1)))
      union all select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end) as used from runfold_internal.run_usage t where t.project = in_project and in_measure in ('runs') and t.agent_id = in_value and t.bucket = any(array(select generate_series(in_first, least(in_end, latest) - 1)))) u;
  elsif in_scope = 'team' then
    select sum(u.used) into result from (
      select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.team_id = in_value and t.bucket = any(array(select generate_series(in_first, least(in_end, latest) - 1)))
      union all select sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end) as used from runfold_internal.tool_usage t where t.project = in_project and in_measure in ('cost', 'tool_calls') and t.team_id = in_value and t.bucket = any(array(select generate_series(in_first, least(in_end, latest) - 1)))
      union all select sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end) as used from runfold_internal.run_usage t where t.project = in_project and in_measure in ('runs') and t.team_id = in_value and t.bucket = any(array(select generate_series(in_first, least(in_end, latest) - 1)))) u;
  elsif in_scope = 'session' then
    select sum(u.used) into result from (
      select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end) as used from runfold_internal.session t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') and t.session_id = in_value and true) u;
  elsif in_scope = 'run' then
    select sum(u.used) into result from (
      select sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'tool_calls' then t.tool_calls end) as used from runfold_internal.run t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'tool_calls') and t.run_id = in_value and true) u;
  end if;
  return coalesce(result, 0);
end $$;
--> statement-breakpoint
create or replace function runfold_internal.budget_used_by_value(in_project integer, in_scope text,
  in_label text, in_measure text, in_first integer, in_end integer) returns table (value text, used numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  hour_first constant integer := ceil(in_first / 4.0);
  hour_end constant integer := floor(in_end / 4.0);
begin
  if in_scope = 'project' then
    return query select u.value::text, sum(u.used)::numeric from (
      select '' as value, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage_hour t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.hour >= hour_first and t.hour < hour_end group by 1
      union all select '' as value, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1
      union all select '' as value, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.bucket >= greatest(hour_end * 4, least(in_end, hour_first * 4))
      and t.bucket < in_end group by 1
      union all select '' as value, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end) as used from runfold_internal.tool_usage_hour t where t.project = in_project and in_measure in ('cost', 'tool_calls') and t.hour >= hour_first and t.hour < hour_end group by 1
      union all select '' as value, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end) as used from runfold_internal.tool_usage t where t.project = in_project and in_measure in ('cost', 'tool_calls') and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1
      union all select '' as value, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end) as used from runfold_internal.tool_usage t where t.project = in_project and in_measure in ('cost', 'tool_calls') and t.bucket >= greatest(hour_end * 4, least(in_end, hour_first * 4))
      and t.bucket < in_end group by 1
      union all select '' as value, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end) as used from runfold_internal.run_usage_hour t where t.project = in_project and in_measure in ('runs') and t.hour >= hour_first and t.hour < hour_end group by 1
      union all select '' as value, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end) as used from runfold_internal.run_usage t where t.project = in_project and in_measure in ('runs') and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1
      union all select '' as value, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end) as used from runfold_internal.run_usage t where t.project = in_project and in_measure in ('runs') and t.bucket >= greatest(hour_end * 4, least(in_end, hour_first * 4))
      and t.bucket < in_end group by 1) u
      group by u.value having sum(u.used) <> 0 ;
  elsif in_scope = 'model' then
    return query select u.value::text, sum(u.used)::numeric from (
      select t.model as value, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage_hour t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.hour >= hour_first and t.hour < hour_end group by 1
      union all select t.model as value, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1
      union all select t.model as value, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.bucket >= greatest(hour_end * 4, least(in_end, hour_first * 4))
      and t.bucket < in_end group by 1) u
      group by u.value having sum(u.used) <> 0 and u.value <> '';
  elsif in_scope = 'user' then
    return query select u.value::text, sum(u.used)::numeric from (
      select t.user_id as value, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end) as used from runfold_internal.user_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') and t.bucket >= in_first and t.bucket < in_end group by 1) u
      group by u.value having sum(u.used) <> 0 and u.value <> '';
  elsif in_scope = 'agent' then
    return query select u.value::text, sum(u.used)::numeric from (
      select t.agent_id as value, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.bucket >= in_first and t.bucket < in_end group by 1
      union all select t.agent_id as value, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end) as used from runfold_internal.tool_usage t where t.project = in_project and in_measure in ('cost', 'tool_calls') and t.bucket >= in_first and t.bucket < in_end group by 1
      union all select t.agent_id as value, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end) as used from runfold_internal.run_usage t where t.project = in_project and in_measure in ('runs') and t.bucket >= in_first and t.bucket < in_end group by 1) u
      group by u.value having sum(u.used) <> 0 and u.value <> '';
  elsif in_scope = 'team' then
    return query select u.value::text, sum(u.used)::numeric from (
      select t.team_id as value, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens end) as used from runfold_internal.model_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens') and t.bucket >= in_first and t.bucket < in_end group by 1
      union all select t.team_id as value, sum(case in_measure when 'cost' then t.cost_nanos when 'tool_calls' then t.tool_calls end) as used from runfold_internal.tool_usage t where t.project = in_project and in_measure in ('cost', 'tool_calls') and t.bucket >= in_first and t.bucket < in_end group by 1
      union all select t.team_id as value, sum(case in_measure when 'runs' then case when t.status <> 1 then t.runs end end) as used from runfold_internal.run_usage t where t.project = in_project and in_measure in ('runs') and t.bucket >= in_first and t.bucket < in_end group by 1) u
      group by u.value having sum(u.used) <> 0 and u.value <> '';
  elsif in_scope = 'session' then
    return query select u.value::text, sum(u.used)::numeric from (
      select t.session_id as value, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end) as used from runfold_internal.session t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') and t.ended_at_us >= in_first::bigint * 900000000 group by 1) u
      group by u.value having sum(u.used) <> 0 and u.value <> '';
  elsif in_scope = 'run' then
    return query select u.value::text, sum(u.used)::numeric from (
      select t.run_id as value, sum(case in_measure when 'cost' then t.cost_nanos when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'tool_calls' then t.tool_calls end) as used from runfold_internal.run t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'tool_calls') and t.ended_at_us >= in_first::bigint * 900000000 group by 1) u
      group by u.value having sum(u.used) <> 0 and u.value <> '';
  end if;
end $$;
--> statement-breakpoint
create or replace function runfold_internal.budget_value(scope text, label text, who json)
returns text language sql immutable as $$
  select case scope
    when 'project' then ''
    when 'label' then who->'labels'->>label
    when 'model' then who->>'model'
    else who->>(scope || '_id') end
$$;
--> statement-breakpoint
create or replace function runfold_internal.check_budgets(in_project integer, who json, estimate json,
  is_free boolean, in_hold text, hold_seconds double precision)
returns table (name text, value text, measure text, stop boolean, limit_units bigint, used numeric, held numeric,
  window_end integer, when_unknown text, allowed boolean, is_held boolean)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  at timestamptz := clock_timestamp();
  one record;
begin
  if in_hold is not null then
    if current_setting('transaction_isolation') <> 'read committed' then
      raise exception 'budgets: expected the isolation level read committed, got %',
        current_setting('transaction_isolation');
    end if;
    for one in select b.id, w.value from runfold_internal.budget b,
        lateral runfold_internal.budget_value(b.scope, b.label, who) w(value)
      where b.project = in_project and b.stop and b.from_at <= at
        and w.value is not null and coalesce(b.value, w.value) = w.value
      order by 1, 2 loop
      perform pg_advisory_xact_lock(hashtextextended(one.value, one.id));
      delete from runfold_internal.budget_hold h where (h.project, h.hold_id, h.budget_id) in (
        select o.project, o.hold_id, o.budget_id from runfold_internal.budget_hold o
        where o.budget_id = one.id and o.value = one.value and o.expires_at <= at
        limit 100 for update skip locked);
    end loop;
    at := clock_timestamp();
  end if;
  return query with said as materialized (
    select b.id, b.name::text, w.value, b.measure, b.stop, b.limit_units, b.when_unknown, s.window_end,
      coalesce((estimate->>b.measure)::bigint, 0) as amount,
      runfold_internal.budget_used(b.project, b.scope, b.label, w.value, b.measure, s.window_first, s.window_end) as used,
      coalesce((select sum(h.amount) from runfold_internal.budget_hold h
        where h.budget_id = b.id and h.value = w.value and h.expires_at > at), 0) as held
    from runfold_internal.budget b,
      lateral runfold_internal.budget_value(b.scope, b.label, who) w(value),
      lateral runfold_internal.budget_window(b.window_kind, b.time_zone, b.rolling_quarters, b.from_at, at) s
    where b.project = in_project and b.from_at <= at and w.value is not null and coalesce(b.value, w.value) = w.value),
  judged as materialized (
    select d.*, not d.stop or (d.measure = 'cost' and is_free)
      or (d.used + d.held < d.limit_units and d.used + d.held + d.amount <= d.limit_units) as allowed
    from said d),
  holds as (
    insert into runfold_internal.budget_hold (project, hold_id, budget_id, value, amount, expires_at)
    select in_project, in_hold, j.id, j.value, j.amount, at + make_interval(secs => hold_seconds)
    from judged j
    where in_hold is not null and j.amount > 0 and (select bool_and(a.allowed) from judged a)
    returning budget_id)
  select j.name, j.value, j.measure, j.stop, j.limit_units, j.used, j.held, j.window_end, j.when_unknown, j.allowed,
    exists (select from holds h where h.budget_id = j.id)
  from judged j order by j.name;
end $$;
--> statement-breakpoint
alter table runfold_internal.budget_hold set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
