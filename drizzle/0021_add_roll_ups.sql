-- What: adds user_usage_day, agent_usage_hour, agent_tool_hour, latency_hour and label_usage_day: roll-ups of totals that there are.
-- Why: usage by user, agent, tool or label over a month, and quantiles by day of any time zone, were sums over hundreds of thousands of rows.
-- Time on a large log: seconds, for the new tables are filled from the finer totals and not from the log. Then run "runfold migrate --rebuild", which adds the events of workers that do not know the new tables.
-- Locks: none.
CREATE TABLE "runfold_internal"."user_usage_day" (
	"project" integer NOT NULL,
	"day" integer NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"agent_id" text collate "C" NOT NULL,
	"team_id" text collate "C" NOT NULL,
	"workflow_id" text collate "C" NOT NULL,
	"cost_nanos" bigint,
	"tool_cost_nanos" bigint,
	"total_tokens" bigint,
	"runs" bigint NOT NULL,
	"tool_calls" bigint NOT NULL,
	"tool_errors" bigint NOT NULL,
	"assistant_messages" bigint NOT NULL,
	"input_tokens" bigint,
	"output_tokens" bigint,
	"message_errors" bigint NOT NULL,
	"metered_messages" bigint NOT NULL,
	"unpriced_messages" bigint NOT NULL,
	"prompt_tokens" bigint,
	"completion_tokens" bigint,
	"audio_tokens" bigint,
	"input_audio_tokens" bigint,
	"output_audio_tokens" bigint,
	"cached_tokens" bigint,
	"cache_write_tokens" bigint,
	"cache_write_1h_tokens" bigint,
	"reasoning_tokens" bigint,
	"time_us" bigint,
	"timed_messages" bigint NOT NULL,
	"timed_output_tokens" bigint,
	"time_to_first_token_us" bigint,
	"streamed_messages" bigint NOT NULL,
	"tool_time_us" bigint,
	"timed_tool_calls" bigint NOT NULL,
	"failed_runs" bigint NOT NULL,
	"run_time_us" bigint,
	CONSTRAINT "user_usage_day_project_day_user_id_agent_id_team_id_workflow_id_pk" PRIMARY KEY("project","day","user_id","agent_id","team_id","workflow_id")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."agent_usage_hour" (
	"project" integer NOT NULL,
	"hour" integer NOT NULL,
	"agent_id" text collate "C" NOT NULL,
	"team_id" text collate "C" NOT NULL,
	"workflow_id" text collate "C" NOT NULL,
	"provider" text collate "C" NOT NULL,
	"model" text collate "C" NOT NULL,
	"cost_nanos" bigint,
	"tool_cost_nanos" bigint,
	"total_tokens" bigint,
	"runs" bigint NOT NULL,
	"tool_calls" bigint NOT NULL,
	"tool_errors" bigint NOT NULL,
	"assistant_messages" bigint NOT NULL,
	"input_tokens" bigint,
	"output_tokens" bigint,
	"message_errors" bigint NOT NULL,
	"metered_messages" bigint NOT NULL,
	"unpriced_messages" bigint NOT NULL,
	"prompt_tokens" bigint,
	"completion_tokens" bigint,
	"audio_tokens" bigint,
	"input_audio_tokens" bigint,
	"output_audio_tokens" bigint,
	"cached_tokens" bigint,
	"cache_write_tokens" bigint,
	"cache_write_1h_tokens" bigint,
	"reasoning_tokens" bigint,
	"time_us" bigint,
	"timed_messages" bigint NOT NULL,
	"timed_output_tokens" bigint,
	"time_to_first_token_us" bigint,
	"streamed_messages" bigint NOT NULL,
	"tool_time_us" bigint,
	"timed_tool_calls" bigint NOT NULL,
	"failed_runs" bigint NOT NULL,
	"run_time_us" bigint,
	CONSTRAINT "agent_usage_hour_project_hour_agent_id_team_id_workflow_id_provider_model_pk" PRIMARY KEY("project","hour","agent_id","team_id","workflow_id","provider","model")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."agent_tool_hour" (
	"project" integer NOT NULL,
	"hour" integer NOT NULL,
	"agent_id" text collate "C" NOT NULL,
	"team_id" text collate "C" NOT NULL,
	"workflow_id" text collate "C" NOT NULL,
	"tool_name" text collate "C" NOT NULL,
	"cost_nanos" bigint,
	"tool_calls" bigint NOT NULL,
	"tool_errors" bigint NOT NULL,
	"tool_time_us" bigint,
	"timed_tool_calls" bigint NOT NULL,
	CONSTRAINT "agent_tool_hour_project_hour_agent_id_team_id_workflow_id_tool_name_pk" PRIMARY KEY("project","hour","agent_id","team_id","workflow_id","tool_name")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."latency_hour" (
	"project" integer NOT NULL,
	"hour" integer NOT NULL,
	"type" smallint NOT NULL,
	"provider" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"time_levels" numeric,
	"first_token_levels" numeric,
	CONSTRAINT "latency_hour_project_hour_type_provider_name_pk" PRIMARY KEY("project","hour","type","provider","name")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."label_usage_day" (
	"project" integer NOT NULL,
	"name" text collate "C" NOT NULL,
	"day" integer NOT NULL,
	"value" text collate "C" NOT NULL,
	"provider" text collate "C" NOT NULL,
	"model" text collate "C" NOT NULL,
	"cost_nanos" bigint,
	"tool_cost_nanos" bigint,
	"total_tokens" bigint,
	"runs" bigint NOT NULL,
	"tool_calls" bigint NOT NULL,
	"tool_errors" bigint NOT NULL,
	"assistant_messages" bigint NOT NULL,
	"input_tokens" bigint,
	"output_tokens" bigint,
	"message_errors" bigint NOT NULL,
	"metered_messages" bigint NOT NULL,
	"unpriced_messages" bigint NOT NULL,
	"prompt_tokens" bigint,
	"completion_tokens" bigint,
	"audio_tokens" bigint,
	"input_audio_tokens" bigint,
	"output_audio_tokens" bigint,
	"cached_tokens" bigint,
	"cache_write_tokens" bigint,
	"cache_write_1h_tokens" bigint,
	"reasoning_tokens" bigint,
	"time_us" bigint,
	"timed_messages" bigint NOT NULL,
	"timed_output_tokens" bigint,
	"time_to_first_token_us" bigint,
	"streamed_messages" bigint NOT NULL,
	"tool_time_us" bigint,
	"timed_tool_calls" bigint NOT NULL,
	"failed_runs" bigint NOT NULL,
	"run_time_us" bigint,
	CONSTRAINT "label_usage_day_project_name_day_value_provider_model_pk" PRIMARY KEY("project","name","day","value","provider","model")
);

--> statement-breakpoint
CREATE INDEX "user_usage_day_user_id" ON "runfold_internal"."user_usage_day" USING btree ("project","user_id","day");
--> statement-breakpoint
CREATE INDEX "label_usage_day_value" ON "runfold_internal"."label_usage_day" USING btree ("project","name","value","day");
--> statement-breakpoint
alter table runfold_internal.user_usage_day set (fillfactor = 80);
--> statement-breakpoint
alter table runfold_internal.agent_usage_hour set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.agent_tool_hour set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.latency_hour set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.label_usage_day set (fillfactor = 50);
--> statement-breakpoint
-- A divided store has a row for each stripe; there the rebuild fills the tables.
do $$ begin
  if exists (select from information_schema.columns where table_schema = 'runfold_internal'
      and table_name = 'user_usage' and column_name = 'stripe') then
    return;
  end if;
  insert into runfold_internal.user_usage_day (project, day, user_id, agent_id, team_id, workflow_id, cost_nanos, tool_cost_nanos, total_tokens, runs, tool_calls, tool_errors, assistant_messages, input_tokens, output_tokens, message_errors, metered_messages, unpriced_messages, prompt_tokens, completion_tokens, audio_tokens, input_audio_tokens, output_audio_tokens, cached_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, time_us, timed_messages, timed_output_tokens, time_to_first_token_us, streamed_messages, tool_time_us, timed_tool_calls, failed_runs, run_time_us)
    select p.project, p.bucket / 96 as day, p.user_id, p.agent_id, p.team_id, p.workflow_id, runfold_internal.total(p.cost_nanos) as cost_nanos, runfold_internal.total(p.tool_cost_nanos) as tool_cost_nanos, runfold_internal.total(p.total_tokens) as total_tokens, runfold_internal.total(p.runs) as runs, runfold_internal.total(p.tool_calls) as tool_calls, runfold_internal.total(p.tool_errors) as tool_errors, runfold_internal.total(p.assistant_messages) as assistant_messages, runfold_internal.total(p.input_tokens) as input_tokens, runfold_internal.total(p.output_tokens) as output_tokens, runfold_internal.total(p.message_errors) as message_errors, runfold_internal.total(p.metered_messages) as metered_messages, runfold_internal.total(p.unpriced_messages) as unpriced_messages, runfold_internal.total(p.prompt_tokens) as prompt_tokens, runfold_internal.total(p.completion_tokens) as completion_tokens, runfold_internal.total(p.audio_tokens) as audio_tokens, runfold_internal.total(p.input_audio_tokens) as input_audio_tokens, runfold_internal.total(p.output_audio_tokens) as output_audio_tokens, runfold_internal.total(p.cached_tokens) as cached_tokens, runfold_internal.total(p.cache_write_tokens) as cache_write_tokens, runfold_internal.total(p.cache_write_1h_tokens) as cache_write_1h_tokens, runfold_internal.total(p.reasoning_tokens) as reasoning_tokens, runfold_internal.total(p.time_us) as time_us, runfold_internal.total(p.timed_messages) as timed_messages, runfold_internal.total(p.timed_output_tokens) as timed_output_tokens, runfold_internal.total(p.time_to_first_token_us) as time_to_first_token_us, runfold_internal.total(p.streamed_messages) as streamed_messages, runfold_internal.total(p.tool_time_us) as tool_time_us, runfold_internal.total(p.timed_tool_calls) as timed_tool_calls, runfold_internal.total(p.failed_runs) as failed_runs, runfold_internal.total(p.run_time_us) as run_time_us
    from runfold_internal.user_usage p group by 1, 2, 3, 4, 5, 6 order by project, day, user_id, agent_id, team_id, workflow_id;
  insert into runfold_internal.agent_usage_hour (project, hour, agent_id, team_id, workflow_id, provider, model, cost_nanos, tool_cost_nanos, total_tokens, runs, tool_calls, tool_errors, assistant_messages, input_tokens, output_tokens, message_errors, metered_messages, unpriced_messages, prompt_tokens, completion_tokens, audio_tokens, input_audio_tokens, output_audio_tokens, cached_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, time_us, timed_messages, timed_output_tokens, time_to_first_token_us, streamed_messages, tool_time_us, timed_tool_calls, failed_runs, run_time_us)
    select p.project, p.bucket / 4 as hour, p.agent_id, p.team_id, p.workflow_id, p.provider, p.model, runfold_internal.total(p.cost_nanos) as cost_nanos, runfold_internal.total(p.tool_cost_nanos) as tool_cost_nanos, runfold_internal.total(p.total_tokens) as total_tokens, runfold_internal.total(p.runs) as runs, runfold_internal.total(p.tool_calls) as tool_calls, runfold_internal.total(p.tool_errors) as tool_errors, runfold_internal.total(p.assistant_messages) as assistant_messages, runfold_internal.total(p.input_tokens) as input_tokens, runfold_internal.total(p.output_tokens) as output_tokens, runfold_internal.total(p.message_errors) as message_errors, runfold_internal.total(p.metered_messages) as metered_messages, runfold_internal.total(p.unpriced_messages) as unpriced_messages, runfold_internal.total(p.prompt_tokens) as prompt_tokens, runfold_internal.total(p.completion_tokens) as completion_tokens, runfold_internal.total(p.audio_tokens) as audio_tokens, runfold_internal.total(p.input_audio_tokens) as input_audio_tokens, runfold_internal.total(p.output_audio_tokens) as output_audio_tokens, runfold_internal.total(p.cached_tokens) as cached_tokens, runfold_internal.total(p.cache_write_tokens) as cache_write_tokens, runfold_internal.total(p.cache_write_1h_tokens) as cache_write_1h_tokens, runfold_internal.total(p.reasoning_tokens) as reasoning_tokens, runfold_internal.total(p.time_us) as time_us, runfold_internal.total(p.timed_messages) as timed_messages, runfold_internal.total(p.timed_output_tokens) as timed_output_tokens, runfold_internal.total(p.time_to_first_token_us) as time_to_first_token_us, runfold_internal.total(p.streamed_messages) as streamed_messages, runfold_internal.total(p.tool_time_us) as tool_time_us, runfold_internal.total(p.timed_tool_calls) as timed_tool_calls, runfold_internal.total(p.failed_runs) as failed_runs, runfold_internal.total(p.run_time_us) as run_time_us
    from runfold_internal.user_usage p group by 1, 2, 3, 4, 5, 6, 7 order by project, hour, agent_id, team_id, workflow_id, provider, model;
  insert into runfold_internal.agent_tool_hour (project, hour, agent_id, team_id, workflow_id, tool_name, cost_nanos, tool_calls, tool_errors, tool_time_us, timed_tool_calls)
    select p.project, p.bucket / 4 as hour, p.agent_id, p.team_id, p.workflow_id, p.tool_name, runfold_internal.total(p.cost_nanos) as cost_nanos, runfold_internal.total(p.tool_calls) as tool_calls, runfold_internal.total(p.tool_errors) as tool_errors, runfold_internal.total(p.tool_time_us) as tool_time_us, runfold_internal.total(p.timed_tool_calls) as timed_tool_calls
    from runfold_internal.tool_usage p group by 1, 2, 3, 4, 5, 6 order by project, hour, agent_id, team_id, workflow_id, tool_name;
  insert into runfold_internal.latency_hour (project, hour, type, provider, name, time_levels, first_token_levels)
    select p.project, p.bucket / 4 as hour, p.type, p.provider, p.name, runfold_internal.total_levels(p.time_levels) as time_levels, runfold_internal.total_levels(p.first_token_levels) as first_token_levels
    from runfold_internal.latency p group by 1, 2, 3, 4, 5 order by project, hour, type, provider, name;
  insert into runfold_internal.label_usage_day (project, name, day, value, provider, model, cost_nanos, tool_cost_nanos, total_tokens, runs, tool_calls, tool_errors, assistant_messages, input_tokens, output_tokens, message_errors, metered_messages, unpriced_messages, prompt_tokens, completion_tokens, audio_tokens, input_audio_tokens, output_audio_tokens, cached_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, time_us, timed_messages, timed_output_tokens, time_to_first_token_us, streamed_messages, tool_time_us, timed_tool_calls, failed_runs, run_time_us)
    select p.project, p.name, p.hour / 24 as day, p.value, p.provider, p.model, runfold_internal.total(p.cost_nanos) as cost_nanos, runfold_internal.total(p.tool_cost_nanos) as tool_cost_nanos, runfold_internal.total(p.total_tokens) as total_tokens, runfold_internal.total(p.runs) as runs, runfold_internal.total(p.tool_calls) as tool_calls, runfold_internal.total(p.tool_errors) as tool_errors, runfold_internal.total(p.assistant_messages) as assistant_messages, runfold_internal.total(p.input_tokens) as input_tokens, runfold_internal.total(p.output_tokens) as output_tokens, runfold_internal.total(p.message_errors) as message_errors, runfold_internal.total(p.metered_messages) as metered_messages, runfold_internal.total(p.unpriced_messages) as unpriced_messages, runfold_internal.total(p.prompt_tokens) as prompt_tokens, runfold_internal.total(p.completion_tokens) as completion_tokens, runfold_internal.total(p.audio_tokens) as audio_tokens, runfold_internal.total(p.input_audio_tokens) as input_audio_tokens, runfold_internal.total(p.output_audio_tokens) as output_audio_tokens, runfold_internal.total(p.cached_tokens) as cached_tokens, runfold_internal.total(p.cache_write_tokens) as cache_write_tokens, runfold_internal.total(p.cache_write_1h_tokens) as cache_write_1h_tokens, runfold_internal.total(p.reasoning_tokens) as reasoning_tokens, runfold_internal.total(p.time_us) as time_us, runfold_internal.total(p.timed_messages) as timed_messages, runfold_internal.total(p.timed_output_tokens) as timed_output_tokens, runfold_internal.total(p.time_to_first_token_us) as time_to_first_token_us, runfold_internal.total(p.streamed_messages) as streamed_messages, runfold_internal.total(p.tool_time_us) as tool_time_us, runfold_internal.total(p.timed_tool_calls) as timed_tool_calls, runfold_internal.total(p.failed_runs) as failed_runs, runfold_internal.total(p.run_time_us) as run_time_us
    from runfold_internal.label_usage_hour p group by 1, 2, 3, 4, 5, 6 order by project, name, day, value, provider, model;
end $$;
