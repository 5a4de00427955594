-- What: the log keeps the labels of an event, the user's own dimensions, as the JSON text that came.
-- Why: costs by customer, feature or release need dimensions that no other field has.
-- Time on a large log: none; the column is null in the rows there are.
-- Locks: exclusive on the log, for a moment.
ALTER TABLE "runfold_internal"."event" ADD COLUMN "labels" text collate "C";
