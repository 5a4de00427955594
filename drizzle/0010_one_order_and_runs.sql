-- What: status, last model and provider and first time to first token keep the id of their event; the log is indexed by run and by correction.
-- Why: of two events of one instant and sequence, totals took another for the last than lists; reading one run cost its session.
-- Time on a large log: each index reads the log once, about a second a million events; totals of runs and sessions are written anew.
-- Locks: exclusive on the log and the totals of runs and sessions until it ends. Run "runfold migrate --rebuild" then.
do $$ declare view_name text; begin
  for view_name in select name from runfold_internal.view_state loop
    execute format('drop view if exists runfold.%I', view_name);
  end loop;
end $$;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ALTER COLUMN "status" SET DATA TYPE text[] collate "C" USING NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ALTER COLUMN "model" SET DATA TYPE text[] collate "C" USING NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ALTER COLUMN "provider" SET DATA TYPE text[] collate "C" USING NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ALTER COLUMN "time_to_first_token_us" SET DATA TYPE text[] collate "C" USING NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ALTER COLUMN "model" SET DATA TYPE text[] collate "C" USING NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ALTER COLUMN "provider" SET DATA TYPE text[] collate "C" USING NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ALTER COLUMN "time_to_first_token_us" SET DATA TYPE text[] collate "C" USING NULL;
--> statement-breakpoint
CREATE INDEX "event_run" ON "runfold_internal"."event" USING btree ("project","session_id","run_id");
--> statement-breakpoint
CREATE INDEX "event_corrects" ON "runfold_internal"."event" USING btree ("project","session_id","corrects") WHERE corrects is not null;
