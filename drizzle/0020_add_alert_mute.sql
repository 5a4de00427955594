-- What: adds until when an alert rule is muted.
-- Why: a rule can be muted for a while; what it delivers then waits until the mute ends.
-- Time on a large log: none; rules are few.
-- Locks: exclusive on alert_rule for a moment.
ALTER TABLE "runfold_internal"."alert_rule" ADD COLUMN "muted_until" timestamp with time zone;
