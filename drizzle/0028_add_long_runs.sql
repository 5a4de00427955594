-- What: adds the period in which a run ended, an index on long runs by it, and an index on corrections by time.
-- Why: a page of a session's events read the whole session. It now reads the runs of that time, which these find.
-- Time on a large log: half a minute per 100,000 runs, and one scan of the log. Then run "runfold migrate --rebuild".
-- Locks: run and the log, against writers, until the end.
ALTER TABLE "runfold_internal"."run" ADD COLUMN "ended_period" integer;
--> statement-breakpoint
update runfold_internal.run set ended_period = ended_at_us >> 28;
--> statement-breakpoint
CREATE INDEX "event_corrected_at" ON "runfold_internal"."event" USING btree ("project","session_id","occurred_at_us") WHERE corrects is not null;
--> statement-breakpoint
CREATE INDEX "run_long" ON "runfold_internal"."run" USING btree ("project","session_id",(width_bucket(ended_period - (started_at_us >> 28), '{8,64,512,4096}'::bigint[])),"started_at_us") WHERE ended_period - (started_at_us >> 28) > 1;
