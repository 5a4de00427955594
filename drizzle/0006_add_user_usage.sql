-- What: adds user_usage, run_usage, run_usage_hour and session_user; adds team and workflow to the keys of model_usage and tool_usage.
-- Why: figures by user, team, workflow and agent are those of their own events, when they happened.
-- Time on a large log: seconds, for the two new primary keys; the rebuild that follows reads the log.
-- Locks: model_usage and tool_usage, exclusively, while their keys are built.
do $$ declare view_name text; begin
  for view_name in select name from runfold_internal.view_state loop
    execute format('drop view if exists runfold.%I', view_name);
  end loop;
end $$;
--> statement-breakpoint
CREATE TABLE "runfold_internal"."user_usage" (
	"project" integer NOT NULL,
	"bucket" integer NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"agent_id" text collate "C" NOT NULL,
	"team_id" text collate "C" NOT NULL,
	"workflow_id" text collate "C" NOT NULL,
	"provider" text collate "C" NOT NULL,
	"model" text collate "C" NOT NULL,
	"assistant_messages" bigint NOT NULL,
	"input_tokens" bigint,
	"output_tokens" bigint,
	"total_tokens" bigint,
	"prompt_tokens" bigint,
	"completion_tokens" bigint,
	"audio_tokens" bigint,
	"input_audio_tokens" bigint,
	"output_audio_tokens" bigint,
	"cached_tokens" bigint,
	"cache_write_tokens" bigint,
	"reasoning_tokens" bigint,
	"time_us" bigint,
	"timed_messages" bigint NOT NULL,
	"timed_output_tokens" bigint,
	"time_to_first_token_us" bigint,
	"streamed_messages" bigint NOT NULL,
	"cost_nanos" bigint,
	"tool_calls" bigint NOT NULL,
	"tool_errors" bigint NOT NULL,
	"tool_time_us" bigint,
	"timed_tool_calls" bigint NOT NULL,
	"tool_cost_nanos" bigint,
	"runs" bigint NOT NULL,
	"failed_runs" bigint NOT NULL,
	"run_time_us" bigint,
	CONSTRAINT "user_usage_project_bucket_user_id_agent_id_team_id_workflow_id_provider_model_pk" PRIMARY KEY("project","bucket","user_id","agent_id","team_id","workflow_id","provider","model")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."session_user" (
	"project" integer NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"session_id" text collate "C" NOT NULL,
	"started_at_us" bigint,
	"ended_at_us" bigint,
	CONSTRAINT "session_user_project_user_id_session_id_pk" PRIMARY KEY("project","user_id","session_id")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."run_usage" (
	"project" integer NOT NULL,
	"bucket" integer NOT NULL,
	"agent_id" text collate "C" NOT NULL,
	"team_id" text collate "C" NOT NULL,
	"workflow_id" text collate "C" NOT NULL,
	"status" smallint NOT NULL,
	"runs" bigint NOT NULL,
	"run_time_us" bigint,
	"time_levels" numeric,
	CONSTRAINT "run_usage_project_bucket_agent_id_team_id_workflow_id_status_pk" PRIMARY KEY("project","bucket","agent_id","team_id","workflow_id","status")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."run_usage_hour" (
	"project" integer NOT NULL,
	"hour" integer NOT NULL,
	"agent_id" text collate "C" NOT NULL,
	"team_id" text collate "C" NOT NULL,
	"workflow_id" text collate "C" NOT NULL,
	"status" smallint NOT NULL,
	"runs" bigint NOT NULL,
	"run_time_us" bigint,
	"time_levels" numeric,
	CONSTRAINT "run_usage_hour_project_hour_agent_id_team_id_workflow_id_status_pk" PRIMARY KEY("project","hour","agent_id","team_id","workflow_id","status")
);

--> statement-breakpoint
-- Rows of before have no team or workflow until the totals are rebuilt, which their new definition asks for.
ALTER TABLE "runfold_internal"."model_usage" ADD COLUMN "team_id" text collate "C" DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage" ADD COLUMN "workflow_id" text collate "C" DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."tool_usage" ADD COLUMN "team_id" text collate "C" DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."tool_usage" ADD COLUMN "workflow_id" text collate "C" DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage" ALTER COLUMN "team_id" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage" ALTER COLUMN "workflow_id" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."tool_usage" ALTER COLUMN "team_id" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."tool_usage" ALTER COLUMN "workflow_id" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage" DROP CONSTRAINT "model_usage_project_bucket_agent_id_provider_model_pk";
--> statement-breakpoint
ALTER TABLE "runfold_internal"."tool_usage" DROP CONSTRAINT "tool_usage_project_bucket_agent_id_tool_name_pk";
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage" ADD CONSTRAINT "model_usage_project_bucket_agent_id_team_id_workflow_id_provider_model_pk" PRIMARY KEY("project","bucket","agent_id","team_id","workflow_id","provider","model");
--> statement-breakpoint
ALTER TABLE "runfold_internal"."tool_usage" ADD CONSTRAINT "tool_usage_project_bucket_agent_id_team_id_workflow_id_tool_name_pk" PRIMARY KEY("project","bucket","agent_id","team_id","workflow_id","tool_name");
--> statement-breakpoint
CREATE INDEX "user_usage_user_id" ON "runfold_internal"."user_usage" USING btree ("project","user_id","bucket");
--> statement-breakpoint
alter table runfold_internal.user_usage set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.session_user set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.run_usage set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.run_usage_hour set (fillfactor = 50);
