-- What: status, last model and provider and first time to first token keep the id of their event; the log is indexed by run and by correction.
-- Why: of two events of one instant and sequence, totals took another for the last than lists; reading one run cost its session.
-- Time on a large log: each index reads the log once, about a second a million events; totals of runs and sessions are written anew.
-- Locks: exclusive on the log and the totals of runs and sessions until it ends. What the rows say is kept, without the ids; "runfold migrate --rebuild" adds these.
do $$ declare view_name text; begin
  for view_name in select name from runfold_internal.view_state loop
    execute format('drop view if exists runfold.%I', view_name);
  end loop;
end $$;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ALTER COLUMN "status" SET DATA TYPE text[] collate "C" USING case when "status" is not null then array[lpad(("status" / 8)::text, 16, '0') || '0000000000', '', ("status" % 8)::text] end;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ALTER COLUMN "model" SET DATA TYPE text[] collate "C" USING case when "model" is not null then array[left("model", 26), '', substr("model", 27)] end;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ALTER COLUMN "provider" SET DATA TYPE text[] collate "C" USING case when "provider" is not null then array[left("provider", 26), '', substr("provider", 27)] end;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ALTER COLUMN "time_to_first_token_us" SET DATA TYPE text[] collate "C" USING case when "time_to_first_token_us" is not null then array[lpad("time_to_first_token_us"[1]::text, 16, '0') || lpad("time_to_first_token_us"[2]::text, 10, '0'), '', "time_to_first_token_us"[3]::text] end;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ALTER COLUMN "model" SET DATA TYPE text[] collate "C" USING case when "model" is not null then array[left("model", 26), '', substr("model", 27)] end;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ALTER COLUMN "provider" SET DATA TYPE text[] collate "C" USING case when "provider" is not null then array[left("provider", 26), '', substr("provider", 27)] end;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ALTER COLUMN "time_to_first_token_us" SET DATA TYPE text[] collate "C" USING case when "time_to_first_token_us" is not null then array[lpad("time_to_first_token_us"[1]::text, 16, '0') || lpad("time_to_first_token_us"[2]::text, 10, '0'), '', "time_to_first_token_us"[3]::text] end;
--> statement-breakpoint
CREATE INDEX "event_run" ON "runfold_internal"."event" USING btree ("project","session_id","run_id");
--> statement-breakpoint
CREATE INDEX "event_corrects" ON "runfold_internal"."event" USING btree ("project","session_id","corrects") WHERE corrects is not null;
