create view runfold.run_usage as select
  t.project as project,
  (timestamp 'epoch' + (t.bucket::bigint * 900000000) * interval '1 microsecond') at time zone 'UTC' as bucket_start,
  nullif(t.agent_id, '') as agent_id,
  nullif(t.team_id, '') as team_id,
  nullif(t.workflow_id, '') as workflow_id,
  case t.status when 1 then 'paused' when 2 then 'completed' when 3 then 'error' when 4 then 'cancelled' end as status,
  t.runs as runs,
  trim_scale(t.run_time_us / 1000000.0) as run_time
from runfold_internal.run_usage t;

comment on view runfold.run_usage is 'One row per quarter of an hour, agent, team, workflow and status: the run events.';
comment on column runfold.run_usage.project is 'The project; 1 unless projects are used';
comment on column runfold.run_usage.bucket_start is 'The start of the quarter of an hour, in UTC, in which the events ended';
comment on column runfold.run_usage.agent_id is 'The agent';
comment on column runfold.run_usage.team_id is 'The team';
comment on column runfold.run_usage.workflow_id is 'The workflow';
comment on column runfold.run_usage.status is 'How the runs ended: completed, error, cancelled or paused';
comment on column runfold.run_usage.runs is 'Run events: ends of runs, or pauses';
comment on column runfold.run_usage.run_time is 'Wall-clock time they reported, in seconds';
