CREATE TABLE "runfold_internal"."project" (
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"id" integer NOT NULL,
	"name" text collate "C" NOT NULL,
	CONSTRAINT "project_id_pk" PRIMARY KEY("id")
);

--> statement-breakpoint
CREATE TABLE "runfold_internal"."api_key" (
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"project" integer NOT NULL,
	"id" text collate "C" NOT NULL,
	"name" text NOT NULL,
	"scopes" text[] NOT NULL,
	"secret_sha256" text NOT NULL,
	CONSTRAINT "api_key_id_pk" PRIMARY KEY("id")
);

--> statement-breakpoint
ALTER TABLE "runfold_internal"."api_key" ADD CONSTRAINT "api_key_project" FOREIGN KEY ("project") REFERENCES "runfold_internal"."project"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE UNIQUE INDEX "project_name" ON "runfold_internal"."project" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "event_recorded_at" ON "runfold_internal"."event" USING btree ("project","recorded_at");
--> statement-breakpoint
insert into runfold_internal.project (id, name) values (1, 'default') on conflict do nothing;
