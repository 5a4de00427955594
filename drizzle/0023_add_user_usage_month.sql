-- What: adds user_usage_month, the roll-up of usage by user and month of UTC.
-- Why: usage by user and month was a sum over a row for each user and day.
-- Time on a large log: a second per 100,000 rows by user and day, from which the new table is filled. Then run "runfold migrate --rebuild", which adds the events of workers that do not know the new table.
-- Locks: none.
CREATE TABLE "runfold_internal"."user_usage_month" (
	"project" integer NOT NULL,
	"month" integer NOT NULL,
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
	CONSTRAINT "user_usage_month_project_month_user_id_agent_id_team_id_workflow_id_pk" PRIMARY KEY("project","month","user_id","agent_id","team_id","workflow_id")
);

--> statement-breakpoint
CREATE INDEX "user_usage_month_user_id" ON "runfold_internal"."user_usage_month" USING btree ("project","user_id","month");
--> statement-breakpoint
alter table runfold_internal.user_usage_month set (fillfactor = 50);
--> statement-breakpoint
-- A divided store has a row for each stripe; there the rebuild fills the table.
do $$ begin
  if exists (select from information_schema.columns where table_schema = 'runfold_internal'
      and table_name = 'user_usage_day' and column_name = 'stripe') then
    return;
  end if;
  insert into runfold_internal.user_usage_month (project, month, user_id, agent_id, team_id, workflow_id, cost_nanos, tool_cost_nanos, total_tokens, runs, tool_calls, tool_errors, assistant_messages, input_tokens, output_tokens, message_errors, metered_messages, unpriced_messages, prompt_tokens, completion_tokens, audio_tokens, input_audio_tokens, output_audio_tokens, cached_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, time_us, timed_messages, timed_output_tokens, time_to_first_token_us, streamed_messages, tool_time_us, timed_tool_calls, failed_runs, run_time_us)
  select p.project, p.day + 1 - extract(day from date '1970-01-01' + p.day)::integer as month, p.user_id, p.agent_id, p.team_id, p.workflow_id, runfold_internal.total(p.cost_nanos) as cost_nanos, runfold_internal.total(p.tool_cost_nanos) as tool_cost_nanos, runfold_internal.total(p.total_tokens) as total_tokens, runfold_internal.total(p.runs) as runs, runfold_internal.total(p.tool_calls) as tool_calls, runfold_internal.total(p.tool_errors) as tool_errors, runfold_internal.total(p.assistant_messages) as assistant_messages, runfold_internal.total(p.input_tokens) as input_tokens, runfold_internal.total(p.output_tokens) as output_tokens, runfold_internal.total(p.message_errors) as message_errors, runfold_internal.total(p.metered_messages) as metered_messages, runfold_internal.total(p.unpriced_messages) as unpriced_messages, runfold_internal.total(p.prompt_tokens) as prompt_tokens, runfold_internal.total(p.completion_tokens) as completion_tokens, runfold_internal.total(p.audio_tokens) as audio_tokens, runfold_internal.total(p.input_audio_tokens) as input_audio_tokens, runfold_internal.total(p.output_audio_tokens) as output_audio_tokens, runfold_internal.total(p.cached_tokens) as cached_tokens, runfold_internal.total(p.cache_write_tokens) as cache_write_tokens, runfold_internal.total(p.cache_write_1h_tokens) as cache_write_1h_tokens, runfold_internal.total(p.reasoning_tokens) as reasoning_tokens, runfold_internal.total(p.time_us) as time_us, runfold_internal.total(p.timed_messages) as timed_messages, runfold_internal.total(p.timed_output_tokens) as timed_output_tokens, runfold_internal.total(p.time_to_first_token_us) as time_to_first_token_us, runfold_internal.total(p.streamed_messages) as streamed_messages, runfold_internal.total(p.tool_time_us) as tool_time_us, runfold_internal.total(p.timed_tool_calls) as timed_tool_calls, runfold_internal.total(p.failed_runs) as failed_runs, runfold_internal.total(p.run_time_us) as run_time_us
  from runfold_internal.user_usage_day p group by 1, 2, 3, 4, 5, 6 order by project, month, user_id, agent_id, team_id, workflow_id;
end $$;
