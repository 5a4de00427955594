-- What: adds two tables, for the files of logs that were read and for who owns what was read.
-- Why: a log is read once, whoever copies it and wherever reading stopped.
-- Time on a large log: none; both tables are empty.
-- Locks: none on tables that are in use.
CREATE TABLE "runfold_internal"."log_claim" (
	"key" uuid NOT NULL,
	"project" integer NOT NULL,
	"rank" smallint NOT NULL,
	"format" text NOT NULL,
	"session_id" text collate "C" NOT NULL,
	CONSTRAINT "log_claim_project_format_key_pk" PRIMARY KEY("project","format","key")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."log_file" (
	"file" uuid NOT NULL,
	"size" bigint NOT NULL,
	"modified_us" bigint NOT NULL,
	"position" bigint NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"project" integer NOT NULL,
	"line" integer NOT NULL,
	"saves" integer NOT NULL,
	"is_open" boolean NOT NULL,
	"format" text NOT NULL,
	"head" text NOT NULL,
	"state" json NOT NULL,
	CONSTRAINT "log_file_project_format_file_pk" PRIMARY KEY("project","format","file")
);

