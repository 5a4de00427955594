-- What: a table that records which views the store has. Views are made from drizzle/views from now on.
-- Why: a migration repeated every view whole; a reviewer could not see what it changed.
-- Time on a large log: none. The views are made anew, which reads no row.
-- Locks: exclusive on each view for a moment; none on the log or the totals.
CREATE TABLE "runfold_internal"."view_state" (
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"generated_at_ms" bigint NOT NULL,
	CONSTRAINT "view_state_name_pk" PRIMARY KEY("name")
);

--> statement-breakpoint
-- The views that earlier migrations made, so that they are made anew once.
insert into runfold_internal.view_state (name, hash, generated_at_ms)
select name, '', 0 from unnest(array['messages', 'tool_calls', 'events', 'runs', 'sessions', 'model_usage', 'tool_usage', 'latency_quantiles', 'users']) name;
