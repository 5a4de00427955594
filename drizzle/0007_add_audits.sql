-- What: adds a table for the last audits of each project, which are asked for over HTTP.
-- Why: the proof of the totals is shown to whoever looks at them.
-- Time on a large log: none; the table is empty.
-- Locks: none on tables that are in use.
CREATE TABLE "runfold_internal"."audit" (
	"id" uuid NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	"snapshot_at" timestamp with time zone,
	"project" integer NOT NULL,
	"sample" integer,
	"seconds" real,
	"state" text NOT NULL,
	"report" text,
	CONSTRAINT "audit_id_pk" PRIMARY KEY("id")
);

--> statement-breakpoint
CREATE INDEX "audit_project_started_at" ON "runfold_internal"."audit" USING btree ("project","started_at");
