-- What: the index of corrections by their time no longer follows from the id of the event that they correct.
-- Why: to find the corrections of one event, Postgres could use it, and then read all corrections of the session.
-- Time on a large log: reads the log once, as for any index of it; the index holds only corrections.
-- Locks: writes to the log wait while the index is built.
DROP INDEX "runfold_internal"."event_corrected_at";
--> statement-breakpoint
CREATE INDEX "event_corrected_at" ON "runfold_internal"."event" USING btree ("project","session_id","occurred_at_us") WHERE num_nulls(corrects) = 0;
