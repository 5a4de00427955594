-- What: totals count the messages of the assistant that have tokens and no cost; a correction says whether it gives the first one.
-- Why: a sum of costs without them looked complete.
-- Time on a large log: the log is read once, about a second a million events.
-- Locks: exclusive on the log and on totals by run, session, user and model until it ends.
ALTER TABLE "runfold_internal"."event" ADD COLUMN "pricing" smallint;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ADD COLUMN "unpriced_messages" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ADD COLUMN "unpriced_messages" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."user_usage" ADD COLUMN "unpriced_messages" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage" ADD COLUMN "unpriced_messages" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage_hour" ADD COLUMN "unpriced_messages" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."run" ALTER COLUMN "unpriced_messages" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."session" ALTER COLUMN "unpriced_messages" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."user_usage" ALTER COLUMN "unpriced_messages" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage" ALTER COLUMN "unpriced_messages" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "runfold_internal"."model_usage_hour" ALTER COLUMN "unpriced_messages" DROP DEFAULT;
--> statement-breakpoint
with unpriced as materialized (
  select e.project, e.session_id, e.run_id, (e.occurred_at_us / 900000000)::integer as bucket,
    coalesce(e.user_id, '') as user_id, coalesce(e.agent_id, '') as agent_id, coalesce(e.team_id, '') as team_id,
    coalesce(e.workflow_id, '') as workflow_id, coalesce(e.provider, '') as provider, coalesce(e.model, '') as model,
    count(*) as messages
  from runfold_internal.event e
  where e.type = 1 and e.role = 1 and e.corrects is null and e.cost_nanos is null
    and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
in_runs as (
  update runfold_internal.run t set unpriced_messages = u.messages
  from (select project, session_id, run_id, sum(messages) as messages from unpriced group by 1, 2, 3) u
  where t.project = u.project and t.session_id = u.session_id and t.run_id = u.run_id),
in_sessions as (
  update runfold_internal.session t set unpriced_messages = u.messages
  from (select project, session_id, sum(messages) as messages from unpriced group by 1, 2) u
  where t.project = u.project and t.session_id = u.session_id),
of_users as (
  update runfold_internal.user_usage t set unpriced_messages = u.messages
  from (select project, bucket, user_id, agent_id, team_id, workflow_id, provider, model, sum(messages) as messages
    from unpriced group by 1, 2, 3, 4, 5, 6, 7, 8) u
  where t.project = u.project and t.bucket = u.bucket and t.user_id = u.user_id and t.agent_id = u.agent_id
    and t.team_id = u.team_id and t.workflow_id = u.workflow_id and t.provider = u.provider and t.model = u.model),
of_models as (
  update runfold_internal.model_usage t set unpriced_messages = u.messages
  from (select project, bucket, agent_id, team_id, workflow_id, provider, model, sum(messages) as messages
    from unpriced group by 1, 2, 3, 4, 5, 6, 7) u
  where t.project = u.project and t.bucket = u.bucket and t.agent_id = u.agent_id
    and t.team_id = u.team_id and t.workflow_id = u.workflow_id and t.provider = u.provider and t.model = u.model)
update runfold_internal.model_usage_hour t set unpriced_messages = u.messages
from (select project, bucket / 4 as hour, provider, model, sum(messages) as messages from unpriced group by 1, 2, 3, 4) u
where t.project = u.project and t.hour = u.hour and t.provider = u.provider and t.model = u.model;
