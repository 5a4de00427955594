-- What: keys have a kind, a time at which they end and the key that they were made by; projects have a time zone.
-- Why: a browser signs in with a key of its own, which ends by itself; everybody looks at a project in one zone.
-- Time on a large log: none; both tables are small.
-- Locks: exclusive on projects and keys for a moment.
ALTER TABLE "runfold_internal"."project" ADD COLUMN "time_zone" text;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."api_key" ADD COLUMN "expires_at" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."api_key" ADD COLUMN "kind" text DEFAULT 'key' NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."api_key" ADD COLUMN "parent_id" text collate "C";
