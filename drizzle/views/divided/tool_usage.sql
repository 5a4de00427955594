create view runfold.tool_usage as select
  t.project as project,
  (timestamp 'epoch' + (t.bucket::bigint * 900000000) * interval '1 microsecond') at time zone 'UTC' as bucket_start,
  nullif(t.agent_id, '') as agent_id,
  nullif(t.team_id, '') as team_id,
  nullif(t.workflow_id, '') as workflow_id,
  nullif(t.tool_name, '') as tool_name,
  t.tool_calls as tool_calls,
  t.tool_errors as tool_errors,
  trim_scale(t.tool_time_us / 1000000.0) as tool_time,
  t.timed_tool_calls as timed_tool_calls,
  trim_scale(t.cost_nanos / 1000000000.0) as cost
from (select p.project,
    p.bucket,
    p.agent_id,
    p.team_id,
    p.workflow_id,
    p.tool_name,
    runfold_internal.total(p.tool_calls) as tool_calls,
    runfold_internal.total(p.tool_errors) as tool_errors,
    runfold_internal.total(p.tool_time_us) as tool_time_us,
    runfold_internal.total(p.timed_tool_calls) as timed_tool_calls,
    runfold_internal.total(p.cost_nanos) as cost_nanos
  from runfold_internal.tool_usage p group by 1, 2, 3, 4, 5, 6) t;

comment on view runfold.tool_usage is 'One row per quarter of an hour, agent, team, workflow and tool: its calls, how many failed, how long they took.';
comment on column runfold.tool_usage.project is 'The project; 1 unless projects are used';
comment on column runfold.tool_usage.bucket_start is 'The start of the quarter of an hour, in UTC, in which the events ended';
comment on column runfold.tool_usage.agent_id is 'The agent';
comment on column runfold.tool_usage.team_id is 'The team';
comment on column runfold.tool_usage.workflow_id is 'The workflow';
comment on column runfold.tool_usage.tool_name is 'The tool';
comment on column runfold.tool_usage.tool_calls is 'Tool calls';
comment on column runfold.tool_usage.tool_errors is 'Tool calls that failed';
comment on column runfold.tool_usage.tool_time is 'Time of the tool calls added up, in seconds';
comment on column runfold.tool_usage.timed_tool_calls is 'Tool calls that reported their time';
comment on column runfold.tool_usage.cost is 'Cost of the tool calls, in US dollars';
