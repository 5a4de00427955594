-- What: adds the inbox of OpenTelemetry spans, two tables and three indexes.
-- Why: a span waits there, durably, until the spans above it say which run and session it belongs to.
-- Time on a large log: none; both tables are new and empty.
-- Locks: none on tables that exist.
CREATE TABLE "runfold_internal"."otlp_trace" (
	"trace_id" uuid NOT NULL,
	"root_id" bigint,
	"last_seen" timestamp with time zone DEFAULT now() NOT NULL,
	"open_since" timestamp with time zone,
	"due_at" timestamp with time zone,
	"project" integer NOT NULL,
	"is_pruned" boolean DEFAULT false NOT NULL,
	CONSTRAINT "otlp_trace_project_trace_id_pk" PRIMARY KEY("project","trace_id")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."otlp_span" (
	"trace_id" uuid NOT NULL,
	"span_id" bigint NOT NULL,
	"parent_id" bigint,
	"cut_parent" bigint,
	"project" integer NOT NULL,
	"kind" smallint NOT NULL,
	"flags" smallint NOT NULL,
	"own" json,
	"event" json,
	CONSTRAINT "otlp_span_project_trace_id_span_id_pk" PRIMARY KEY("project","trace_id","span_id")
);

--> statement-breakpoint
CREATE INDEX "otlp_trace_due_at" ON "runfold_internal"."otlp_trace" USING btree ("due_at") WHERE due_at is not null;
--> statement-breakpoint
CREATE INDEX "otlp_trace_last_seen" ON "runfold_internal"."otlp_trace" USING btree ("is_pruned","last_seen");
--> statement-breakpoint
CREATE INDEX "otlp_span_open" ON "runfold_internal"."otlp_span" USING btree ("project","trace_id") WHERE event is not null;
