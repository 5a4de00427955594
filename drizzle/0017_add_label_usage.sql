-- What: adds run_label, label_usage and label_usage_hour: the labels of each run, and what was used under each label.
-- Why: usage by customer or feature is then a sum of few rows, and runs are found by their labels.
-- Time on a large log: none. No event has labels yet, so the tables are right as they are; their declarations are new, so run "runfold migrate --rebuild".
-- Locks: none.
CREATE TABLE "runfold_internal"."run_label" (
	"project" integer NOT NULL,
	"session_id" text collate "C" NOT NULL,
	"run_id" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	CONSTRAINT "run_label_project_session_id_run_id_name_pk" PRIMARY KEY("project","session_id","run_id","name")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."label_usage" (
	"project" integer NOT NULL,
	"name" text collate "C" NOT NULL,
	"bucket" integer NOT NULL,
	"value" text collate "C" NOT NULL,
	"provider" text collate "C" NOT NULL,
	"model" text collate "C" NOT NULL,
	"assistant_messages" bigint NOT NULL,
	"message_errors" bigint NOT NULL,
	"metered_messages" bigint NOT NULL,
	"unpriced_messages" bigint NOT NULL,
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
	"cache_write_1h_tokens" bigint,
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
	CONSTRAINT "label_usage_project_name_bucket_value_provider_model_pk" PRIMARY KEY("project","name","bucket","value","provider","model")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."label_usage_hour" (
	"project" integer NOT NULL,
	"name" text collate "C" NOT NULL,
	"hour" integer NOT NULL,
	"value" text collate "C" NOT NULL,
	"provider" text collate "C" NOT NULL,
	"model" text collate "C" NOT NULL,
	"assistant_messages" bigint NOT NULL,
	"message_errors" bigint NOT NULL,
	"metered_messages" bigint NOT NULL,
	"unpriced_messages" bigint NOT NULL,
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
	"cache_write_1h_tokens" bigint,
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
	CONSTRAINT "label_usage_hour_project_name_hour_value_provider_model_pk" PRIMARY KEY("project","name","hour","value","provider","model")
);

--> statement-breakpoint
CREATE INDEX "run_label_value" ON "runfold_internal"."run_label" USING btree ("project","name","value");
--> statement-breakpoint
CREATE INDEX "label_usage_value" ON "runfold_internal"."label_usage" USING btree ("project","name","value","bucket");
--> statement-breakpoint
CREATE INDEX "label_usage_hour_value" ON "runfold_internal"."label_usage_hour" USING btree ("project","name","value","hour");
--> statement-breakpoint
alter table runfold_internal.run_label set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.label_usage set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.label_usage_hour set (fillfactor = 50);
