-- What: the metric cache_write_1h_tokens with its price, and counts of messages that failed or reported their tokens.
-- Why: providers price a cache that is kept for an hour by itself; a message can fail as a tool call can.
-- Time on a large log: a moment, for no row is rewritten; then `runfold migrate --rebuild`, which reads the log.
-- Locks: exclusive on the log, the prices and the tables of usage, for a moment.
ALTER TABLE "runfold_internal"."event" ADD COLUMN "cache_write_1h_tokens" integer;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."price_override" ADD COLUMN "cache_write_1h_nanos" bigint;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ADD COLUMN "message_errors" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ADD COLUMN "metered_messages" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ADD COLUMN "cache_write_1h_tokens" bigint;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ADD COLUMN "message_errors" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ADD COLUMN "metered_messages" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ADD COLUMN "cache_write_1h_tokens" bigint;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."user_usage" ADD COLUMN "message_errors" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."user_usage" ADD COLUMN "metered_messages" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."user_usage" ADD COLUMN "cache_write_1h_tokens" bigint;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage" ADD COLUMN "message_errors" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage" ADD COLUMN "metered_messages" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage" ADD COLUMN "cache_write_1h_tokens" bigint;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage_hour" ADD COLUMN "message_errors" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage_hour" ADD COLUMN "metered_messages" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage_hour" ADD COLUMN "cache_write_1h_tokens" bigint;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ALTER COLUMN "message_errors" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ALTER COLUMN "metered_messages" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ALTER COLUMN "message_errors" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ALTER COLUMN "metered_messages" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."user_usage" ALTER COLUMN "message_errors" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."user_usage" ALTER COLUMN "metered_messages" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage" ALTER COLUMN "message_errors" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage" ALTER COLUMN "metered_messages" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage_hour" ALTER COLUMN "message_errors" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage_hour" ALTER COLUMN "metered_messages" DROP DEFAULT;
