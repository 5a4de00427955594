-- What: adds alerts, six tables: channels, rules, states, notifications, deliveries, and up to where rules have looked; budgets say when they were changed, and a hold on them is not waited for until it is on the disk.
-- Why: a notification exists once for each crossing because its row is written in the transaction that changes the state; the lock of a budget's value is kept until the commit, so that each hold waited for all before it to be written.
-- Time on a large log: none; the tables are new and empty.
-- Locks: exclusive on budgets for a moment.
CREATE TABLE "runfold_internal"."alert_channel" (
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "runfold_internal"."alert_channel_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"project" integer NOT NULL,
	"name" text collate "C" NOT NULL,
	"kind" text NOT NULL,
	"shown" text NOT NULL,
	"secret" "bytea" NOT NULL,
	CONSTRAINT "alert_channel_id_pk" PRIMARY KEY("id")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."alert_rule" (
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "runfold_internal"."alert_rule_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"project" integer NOT NULL,
	"for_seconds" integer NOT NULL,
	"name" text collate "C" NOT NULL,
	"kind" text NOT NULL,
	"settings" jsonb NOT NULL,
	"channels" text[] NOT NULL,
	CONSTRAINT "alert_rule_id_pk" PRIMARY KEY("id")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."alert_state" (
	"since" timestamp with time zone NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	"rule_id" integer NOT NULL,
	"window_first" integer NOT NULL,
	"share" real NOT NULL,
	"state" text NOT NULL,
	"budget" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	CONSTRAINT "alert_state_rule_id_budget_value_window_first_share_pk" PRIMARY KEY("rule_id","budget","value","window_first","share")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."alert_notification" (
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"episode" bigint NOT NULL,
	"id" uuid NOT NULL,
	"rule_id" integer NOT NULL,
	"project" integer NOT NULL,
	"share" real NOT NULL,
	"state" text NOT NULL,
	"rule" text collate "C" NOT NULL,
	"budget" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	"body" jsonb NOT NULL,
	CONSTRAINT "alert_notification_id_pk" PRIMARY KEY("id")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."alert_delivery" (
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL,
	"delivered_at" timestamp with time zone,
	"id" uuid NOT NULL,
	"notification_id" uuid NOT NULL,
	"channel_id" integer NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"is_open" boolean DEFAULT true NOT NULL,
	"channel" text collate "C" NOT NULL,
	"fault" text,
	CONSTRAINT "alert_delivery_id_pk" PRIMARY KEY("id")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."alert_cursor" (
	"floor_us" bigint NOT NULL,
	"leased_until" timestamp with time zone NOT NULL,
	"id" integer NOT NULL,
	"lease" uuid,
	CONSTRAINT "alert_cursor_id_pk" PRIMARY KEY("id")
);

--> statement-breakpoint
ALTER TABLE "runfold_internal"."budget" ADD COLUMN "changed_at" timestamp with time zone DEFAULT now() NOT NULL;
--> statement-breakpoint
CREATE UNIQUE INDEX "alert_channel_name" ON "runfold_internal"."alert_channel" USING btree ("project","name");
--> statement-breakpoint
CREATE UNIQUE INDEX "alert_rule_name" ON "runfold_internal"."alert_rule" USING btree ("project","name");
--> statement-breakpoint
CREATE UNIQUE INDEX "alert_notification_once" ON "runfold_internal"."alert_notification" USING btree ("rule_id","budget","value","episode","share","state");
--> statement-breakpoint
CREATE INDEX "alert_notification_created_at" ON "runfold_internal"."alert_notification" USING btree ("project","created_at","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "alert_delivery_once" ON "runfold_internal"."alert_delivery" USING btree ("notification_id","channel_id");
--> statement-breakpoint
CREATE INDEX "alert_delivery_next_at" ON "runfold_internal"."alert_delivery" USING btree ("is_open","next_at");
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
  elsif in_scope = 'label' then
    select sum(u.used) into result from (
      select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end) as used from runfold_internal.label_usage_hour t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') and t.name = in_label and t.value = in_value and t.hour >= hour_first and t.hour < hour_end
      union all select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end) as used from runfold_internal.label_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') and t.name = in_label and t.value = in_value and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4)
      union all select sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end) as used from runfold_internal.label_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') and t.name = in_label and t.value = in_value and t.bucket >= greatest(hour_end * 4, least(in_end, hour_first * 4))
      and t.bucket < in_end) u;
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
  elsif in_scope = 'label' then
    return query select u.value::text, sum(u.used)::numeric from (
      select t.value as value, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end) as used from runfold_internal.label_usage_hour t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') and t.name = in_label and t.hour >= hour_first and t.hour < hour_end group by 1
      union all select t.value as value, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end) as used from runfold_internal.label_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') and t.name = in_label and t.bucket >= in_first and t.bucket < least(in_end, hour_first * 4) group by 1
      union all select t.value as value, sum(case in_measure when 'cost' then coalesce(t.cost_nanos + t.tool_cost_nanos, t.cost_nanos, t.tool_cost_nanos) when 'total_tokens' then t.total_tokens when 'input_tokens' then t.input_tokens when 'output_tokens' then t.output_tokens when 'runs' then t.runs when 'tool_calls' then t.tool_calls end) as used from runfold_internal.label_usage t where t.project = in_project and in_measure in ('cost', 'total_tokens', 'input_tokens', 'output_tokens', 'runs', 'tool_calls') and t.name = in_label and t.bucket >= greatest(hour_end * 4, least(in_end, hour_first * 4))
      and t.bucket < in_end group by 1) u
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
    -- The lock is kept until the commit: a hold that waited for the disk would let so many others of its value wait.
    perform set_config('synchronous_commit', 'off', true);
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
insert into runfold_internal.alert_cursor (id, floor_us, leased_until)
  values (1, (extract(epoch from now()) * 1000000)::bigint, '-infinity') on conflict do nothing;
