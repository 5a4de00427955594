delete from runfold_internal.run t using runfold_rebuild.run_candidate c
    where t.project = c.project and t.session_id = c.session_id and t.run_id = c.run_id and not exists
      (select from runfold_rebuild.run x where x.project = t.project and x.session_id = t.session_id and x.run_id = t.run_id);

insert into runfold_internal.run as t (<columns of run>)
    select <x.columns of run> from runfold_rebuild.run_candidate c
    join runfold_rebuild.run x on x.project = c.project and x.session_id = c.session_id and x.run_id = c.run_id
    on conflict (project, session_id, run_id) do update set
      <measures of run>
    where (<t.measures of run>)
      is distinct from (<excluded.measures of run>);

insert into runfold_rebuild.agent_tool_hour (<columns of agent_tool_hour>) select <fold of partials of agent_tool_hour>
  from (select f.*, 1 as rows_added from runfold_rebuild.tool_usage f ) p group by 1, 2, 3, 4, 5, 6;

insert into runfold_rebuild.agent_tool_hour_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.hour, t.hour) as hour, coalesce(x.agent_id, t.agent_id) as agent_id, coalesce(x.team_id, t.team_id) as team_id, coalesce(x.workflow_id, t.workflow_id) as workflow_id, coalesce(x.tool_name, t.tool_name) as tool_name
      from (select * from runfold_rebuild.agent_tool_hour x ) x
      full join (select * from runfold_internal.agent_tool_hour t ) t
        on x.project = t.project and x.hour = t.hour and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.tool_name = t.tool_name
      where ((x.project is null) <> (t.project is null) or (x.cost_nanos, x.tool_calls, x.tool_errors, x.tool_time_us, x.timed_tool_calls) is distinct from (t.cost_nanos, t.tool_calls, t.tool_errors, t.tool_time_us, t.timed_tool_calls))
      union
      select p.project, p.bucket / 4 as hour, p.agent_id, p.team_id, p.workflow_id, p.tool_name from (select e.project, (e.occurred_at_us / 900000000)::integer as bucket, coalesce(e.agent_id, '') as agent_id, coalesce(e.team_id, '') as team_id, coalesce(e.workflow_id, '') as workflow_id, coalesce(e.tool_name, '') as tool_name from (select * from runfold_rebuild.recorded r ) e where (e.type = 2)) p
      limit 1001;

insert into runfold_rebuild.agent_usage_hour (project, hour, agent_id, team_id, workflow_id, provider, model, <measures of user_usage_day>) select <fold of partials of agent_usage_hour>
  from (select f.*, 1 as rows_added from runfold_rebuild.user_usage f ) p group by 1, 2, 3, 4, 5, 6, 7;

insert into runfold_rebuild.agent_usage_hour_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.hour, t.hour) as hour, coalesce(x.agent_id, t.agent_id) as agent_id, coalesce(x.team_id, t.team_id) as team_id, coalesce(x.workflow_id, t.workflow_id) as workflow_id, coalesce(x.provider, t.provider) as provider, coalesce(x.model, t.model) as model
      from (select * from runfold_rebuild.agent_usage_hour x ) x
      full join (select * from runfold_internal.agent_usage_hour t ) t
        on x.project = t.project and x.hour = t.hour and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.provider = t.provider and x.model = t.model
      where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>))
      union
      select p.project, p.bucket / 4 as hour, p.agent_id, p.team_id, p.workflow_id, p.provider, p.model from (select e.project, (e.occurred_at_us / 900000000)::integer as bucket, coalesce(e.user_id, '') as user_id, coalesce(e.agent_id, '') as agent_id, coalesce(e.team_id, '') as team_id, coalesce(e.workflow_id, '') as workflow_id, coalesce(case when e.type = 1 then e.provider end, '') as provider, coalesce(case when e.type = 1 then e.model end, '') as model from (select * from runfold_rebuild.recorded r ) e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) p
      limit 1001;

insert into runfold_rebuild.label_usage (project, name, bucket, value, provider, model, <measures of user_usage>) select <fold of label_usage>
  from (select e.project,
      (e.occurred_at_us / 900000000)::integer as bucket,
      coalesce(case when e.type = 1 then e.provider end, '') as provider,
      coalesce(case when e.type = 1 then e.model end, '') as model,
      e.labels,
      count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1) as assistant_messages,
      count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error) as message_errors,
      count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null) as metered_messages,
      count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1) as unpriced_messages,
      sum(e.input_tokens) filter (where e.type = 1 and e.role = 1) as input_tokens,
      sum(e.output_tokens) filter (where e.type = 1 and e.role = 1) as output_tokens,
      sum(e.total_tokens) filter (where e.type = 1 and e.role = 1) as total_tokens,
      sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1) as prompt_tokens,
      sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1) as completion_tokens,
      sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1) as audio_tokens,
      sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1) as input_audio_tokens,
      sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1) as output_audio_tokens,
      sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1) as cached_tokens,
      sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1) as cache_write_tokens,
      sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1) as cache_write_1h_tokens,
      sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1) as reasoning_tokens,
      runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1) as time_us,
      count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_us is not null) as timed_messages,
      sum(e.output_tokens) filter (where e.type = 1 and e.role = 1 and e.time_us is not null) as timed_output_tokens,
      runfold_internal.total(e.time_to_first_token_us) filter (where e.type = 1 and e.role = 1) as time_to_first_token_us,
      count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null) as streamed_messages,
      runfold_internal.total(e.cost_nanos) filter (where e.type = 1) as cost_nanos,
      count(*) filter (where e.corrects is null and e.type = 2) as tool_calls,
      count(*) filter (where e.corrects is null and e.type = 2 and e.error) as tool_errors,
      runfold_internal.total(e.time_us) filter (where e.type = 2) as tool_time_us,
      count(*) filter (where e.corrects is null and e.type = 2 and e.time_us is not null) as timed_tool_calls,
      runfold_internal.total(e.cost_nanos) filter (where e.type = 2) as tool_cost_nanos,
      count(*) filter (where e.corrects is null and e.type = 3 and e.status is distinct from 1) as runs,
      count(*) filter (where e.corrects is null and e.type = 3 and e.status = 3) as failed_runs,
      runfold_internal.total(e.time_us) filter (where e.type = 3) as run_time_us
    from (select l.occurred_at_us, l.time_us, l.time_to_first_token_us, l.cost_nanos, l.project, l.input_tokens, l.output_tokens, l.total_tokens, l.prompt_tokens, l.completion_tokens, l.audio_tokens, l.input_audio_tokens, l.output_audio_tokens, l.cached_tokens, l.cache_write_tokens, l.cache_write_1h_tokens, l.reasoning_tokens, l.type, l.role, l.status, l.pricing, l.error, l.corrects, l.model, l.provider, l.labels from runfold_internal.event l
    where l.ctid >= '(0,0)'::tid and l.ctid < '(0,0)'::tid
      and not exists (select from runfold_rebuild.recorded r
        where r.id = l.id and (r.session_id = l.session_id and r.project = l.project) is true)) e where e.labels is not null and ((e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) group by 1, 2, 3, 4, 5) p
  cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(p.labels::json) j) l group by 1, 2, 3, 4, 5, 6;

insert into runfold_rebuild.label_usage_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.name, t.name) as name, coalesce(x.bucket, t.bucket) as bucket, coalesce(x.value, t.value) as value, coalesce(x.provider, t.provider) as provider, coalesce(x.model, t.model) as model
      from (select * from runfold_rebuild.label_usage x ) x
      full join (select * from runfold_internal.label_usage t ) t
        on x.project = t.project and x.name = t.name and x.bucket = t.bucket and x.value = t.value and x.provider = t.provider and x.model = t.model
      where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage>) is distinct from (<t.measures of user_usage>))
      union
      select e.project, l.name as name, (e.occurred_at_us / 900000000)::integer as bucket, l.value as value, coalesce(case when e.type = 1 then e.provider end, '') as provider, coalesce(case when e.type = 1 then e.model end, '') as model from (select * from runfold_rebuild.recorded r ) e cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(e.labels::json) j) l where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))
      limit 1001;

insert into runfold_rebuild.label_usage_day (project, name, day, value, provider, model, <measures of user_usage_day>) select <fold of partials of label_usage_day>
  from (select f.*, 1 as rows_added from runfold_rebuild.label_usage_hour f ) p group by 1, 2, 3, 4, 5, 6;

insert into runfold_rebuild.label_usage_day_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.name, t.name) as name, coalesce(x.day, t.day) as day, coalesce(x.value, t.value) as value, coalesce(x.provider, t.provider) as provider, coalesce(x.model, t.model) as model
      from (select * from runfold_rebuild.label_usage_day x ) x
      full join (select * from runfold_internal.label_usage_day t ) t
        on x.project = t.project and x.name = t.name and x.day = t.day and x.value = t.value and x.provider = t.provider and x.model = t.model
      where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>))
      union
      select p.project, p.name, p.hour / 24 as day, p.value, p.provider, p.model from (select p.project, p.name, p.bucket / 4 as hour, p.value, p.provider, p.model from (select e.project, l.name as name, (e.occurred_at_us / 900000000)::integer as bucket, l.value as value, coalesce(case when e.type = 1 then e.provider end, '') as provider, coalesce(case when e.type = 1 then e.model end, '') as model from (select * from runfold_rebuild.recorded r ) e cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(e.labels::json) j) l where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) p) p
      limit 1001;

insert into runfold_rebuild.label_usage_hour (project, name, hour, value, provider, model, <measures of user_usage>) select <fold of partials of label_usage_hour>
  from (select f.*, 1 as rows_added from runfold_rebuild.label_usage f ) p group by 1, 2, 3, 4, 5, 6;

insert into runfold_rebuild.label_usage_hour_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.name, t.name) as name, coalesce(x.hour, t.hour) as hour, coalesce(x.value, t.value) as value, coalesce(x.provider, t.provider) as provider, coalesce(x.model, t.model) as model
      from (select * from runfold_rebuild.label_usage_hour x ) x
      full join (select * from runfold_internal.label_usage_hour t ) t
        on x.project = t.project and x.name = t.name and x.hour = t.hour and x.value = t.value and x.provider = t.provider and x.model = t.model
      where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage>) is distinct from (<t.measures of user_usage>))
      union
      select p.project, p.name, p.bucket / 4 as hour, p.value, p.provider, p.model from (select e.project, l.name as name, (e.occurred_at_us / 900000000)::integer as bucket, l.value as value, coalesce(case when e.type = 1 then e.provider end, '') as provider, coalesce(case when e.type = 1 then e.model end, '') as model from (select * from runfold_rebuild.recorded r ) e cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(e.labels::json) j) l where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) p
      limit 1001;

insert into runfold_rebuild.label_usage_split select project, name, bucket, value, provider, model, count(*) from runfold_rebuild.label_usage s 
      group by project, name, bucket, value, provider, model having count(*) > 1;

insert into runfold_rebuild.latency (project, bucket, type, provider, name, time_levels, first_token_levels) select <fold of latency>
  from (select l.occurred_at_us, l.time_us, l.time_to_first_token_us, l.project, l.type, l.role, l.corrects, l.model, l.provider, l.tool_name from runfold_internal.event l
    where l.ctid >= '(0,0)'::tid and l.ctid < '(0,0)'::tid
      and not exists (select from runfold_rebuild.recorded r
        where r.id = l.id and (r.session_id = l.session_id and r.project = l.project) is true)) e where (e.type = 1 and e.role = 1 and e.time_us is not null and e.corrects is null) or (e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null and e.corrects is null) or ((e.type = 2 or e.type = 3) and e.time_us is not null and e.corrects is null) group by 1, 2, 3, 4, 5;

insert into runfold_rebuild.latency_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.bucket, t.bucket) as bucket, coalesce(x.type, t.type) as type, coalesce(x.provider, t.provider) as provider, coalesce(x.name, t.name) as name
      from (select * from runfold_rebuild.latency x ) x
      full join (select * from runfold_internal.latency t ) t
        on x.project = t.project and x.bucket = t.bucket and x.type = t.type and x.provider = t.provider and x.name = t.name
      where ((x.project is null) <> (t.project is null) or (x.time_levels, x.first_token_levels) is distinct from (t.time_levels, t.first_token_levels))
      union
      select e.project, (e.occurred_at_us / 900000000)::integer as bucket, e.type, coalesce(e.provider, '') as provider, coalesce(case e.type when 1 then e.model when 2 then e.tool_name end, '') as name from (select * from runfold_rebuild.recorded r ) e where (e.type = 1 and e.role = 1 and e.time_us is not null and e.corrects is null) or (e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null and e.corrects is null) or ((e.type = 2 or e.type = 3) and e.time_us is not null and e.corrects is null)
      limit 1001;

insert into runfold_rebuild.latency_day (project, day, type, provider, name, time_levels, first_token_levels) select <fold of partials of latency_day>
  from (select f.*, 1 as rows_added from runfold_rebuild.latency_hour f ) p group by 1, 2, 3, 4, 5;

insert into runfold_rebuild.latency_day_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.day, t.day) as day, coalesce(x.type, t.type) as type, coalesce(x.provider, t.provider) as provider, coalesce(x.name, t.name) as name
      from (select * from runfold_rebuild.latency_day x ) x
      full join (select * from runfold_internal.latency_day t ) t
        on x.project = t.project and x.day = t.day and x.type = t.type and x.provider = t.provider and x.name = t.name
      where ((x.project is null) <> (t.project is null) or (x.time_levels, x.first_token_levels) is distinct from (t.time_levels, t.first_token_levels))
      union
      select p.project, p.hour / 24 as day, p.type, p.provider, p.name from (select p.project, p.bucket / 4 as hour, p.type, p.provider, p.name from (select e.project, (e.occurred_at_us / 900000000)::integer as bucket, e.type, coalesce(e.provider, '') as provider, coalesce(case e.type when 1 then e.model when 2 then e.tool_name end, '') as name from (select * from runfold_rebuild.recorded r ) e where (e.type = 1 and e.role = 1 and e.time_us is not null and e.corrects is null) or (e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null and e.corrects is null) or ((e.type = 2 or e.type = 3) and e.time_us is not null and e.corrects is null)) p) p
      limit 1001;

insert into runfold_rebuild.latency_hour (project, hour, type, provider, name, time_levels, first_token_levels) select <fold of partials of latency_hour>
  from (select f.*, 1 as rows_added from runfold_rebuild.latency f ) p group by 1, 2, 3, 4, 5;

insert into runfold_rebuild.latency_hour_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.hour, t.hour) as hour, coalesce(x.type, t.type) as type, coalesce(x.provider, t.provider) as provider, coalesce(x.name, t.name) as name
      from (select * from runfold_rebuild.latency_hour x ) x
      full join (select * from runfold_internal.latency_hour t ) t
        on x.project = t.project and x.hour = t.hour and x.type = t.type and x.provider = t.provider and x.name = t.name
      where ((x.project is null) <> (t.project is null) or (x.time_levels, x.first_token_levels) is distinct from (t.time_levels, t.first_token_levels))
      union
      select p.project, p.bucket / 4 as hour, p.type, p.provider, p.name from (select e.project, (e.occurred_at_us / 900000000)::integer as bucket, e.type, coalesce(e.provider, '') as provider, coalesce(case e.type when 1 then e.model when 2 then e.tool_name end, '') as name from (select * from runfold_rebuild.recorded r ) e where (e.type = 1 and e.role = 1 and e.time_us is not null and e.corrects is null) or (e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null and e.corrects is null) or ((e.type = 2 or e.type = 3) and e.time_us is not null and e.corrects is null)) p
      limit 1001;

insert into runfold_rebuild.latency_split select project, bucket, type, provider, name, count(*) from runfold_rebuild.latency s 
      group by project, bucket, type, provider, name having count(*) > 1;

insert into runfold_rebuild.model_usage (<columns of model_usage>) select <fold of partials of model_usage>
  from (select f.*, 1 as rows_added from runfold_rebuild.user_usage f ) p where coalesce(nullif(p.assistant_messages, 0), nullif(p.message_errors, 0), nullif(p.metered_messages, 0), nullif(p.unpriced_messages, 0), p.input_tokens, p.output_tokens, p.total_tokens, p.prompt_tokens, p.completion_tokens, p.audio_tokens, p.input_audio_tokens, p.output_audio_tokens, p.cached_tokens, p.cache_write_tokens, p.cache_write_1h_tokens, p.reasoning_tokens, p.time_us, nullif(p.timed_messages, 0), p.timed_output_tokens, p.time_to_first_token_us, nullif(p.streamed_messages, 0), p.cost_nanos) is not null group by 1, 2, 3, 4, 5, 6, 7;

insert into runfold_rebuild.model_usage_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.bucket, t.bucket) as bucket, coalesce(x.agent_id, t.agent_id) as agent_id, coalesce(x.team_id, t.team_id) as team_id, coalesce(x.workflow_id, t.workflow_id) as workflow_id, coalesce(x.provider, t.provider) as provider, coalesce(x.model, t.model) as model
      from (select * from runfold_rebuild.model_usage x ) x
      full join (select * from runfold_internal.model_usage t ) t
        on x.project = t.project and x.bucket = t.bucket and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.provider = t.provider and x.model = t.model
      where ((x.project is null) <> (t.project is null) or (<x.measures of model_usage>) is distinct from (<t.measures of model_usage>))
      union
      select p.project, p.bucket as bucket, p.agent_id as agent_id, p.team_id as team_id, p.workflow_id as workflow_id, p.provider as provider, p.model as model from (select e.project, (e.occurred_at_us / 900000000)::integer as bucket, coalesce(e.user_id, '') as user_id, coalesce(e.agent_id, '') as agent_id, coalesce(e.team_id, '') as team_id, coalesce(e.workflow_id, '') as workflow_id, coalesce(case when e.type = 1 then e.provider end, '') as provider, coalesce(case when e.type = 1 then e.model end, '') as model from (select * from runfold_rebuild.recorded r ) e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) p
      limit 1001;

insert into runfold_rebuild.model_usage_hour (project, hour, provider, model, <measures of model_usage>) select <fold of partials of model_usage_hour>
  from (select f.*, 1 as rows_added from runfold_rebuild.model_usage f ) p group by 1, 2, 3, 4;

insert into runfold_rebuild.model_usage_hour_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.hour, t.hour) as hour, coalesce(x.provider, t.provider) as provider, coalesce(x.model, t.model) as model
      from (select * from runfold_rebuild.model_usage_hour x ) x
      full join (select * from runfold_internal.model_usage_hour t ) t
        on x.project = t.project and x.hour = t.hour and x.provider = t.provider and x.model = t.model
      where ((x.project is null) <> (t.project is null) or (<x.measures of model_usage>) is distinct from (<t.measures of model_usage>))
      union
      select p.project, p.bucket / 4 as hour, p.provider, p.model from (select p.project, p.bucket as bucket, p.agent_id as agent_id, p.team_id as team_id, p.workflow_id as workflow_id, p.provider as provider, p.model as model from (select e.project, (e.occurred_at_us / 900000000)::integer as bucket, coalesce(e.user_id, '') as user_id, coalesce(e.agent_id, '') as agent_id, coalesce(e.team_id, '') as team_id, coalesce(e.workflow_id, '') as workflow_id, coalesce(case when e.type = 1 then e.provider end, '') as provider, coalesce(case when e.type = 1 then e.model end, '') as model from (select * from runfold_rebuild.recorded r ) e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) p) p
      limit 1001;

insert into runfold_rebuild.run (<columns of run>) select <fold of run>
  from (select l.occurred_at_us, l.time_us, l.time_to_first_token_us, l.cost_nanos, l.project, l.sequence, l.input_tokens, l.output_tokens, l.total_tokens, l.prompt_tokens, l.completion_tokens, l.audio_tokens, l.input_audio_tokens, l.output_audio_tokens, l.cached_tokens, l.cache_write_tokens, l.cache_write_1h_tokens, l.reasoning_tokens, l.type, l.role, l.status, l.pricing, l.error, l.id, l.corrects, l.session_id, l.run_id, l.original_id, l.parent_run_id, l.agent_id, l.agent_name, l.team_id, l.workflow_id, l.user_id, l.model, l.provider from runfold_internal.event l
    where l.ctid >= '(0,0)'::tid and l.ctid < '(0,0)'::tid
      and not exists (select from runfold_rebuild.recorded r
        where r.id = l.id and (r.session_id = l.session_id and r.project = l.project) is true)) e group by 1, 2, 3;

insert into runfold_rebuild.run_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.session_id, t.session_id) as session_id, coalesce(x.run_id, t.run_id) as run_id
      from (select * from runfold_rebuild.run x where (hashtext(x.session_id) & 1048575) % 4 = 0) x
      full join (select * from runfold_internal.run t where (hashtext(t.session_id) & 1048575) % 4 = 0) t
        on x.project = t.project and x.session_id = t.session_id and x.run_id = t.run_id
      where ((x.project is null) <> (t.project is null) or (<x.measures of run>) is distinct from (<t.measures of run>))
      union
      select e.project, e.session_id, e.run_id from (select * from runfold_rebuild.recorded r where (hashtext(r.session_id) & 1048575) % 4 = 0) e
      limit 1001;

insert into runfold_rebuild.run_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.session_id, t.session_id) as session_id, coalesce(x.run_id, t.run_id) as run_id
      from (select * from runfold_rebuild.run x where (hashtext(x.session_id) & 1048575) % 4 = 0) x
      full join (select * from runfold_internal.run t where (hashtext(t.session_id) & 1048575) % 4 = 0) t
        on x.project = t.project and x.session_id = t.session_id and x.run_id = t.run_id
      where ((x.project is null) <> (t.project is null) or (<x.measures of run>) is distinct from (<t.measures of run>))
      union
      select e.project, e.session_id, e.run_id from (select * from runfold_rebuild.recorded r where (hashtext(r.session_id) & 1048575) % 4 = 0) e
      limit 2;

insert into runfold_rebuild.run_label (project, session_id, run_id, name, value) select <fold of run_label>
  from (select e.project,
      e.session_id,
      e.run_id,
      e.labels
    from (select l.project, l.session_id, l.run_id, l.labels from runfold_internal.event l
    where l.ctid >= '(0,0)'::tid and l.ctid < '(0,0)'::tid
      and not exists (select from runfold_rebuild.recorded r
        where r.id = l.id and (r.session_id = l.session_id and r.project = l.project) is true)) e where e.labels is not null group by 1, 2, 3, 4) p
  cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(p.labels::json) j) l group by 1, 2, 3, 4;

insert into runfold_rebuild.run_label_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.session_id, t.session_id) as session_id, coalesce(x.run_id, t.run_id) as run_id, coalesce(x.name, t.name) as name
      from (select * from runfold_rebuild.run_label x where (hashtext(x.session_id) & 1048575) % 4 = 0) x
      full join (select * from runfold_internal.run_label t where (hashtext(t.session_id) & 1048575) % 4 = 0) t
        on x.project = t.project and x.session_id = t.session_id and x.run_id = t.run_id and x.name = t.name
      where ((x.project is null) <> (t.project is null) or (x.value) is distinct from (t.value))
      union
      select e.project, e.session_id, e.run_id, l.name as name from (select * from runfold_rebuild.recorded r where (hashtext(r.session_id) & 1048575) % 4 = 0) e cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(e.labels::json) j) l
      limit 1001;

insert into runfold_rebuild.run_label_split select project, session_id, run_id, name, count(*) from runfold_rebuild.run_label s where (hashtext(s.session_id) & 1048575) % 2 = 0
      group by project, session_id, run_id, name having count(*) > 1;

insert into runfold_rebuild.run_split select project, session_id, run_id, count(*) from runfold_rebuild.run s where (hashtext(s.session_id) & 1048575) % 2 = 0
      group by project, session_id, run_id having count(*) > 1;

insert into runfold_rebuild.run_usage (<columns of run_usage>) select <fold of run_usage>
  from (select l.occurred_at_us, l.time_us, l.project, l.type, l.status, l.corrects, l.agent_id, l.team_id, l.workflow_id from runfold_internal.event l
    where l.ctid >= '(0,0)'::tid and l.ctid < '(0,0)'::tid
      and not exists (select from runfold_rebuild.recorded r
        where r.id = l.id and (r.session_id = l.session_id and r.project = l.project) is true)) e where (e.type = 3) group by 1, 2, 3, 4, 5, 6;

insert into runfold_rebuild.run_usage_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.bucket, t.bucket) as bucket, coalesce(x.agent_id, t.agent_id) as agent_id, coalesce(x.team_id, t.team_id) as team_id, coalesce(x.workflow_id, t.workflow_id) as workflow_id, coalesce(x.status, t.status) as status
      from (select * from runfold_rebuild.run_usage x ) x
      full join (select * from runfold_internal.run_usage t ) t
        on x.project = t.project and x.bucket = t.bucket and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.status = t.status
      where ((x.project is null) <> (t.project is null) or (x.runs, x.run_time_us, x.time_levels) is distinct from (t.runs, t.run_time_us, t.time_levels))
      union
      select e.project, (e.occurred_at_us / 900000000)::integer as bucket, coalesce(e.agent_id, '') as agent_id, coalesce(e.team_id, '') as team_id, coalesce(e.workflow_id, '') as workflow_id, coalesce(e.status, 0)::smallint as status from (select * from runfold_rebuild.recorded r ) e where (e.type = 3)
      limit 1001;

insert into runfold_rebuild.run_usage_hour (<columns of run_usage_hour>) select <fold of partials of run_usage_hour>
  from (select f.*, 1 as rows_added from runfold_rebuild.run_usage f ) p group by 1, 2, 3, 4, 5, 6;

insert into runfold_rebuild.run_usage_hour_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.hour, t.hour) as hour, coalesce(x.agent_id, t.agent_id) as agent_id, coalesce(x.team_id, t.team_id) as team_id, coalesce(x.workflow_id, t.workflow_id) as workflow_id, coalesce(x.status, t.status) as status
      from (select * from runfold_rebuild.run_usage_hour x ) x
      full join (select * from runfold_internal.run_usage_hour t ) t
        on x.project = t.project and x.hour = t.hour and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.status = t.status
      where ((x.project is null) <> (t.project is null) or (x.runs, x.run_time_us, x.time_levels) is distinct from (t.runs, t.run_time_us, t.time_levels))
      union
      select p.project, p.bucket / 4 as hour, p.agent_id, p.team_id, p.workflow_id, p.status from (select e.project, (e.occurred_at_us / 900000000)::integer as bucket, coalesce(e.agent_id, '') as agent_id, coalesce(e.team_id, '') as team_id, coalesce(e.workflow_id, '') as workflow_id, coalesce(e.status, 0)::smallint as status from (select * from runfold_rebuild.recorded r ) e where (e.type = 3)) p
      limit 1001;

insert into runfold_rebuild.run_usage_split select project, bucket, agent_id, team_id, workflow_id, status, count(*) from runfold_rebuild.run_usage s 
      group by project, bucket, agent_id, team_id, workflow_id, status having count(*) > 1;

insert into runfold_rebuild.session (<columns of session>) select <fold of partials of session>
  from (select f.*, 1 as rows_added from runfold_rebuild.run f where (hashtext(f.session_id) & 1048575) % 2 = 0) p group by 1, 2;

insert into runfold_rebuild.session_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.session_id, t.session_id) as session_id
      from (select * from runfold_rebuild.session x where (hashtext(x.session_id) & 1048575) % 4 = 0) x
      full join (select * from runfold_internal.session t where (hashtext(t.session_id) & 1048575) % 4 = 0) t
        on x.project = t.project and x.session_id = t.session_id
      where ((x.project is null) <> (t.project is null) or (<x.measures of session>) is distinct from (<t.measures of session>))
      union
      select p.project, p.session_id from (select e.project, e.session_id, e.run_id from (select * from runfold_rebuild.recorded r where (hashtext(r.session_id) & 1048575) % 4 = 0) e) p
      limit 1001;

insert into runfold_rebuild.session_user (project, user_id, session_id, started_at_us, ended_at_us) select <fold of session_user>
  from (select l.occurred_at_us, l.time_us, l.project, l.corrects, l.session_id, l.user_id from runfold_internal.event l
    where l.ctid >= '(0,0)'::tid and l.ctid < '(0,0)'::tid
      and not exists (select from runfold_rebuild.recorded r
        where r.id = l.id and (r.session_id = l.session_id and r.project = l.project) is true)) e where (e.user_id is not null) group by 1, 2, 3;

insert into runfold_rebuild.session_user_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.user_id, t.user_id) as user_id, coalesce(x.session_id, t.session_id) as session_id
      from (select * from runfold_rebuild.session_user x where (hashtext(x.session_id) & 1048575) % 4 = 0) x
      full join (select * from runfold_internal.session_user t where (hashtext(t.session_id) & 1048575) % 4 = 0) t
        on x.project = t.project and x.user_id = t.user_id and x.session_id = t.session_id
      where ((x.project is null) <> (t.project is null) or (x.started_at_us, x.ended_at_us) is distinct from (t.started_at_us, t.ended_at_us))
      union
      select e.project, e.user_id, e.session_id from (select * from runfold_rebuild.recorded r where (hashtext(r.session_id) & 1048575) % 4 = 0) e where (e.user_id is not null)
      limit 1001;

insert into runfold_rebuild.session_user_split select project, user_id, session_id, count(*) from runfold_rebuild.session_user s where (hashtext(s.session_id) & 1048575) % 2 = 0
      group by project, user_id, session_id having count(*) > 1;

insert into runfold_rebuild.tool_usage (<columns of tool_usage>) select <fold of tool_usage>
  from (select l.occurred_at_us, l.time_us, l.cost_nanos, l.project, l.type, l.error, l.corrects, l.agent_id, l.team_id, l.workflow_id, l.tool_name from runfold_internal.event l
    where l.ctid >= '(0,0)'::tid and l.ctid < '(0,0)'::tid
      and not exists (select from runfold_rebuild.recorded r
        where r.id = l.id and (r.session_id = l.session_id and r.project = l.project) is true)) e where (e.type = 2) group by 1, 2, 3, 4, 5, 6;

insert into runfold_rebuild.tool_usage_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.bucket, t.bucket) as bucket, coalesce(x.agent_id, t.agent_id) as agent_id, coalesce(x.team_id, t.team_id) as team_id, coalesce(x.workflow_id, t.workflow_id) as workflow_id, coalesce(x.tool_name, t.tool_name) as tool_name
      from (select * from runfold_rebuild.tool_usage x ) x
      full join (select * from runfold_internal.tool_usage t ) t
        on x.project = t.project and x.bucket = t.bucket and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.tool_name = t.tool_name
      where ((x.project is null) <> (t.project is null) or (x.tool_calls, x.tool_errors, x.tool_time_us, x.timed_tool_calls, x.cost_nanos) is distinct from (t.tool_calls, t.tool_errors, t.tool_time_us, t.timed_tool_calls, t.cost_nanos))
      union
      select e.project, (e.occurred_at_us / 900000000)::integer as bucket, coalesce(e.agent_id, '') as agent_id, coalesce(e.team_id, '') as team_id, coalesce(e.workflow_id, '') as workflow_id, coalesce(e.tool_name, '') as tool_name from (select * from runfold_rebuild.recorded r ) e where (e.type = 2)
      limit 1001;

insert into runfold_rebuild.tool_usage_hour (<columns of tool_usage_hour>) select <fold of partials of tool_usage_hour>
  from (select f.*, 1 as rows_added from runfold_rebuild.agent_tool_hour f ) p group by 1, 2, 3;

insert into runfold_rebuild.tool_usage_hour_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.hour, t.hour) as hour, coalesce(x.tool_name, t.tool_name) as tool_name
      from (select * from runfold_rebuild.tool_usage_hour x ) x
      full join (select * from runfold_internal.tool_usage_hour t ) t
        on x.project = t.project and x.hour = t.hour and x.tool_name = t.tool_name
      where ((x.project is null) <> (t.project is null) or (x.tool_calls, x.tool_errors, x.tool_time_us, x.timed_tool_calls, x.cost_nanos) is distinct from (t.tool_calls, t.tool_errors, t.tool_time_us, t.timed_tool_calls, t.cost_nanos))
      union
      select p.project, p.hour as hour, p.tool_name from (select p.project, p.bucket / 4 as hour, p.agent_id, p.team_id, p.workflow_id, p.tool_name from (select e.project, (e.occurred_at_us / 900000000)::integer as bucket, coalesce(e.agent_id, '') as agent_id, coalesce(e.team_id, '') as team_id, coalesce(e.workflow_id, '') as workflow_id, coalesce(e.tool_name, '') as tool_name from (select * from runfold_rebuild.recorded r ) e where (e.type = 2)) p) p
      limit 1001;

insert into runfold_rebuild.tool_usage_split select project, bucket, agent_id, team_id, workflow_id, tool_name, count(*) from runfold_rebuild.tool_usage s 
      group by project, bucket, agent_id, team_id, workflow_id, tool_name having count(*) > 1;

insert into runfold_rebuild.user_usage (<columns of user_usage>) select <fold of user_usage>
  from (select l.occurred_at_us, l.time_us, l.time_to_first_token_us, l.cost_nanos, l.project, l.input_tokens, l.output_tokens, l.total_tokens, l.prompt_tokens, l.completion_tokens, l.audio_tokens, l.input_audio_tokens, l.output_audio_tokens, l.cached_tokens, l.cache_write_tokens, l.cache_write_1h_tokens, l.reasoning_tokens, l.type, l.role, l.status, l.pricing, l.error, l.corrects, l.agent_id, l.team_id, l.workflow_id, l.user_id, l.model, l.provider from runfold_internal.event l
    where l.ctid >= '(0,0)'::tid and l.ctid < '(0,0)'::tid
      and not exists (select from runfold_rebuild.recorded r
        where r.id = l.id and (r.session_id = l.session_id and r.project = l.project) is true)) e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3)) group by 1, 2, 3, 4, 5, 6, 7, 8;

insert into runfold_rebuild.user_usage_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.bucket, t.bucket) as bucket, coalesce(x.user_id, t.user_id) as user_id, coalesce(x.agent_id, t.agent_id) as agent_id, coalesce(x.team_id, t.team_id) as team_id, coalesce(x.workflow_id, t.workflow_id) as workflow_id, coalesce(x.provider, t.provider) as provider, coalesce(x.model, t.model) as model
      from (select * from runfold_rebuild.user_usage x ) x
      full join (select * from runfold_internal.user_usage t ) t
        on x.project = t.project and x.bucket = t.bucket and x.user_id = t.user_id and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.provider = t.provider and x.model = t.model
      where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage>) is distinct from (<t.measures of user_usage>))
      union
      select e.project, (e.occurred_at_us / 900000000)::integer as bucket, coalesce(e.user_id, '') as user_id, coalesce(e.agent_id, '') as agent_id, coalesce(e.team_id, '') as team_id, coalesce(e.workflow_id, '') as workflow_id, coalesce(case when e.type = 1 then e.provider end, '') as provider, coalesce(case when e.type = 1 then e.model end, '') as model from (select * from runfold_rebuild.recorded r ) e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))
      limit 1001;

insert into runfold_rebuild.user_usage_day (<columns of user_usage_day>) select <fold of partials of user_usage_day>
  from (select f.*, 1 as rows_added from runfold_rebuild.user_usage f ) p group by 1, 2, 3, 4, 5, 6;

insert into runfold_rebuild.user_usage_day_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.day, t.day) as day, coalesce(x.user_id, t.user_id) as user_id, coalesce(x.agent_id, t.agent_id) as agent_id, coalesce(x.team_id, t.team_id) as team_id, coalesce(x.workflow_id, t.workflow_id) as workflow_id
      from (select * from runfold_rebuild.user_usage_day x ) x
      full join (select * from runfold_internal.user_usage_day t ) t
        on x.project = t.project and x.day = t.day and x.user_id = t.user_id and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id
      where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>))
      union
      select p.project, p.bucket / 96 as day, p.user_id, p.agent_id, p.team_id, p.workflow_id from (select e.project, (e.occurred_at_us / 900000000)::integer as bucket, coalesce(e.user_id, '') as user_id, coalesce(e.agent_id, '') as agent_id, coalesce(e.team_id, '') as team_id, coalesce(e.workflow_id, '') as workflow_id, coalesce(case when e.type = 1 then e.provider end, '') as provider, coalesce(case when e.type = 1 then e.model end, '') as model from (select * from runfold_rebuild.recorded r ) e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) p
      limit 1001;

insert into runfold_rebuild.user_usage_month (project, month, user_id, agent_id, team_id, workflow_id, <measures of user_usage_day>) select <fold of partials of user_usage_month>
  from (select f.*, 1 as rows_added from runfold_rebuild.user_usage_day f ) p group by 1, 2, 3, 4, 5, 6;

insert into runfold_rebuild.user_usage_month_candidate
      select coalesce(x.project, t.project) as project, coalesce(x.month, t.month) as month, coalesce(x.user_id, t.user_id) as user_id, coalesce(x.agent_id, t.agent_id) as agent_id, coalesce(x.team_id, t.team_id) as team_id, coalesce(x.workflow_id, t.workflow_id) as workflow_id
      from (select * from runfold_rebuild.user_usage_month x ) x
      full join (select * from runfold_internal.user_usage_month t ) t
        on x.project = t.project and x.month = t.month and x.user_id = t.user_id and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id
      where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>))
      union
      select p.project, case when 1 in (extract(day from date '1970-01-01' + p.day), extract(day from date '1970-01-02' + p.day)) then p.day
    else p.day + 2 - extract(day from date '1970-01-01' + p.day)::integer end as month, p.user_id, p.agent_id, p.team_id, p.workflow_id from (select p.project, p.bucket / 96 as day, p.user_id, p.agent_id, p.team_id, p.workflow_id from (select e.project, (e.occurred_at_us / 900000000)::integer as bucket, coalesce(e.user_id, '') as user_id, coalesce(e.agent_id, '') as agent_id, coalesce(e.team_id, '') as team_id, coalesce(e.workflow_id, '') as workflow_id, coalesce(case when e.type = 1 then e.provider end, '') as provider, coalesce(case when e.type = 1 then e.model end, '') as model from (select * from runfold_rebuild.recorded r ) e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) p) p
      limit 1001;

insert into runfold_rebuild.user_usage_split select project, bucket, user_id, agent_id, team_id, workflow_id, provider, model, count(*) from runfold_rebuild.user_usage s 
      group by project, bucket, user_id, agent_id, team_id, workflow_id, provider, model having count(*) > 1;

select 'agent_tool_hour' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.agent_tool_hour x
    full join runfold_internal.agent_tool_hour t on x.project = t.project and x.hour = t.hour and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.tool_name = t.tool_name
    where ((x.project is null) <> (t.project is null) or (x.cost_nanos, x.tool_calls, x.tool_errors, x.tool_time_us, x.timed_tool_calls) is distinct from (t.cost_nanos, t.tool_calls, t.tool_errors, t.tool_time_us, t.timed_tool_calls));

select 'agent_usage_hour' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.agent_usage_hour x
    full join runfold_internal.agent_usage_hour t on x.project = t.project and x.hour = t.hour and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.provider = t.provider and x.model = t.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>));

select 'label_usage' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.label_usage x
    full join runfold_internal.label_usage t on x.project = t.project and x.name = t.name and x.bucket = t.bucket and x.value = t.value and x.provider = t.provider and x.model = t.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage>) is distinct from (<t.measures of user_usage>));

select 'label_usage_day' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.label_usage_day x
    full join runfold_internal.label_usage_day t on x.project = t.project and x.name = t.name and x.day = t.day and x.value = t.value and x.provider = t.provider and x.model = t.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>));

select 'label_usage_hour' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.label_usage_hour x
    full join runfold_internal.label_usage_hour t on x.project = t.project and x.name = t.name and x.hour = t.hour and x.value = t.value and x.provider = t.provider and x.model = t.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage>) is distinct from (<t.measures of user_usage>));

select 'latency' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.latency x
    full join runfold_internal.latency t on x.project = t.project and x.bucket = t.bucket and x.type = t.type and x.provider = t.provider and x.name = t.name
    where ((x.project is null) <> (t.project is null) or (x.time_levels, x.first_token_levels) is distinct from (t.time_levels, t.first_token_levels));

select 'latency_day' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.latency_day x
    full join runfold_internal.latency_day t on x.project = t.project and x.day = t.day and x.type = t.type and x.provider = t.provider and x.name = t.name
    where ((x.project is null) <> (t.project is null) or (x.time_levels, x.first_token_levels) is distinct from (t.time_levels, t.first_token_levels));

select 'latency_hour' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.latency_hour x
    full join runfold_internal.latency_hour t on x.project = t.project and x.hour = t.hour and x.type = t.type and x.provider = t.provider and x.name = t.name
    where ((x.project is null) <> (t.project is null) or (x.time_levels, x.first_token_levels) is distinct from (t.time_levels, t.first_token_levels));

select 'model_usage' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.model_usage x
    full join runfold_internal.model_usage t on x.project = t.project and x.bucket = t.bucket and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.provider = t.provider and x.model = t.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of model_usage>) is distinct from (<t.measures of model_usage>));

select 'model_usage_hour' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.model_usage_hour x
    full join runfold_internal.model_usage_hour t on x.project = t.project and x.hour = t.hour and x.provider = t.provider and x.model = t.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of model_usage>) is distinct from (<t.measures of model_usage>));

select 'run' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.run x
    full join runfold_internal.run t on x.project = t.project and x.session_id = t.session_id and x.run_id = t.run_id
    where ((x.project is null) <> (t.project is null) or (<x.measures of run>) is distinct from (<t.measures of run>));

select 'run_label' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.run_label x
    full join runfold_internal.run_label t on x.project = t.project and x.session_id = t.session_id and x.run_id = t.run_id and x.name = t.name
    where ((x.project is null) <> (t.project is null) or (x.value) is distinct from (t.value));

select 'run_usage' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.run_usage x
    full join runfold_internal.run_usage t on x.project = t.project and x.bucket = t.bucket and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.status = t.status
    where ((x.project is null) <> (t.project is null) or (x.runs, x.run_time_us, x.time_levels) is distinct from (t.runs, t.run_time_us, t.time_levels));

select 'run_usage_hour' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.run_usage_hour x
    full join runfold_internal.run_usage_hour t on x.project = t.project and x.hour = t.hour and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.status = t.status
    where ((x.project is null) <> (t.project is null) or (x.runs, x.run_time_us, x.time_levels) is distinct from (t.runs, t.run_time_us, t.time_levels));

select 'session' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.session x
    full join runfold_internal.session t on x.project = t.project and x.session_id = t.session_id
    where ((x.project is null) <> (t.project is null) or (<x.measures of session>) is distinct from (<t.measures of session>));

select 'session_user' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.session_user x
    full join runfold_internal.session_user t on x.project = t.project and x.user_id = t.user_id and x.session_id = t.session_id
    where ((x.project is null) <> (t.project is null) or (x.started_at_us, x.ended_at_us) is distinct from (t.started_at_us, t.ended_at_us));

select 'tool_usage' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.tool_usage x
    full join runfold_internal.tool_usage t on x.project = t.project and x.bucket = t.bucket and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.tool_name = t.tool_name
    where ((x.project is null) <> (t.project is null) or (x.tool_calls, x.tool_errors, x.tool_time_us, x.timed_tool_calls, x.cost_nanos) is distinct from (t.tool_calls, t.tool_errors, t.tool_time_us, t.timed_tool_calls, t.cost_nanos));

select 'tool_usage_hour' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.tool_usage_hour x
    full join runfold_internal.tool_usage_hour t on x.project = t.project and x.hour = t.hour and x.tool_name = t.tool_name
    where ((x.project is null) <> (t.project is null) or (x.tool_calls, x.tool_errors, x.tool_time_us, x.timed_tool_calls, x.cost_nanos) is distinct from (t.tool_calls, t.tool_errors, t.tool_time_us, t.timed_tool_calls, t.cost_nanos));

select 'user_usage' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.user_usage x
    full join runfold_internal.user_usage t on x.project = t.project and x.bucket = t.bucket and x.user_id = t.user_id and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.provider = t.provider and x.model = t.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage>) is distinct from (<t.measures of user_usage>));

select 'user_usage_day' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.user_usage_day x
    full join runfold_internal.user_usage_day t on x.project = t.project and x.day = t.day and x.user_id = t.user_id and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>));

select 'user_usage_month' as name, count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.user_usage_month x
    full join runfold_internal.user_usage_month t on x.project = t.project and x.month = t.month and x.user_id = t.user_id and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>));

select (select count(*) from runfold_internal.event)::float8
    - (select count(*) from runfold_rebuild.recorded)::float8 as events;

select abs((select count(*) from runfold_rebuild.agent_tool_hour)
      - (select count(*) from runfold_internal.agent_tool_hour))::integer as apart;

select abs((select count(*) from runfold_rebuild.agent_usage_hour)
      - (select count(*) from runfold_internal.agent_usage_hour))::integer as apart;

select abs((select count(*) from runfold_rebuild.label_usage)
      - (select count(*) from runfold_internal.label_usage))::integer as apart;

select abs((select count(*) from runfold_rebuild.label_usage_day)
      - (select count(*) from runfold_internal.label_usage_day))::integer as apart;

select abs((select count(*) from runfold_rebuild.label_usage_hour)
      - (select count(*) from runfold_internal.label_usage_hour))::integer as apart;

select abs((select count(*) from runfold_rebuild.latency)
      - (select count(*) from runfold_internal.latency))::integer as apart;

select abs((select count(*) from runfold_rebuild.latency_day)
      - (select count(*) from runfold_internal.latency_day))::integer as apart;

select abs((select count(*) from runfold_rebuild.latency_hour)
      - (select count(*) from runfold_internal.latency_hour))::integer as apart;

select abs((select count(*) from runfold_rebuild.model_usage)
      - (select count(*) from runfold_internal.model_usage))::integer as apart;

select abs((select count(*) from runfold_rebuild.model_usage_hour)
      - (select count(*) from runfold_internal.model_usage_hour))::integer as apart;

select abs((select count(*) from runfold_rebuild.run)
      - (select count(*) from runfold_internal.run))::integer as apart;

select abs((select count(*) from runfold_rebuild.run_label)
      - (select count(*) from runfold_internal.run_label))::integer as apart;

select abs((select count(*) from runfold_rebuild.run_usage)
      - (select count(*) from runfold_internal.run_usage))::integer as apart;

select abs((select count(*) from runfold_rebuild.run_usage_hour)
      - (select count(*) from runfold_internal.run_usage_hour))::integer as apart;

select abs((select count(*) from runfold_rebuild.session)
      - (select count(*) from runfold_internal.session))::integer as apart;

select abs((select count(*) from runfold_rebuild.session_user)
      - (select count(*) from runfold_internal.session_user))::integer as apart;

select abs((select count(*) from runfold_rebuild.tool_usage)
      - (select count(*) from runfold_internal.tool_usage))::integer as apart;

select abs((select count(*) from runfold_rebuild.tool_usage_hour)
      - (select count(*) from runfold_internal.tool_usage_hour))::integer as apart;

select abs((select count(*) from runfold_rebuild.user_usage)
      - (select count(*) from runfold_internal.user_usage))::integer as apart;

select abs((select count(*) from runfold_rebuild.user_usage_day)
      - (select count(*) from runfold_internal.user_usage_day))::integer as apart;

select abs((select count(*) from runfold_rebuild.user_usage_month)
      - (select count(*) from runfold_internal.user_usage_month))::integer as apart;

select coalesce(sum(partials), 0)::float8 as partials, pg_relation_size($1) / 1000 as rows from runfold_rebuild.label_usage_split;

select coalesce(sum(partials), 0)::float8 as partials, pg_relation_size($1) / 1000 as rows from runfold_rebuild.latency_split;

select coalesce(sum(partials), 0)::float8 as partials, pg_relation_size($1) / 1000 as rows from runfold_rebuild.run_label_split;

select coalesce(sum(partials), 0)::float8 as partials, pg_relation_size($1) / 1000 as rows from runfold_rebuild.run_split;

select coalesce(sum(partials), 0)::float8 as partials, pg_relation_size($1) / 1000 as rows from runfold_rebuild.run_usage_split;

select coalesce(sum(partials), 0)::float8 as partials, pg_relation_size($1) / 1000 as rows from runfold_rebuild.session_user_split;

select coalesce(sum(partials), 0)::float8 as partials, pg_relation_size($1) / 1000 as rows from runfold_rebuild.tool_usage_split;

select coalesce(sum(partials), 0)::float8 as partials, pg_relation_size($1) / 1000 as rows from runfold_rebuild.user_usage_split;

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.agent_tool_hour_candidate c
    left join runfold_rebuild.agent_tool_hour x on x.project = c.project and x.hour = c.hour and x.agent_id = c.agent_id and x.team_id = c.team_id and x.workflow_id = c.workflow_id and x.tool_name = c.tool_name
    left join runfold_internal.agent_tool_hour t on t.project = c.project and t.hour = c.hour and t.agent_id = c.agent_id and t.team_id = c.team_id and t.workflow_id = c.workflow_id and t.tool_name = c.tool_name
    where ((x.project is null) <> (t.project is null) or (x.cost_nanos, x.tool_calls, x.tool_errors, x.tool_time_us, x.timed_tool_calls) is distinct from (t.cost_nanos, t.tool_calls, t.tool_errors, t.tool_time_us, t.timed_tool_calls));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.agent_usage_hour_candidate c
    left join runfold_rebuild.agent_usage_hour x on x.project = c.project and x.hour = c.hour and x.agent_id = c.agent_id and x.team_id = c.team_id and x.workflow_id = c.workflow_id and x.provider = c.provider and x.model = c.model
    left join runfold_internal.agent_usage_hour t on t.project = c.project and t.hour = c.hour and t.agent_id = c.agent_id and t.team_id = c.team_id and t.workflow_id = c.workflow_id and t.provider = c.provider and t.model = c.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.label_usage_candidate c
    left join runfold_rebuild.label_usage x on x.project = c.project and x.name = c.name and x.bucket = c.bucket and x.value = c.value and x.provider = c.provider and x.model = c.model
    left join runfold_internal.label_usage t on t.project = c.project and t.name = c.name and t.bucket = c.bucket and t.value = c.value and t.provider = c.provider and t.model = c.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage>) is distinct from (<t.measures of user_usage>));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.label_usage_day_candidate c
    left join runfold_rebuild.label_usage_day x on x.project = c.project and x.name = c.name and x.day = c.day and x.value = c.value and x.provider = c.provider and x.model = c.model
    left join runfold_internal.label_usage_day t on t.project = c.project and t.name = c.name and t.day = c.day and t.value = c.value and t.provider = c.provider and t.model = c.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.label_usage_hour_candidate c
    left join runfold_rebuild.label_usage_hour x on x.project = c.project and x.name = c.name and x.hour = c.hour and x.value = c.value and x.provider = c.provider and x.model = c.model
    left join runfold_internal.label_usage_hour t on t.project = c.project and t.name = c.name and t.hour = c.hour and t.value = c.value and t.provider = c.provider and t.model = c.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage>) is distinct from (<t.measures of user_usage>));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.latency_candidate c
    left join runfold_rebuild.latency x on x.project = c.project and x.bucket = c.bucket and x.type = c.type and x.provider = c.provider and x.name = c.name
    left join runfold_internal.latency t on t.project = c.project and t.bucket = c.bucket and t.type = c.type and t.provider = c.provider and t.name = c.name
    where ((x.project is null) <> (t.project is null) or (x.time_levels, x.first_token_levels) is distinct from (t.time_levels, t.first_token_levels));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.latency_day_candidate c
    left join runfold_rebuild.latency_day x on x.project = c.project and x.day = c.day and x.type = c.type and x.provider = c.provider and x.name = c.name
    left join runfold_internal.latency_day t on t.project = c.project and t.day = c.day and t.type = c.type and t.provider = c.provider and t.name = c.name
    where ((x.project is null) <> (t.project is null) or (x.time_levels, x.first_token_levels) is distinct from (t.time_levels, t.first_token_levels));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.latency_hour_candidate c
    left join runfold_rebuild.latency_hour x on x.project = c.project and x.hour = c.hour and x.type = c.type and x.provider = c.provider and x.name = c.name
    left join runfold_internal.latency_hour t on t.project = c.project and t.hour = c.hour and t.type = c.type and t.provider = c.provider and t.name = c.name
    where ((x.project is null) <> (t.project is null) or (x.time_levels, x.first_token_levels) is distinct from (t.time_levels, t.first_token_levels));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.model_usage_candidate c
    left join runfold_rebuild.model_usage x on x.project = c.project and x.bucket = c.bucket and x.agent_id = c.agent_id and x.team_id = c.team_id and x.workflow_id = c.workflow_id and x.provider = c.provider and x.model = c.model
    left join runfold_internal.model_usage t on t.project = c.project and t.bucket = c.bucket and t.agent_id = c.agent_id and t.team_id = c.team_id and t.workflow_id = c.workflow_id and t.provider = c.provider and t.model = c.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of model_usage>) is distinct from (<t.measures of model_usage>));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.model_usage_hour_candidate c
    left join runfold_rebuild.model_usage_hour x on x.project = c.project and x.hour = c.hour and x.provider = c.provider and x.model = c.model
    left join runfold_internal.model_usage_hour t on t.project = c.project and t.hour = c.hour and t.provider = c.provider and t.model = c.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of model_usage>) is distinct from (<t.measures of model_usage>));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.run_candidate c
    left join runfold_rebuild.run x on x.project = c.project and x.session_id = c.session_id and x.run_id = c.run_id
    left join runfold_internal.run t on t.project = c.project and t.session_id = c.session_id and t.run_id = c.run_id
    where ((x.project is null) <> (t.project is null) or (<x.measures of run>) is distinct from (<t.measures of run>));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.run_label_candidate c
    left join runfold_rebuild.run_label x on x.project = c.project and x.session_id = c.session_id and x.run_id = c.run_id and x.name = c.name
    left join runfold_internal.run_label t on t.project = c.project and t.session_id = c.session_id and t.run_id = c.run_id and t.name = c.name
    where ((x.project is null) <> (t.project is null) or (x.value) is distinct from (t.value));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.run_usage_candidate c
    left join runfold_rebuild.run_usage x on x.project = c.project and x.bucket = c.bucket and x.agent_id = c.agent_id and x.team_id = c.team_id and x.workflow_id = c.workflow_id and x.status = c.status
    left join runfold_internal.run_usage t on t.project = c.project and t.bucket = c.bucket and t.agent_id = c.agent_id and t.team_id = c.team_id and t.workflow_id = c.workflow_id and t.status = c.status
    where ((x.project is null) <> (t.project is null) or (x.runs, x.run_time_us, x.time_levels) is distinct from (t.runs, t.run_time_us, t.time_levels));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.run_usage_hour_candidate c
    left join runfold_rebuild.run_usage_hour x on x.project = c.project and x.hour = c.hour and x.agent_id = c.agent_id and x.team_id = c.team_id and x.workflow_id = c.workflow_id and x.status = c.status
    left join runfold_internal.run_usage_hour t on t.project = c.project and t.hour = c.hour and t.agent_id = c.agent_id and t.team_id = c.team_id and t.workflow_id = c.workflow_id and t.status = c.status
    where ((x.project is null) <> (t.project is null) or (x.runs, x.run_time_us, x.time_levels) is distinct from (t.runs, t.run_time_us, t.time_levels));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.session_candidate c
    left join runfold_rebuild.session x on x.project = c.project and x.session_id = c.session_id
    left join runfold_internal.session t on t.project = c.project and t.session_id = c.session_id
    where ((x.project is null) <> (t.project is null) or (<x.measures of session>) is distinct from (<t.measures of session>));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.session_user_candidate c
    left join runfold_rebuild.session_user x on x.project = c.project and x.user_id = c.user_id and x.session_id = c.session_id
    left join runfold_internal.session_user t on t.project = c.project and t.user_id = c.user_id and t.session_id = c.session_id
    where ((x.project is null) <> (t.project is null) or (x.started_at_us, x.ended_at_us) is distinct from (t.started_at_us, t.ended_at_us));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.tool_usage_candidate c
    left join runfold_rebuild.tool_usage x on x.project = c.project and x.bucket = c.bucket and x.agent_id = c.agent_id and x.team_id = c.team_id and x.workflow_id = c.workflow_id and x.tool_name = c.tool_name
    left join runfold_internal.tool_usage t on t.project = c.project and t.bucket = c.bucket and t.agent_id = c.agent_id and t.team_id = c.team_id and t.workflow_id = c.workflow_id and t.tool_name = c.tool_name
    where ((x.project is null) <> (t.project is null) or (x.tool_calls, x.tool_errors, x.tool_time_us, x.timed_tool_calls, x.cost_nanos) is distinct from (t.tool_calls, t.tool_errors, t.tool_time_us, t.timed_tool_calls, t.cost_nanos));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.tool_usage_hour_candidate c
    left join runfold_rebuild.tool_usage_hour x on x.project = c.project and x.hour = c.hour and x.tool_name = c.tool_name
    left join runfold_internal.tool_usage_hour t on t.project = c.project and t.hour = c.hour and t.tool_name = c.tool_name
    where ((x.project is null) <> (t.project is null) or (x.tool_calls, x.tool_errors, x.tool_time_us, x.timed_tool_calls, x.cost_nanos) is distinct from (t.tool_calls, t.tool_errors, t.tool_time_us, t.timed_tool_calls, t.cost_nanos));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.user_usage_candidate c
    left join runfold_rebuild.user_usage x on x.project = c.project and x.bucket = c.bucket and x.user_id = c.user_id and x.agent_id = c.agent_id and x.team_id = c.team_id and x.workflow_id = c.workflow_id and x.provider = c.provider and x.model = c.model
    left join runfold_internal.user_usage t on t.project = c.project and t.bucket = c.bucket and t.user_id = c.user_id and t.agent_id = c.agent_id and t.team_id = c.team_id and t.workflow_id = c.workflow_id and t.provider = c.provider and t.model = c.model
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage>) is distinct from (<t.measures of user_usage>));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.user_usage_day_candidate c
    left join runfold_rebuild.user_usage_day x on x.project = c.project and x.day = c.day and x.user_id = c.user_id and x.agent_id = c.agent_id and x.team_id = c.team_id and x.workflow_id = c.workflow_id
    left join runfold_internal.user_usage_day t on t.project = c.project and t.day = c.day and t.user_id = c.user_id and t.agent_id = c.agent_id and t.team_id = c.team_id and t.workflow_id = c.workflow_id
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>));

select count(*) filter (where t.project is null)::integer as added, count(*) filter (where x.project is null)::integer as removed,
    count(*) filter (where x.project is not null and t.project is not null)::integer as changed from runfold_rebuild.user_usage_month_candidate c
    left join runfold_rebuild.user_usage_month x on x.project = c.project and x.month = c.month and x.user_id = c.user_id and x.agent_id = c.agent_id and x.team_id = c.team_id and x.workflow_id = c.workflow_id
    left join runfold_internal.user_usage_month t on t.project = c.project and t.month = c.month and t.user_id = c.user_id and t.agent_id = c.agent_id and t.team_id = c.team_id and t.workflow_id = c.workflow_id
    where ((x.project is null) <> (t.project is null) or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>));

select count(*)::integer as count from runfold_rebuild.agent_tool_hour_candidate;

select count(*)::integer as count from runfold_rebuild.agent_usage_hour_candidate;

select count(*)::integer as count from runfold_rebuild.label_usage_candidate;

select count(*)::integer as count from runfold_rebuild.label_usage_day_candidate;

select count(*)::integer as count from runfold_rebuild.label_usage_hour_candidate;

select count(*)::integer as count from runfold_rebuild.latency_candidate;

select count(*)::integer as count from runfold_rebuild.latency_day_candidate;

select count(*)::integer as count from runfold_rebuild.latency_hour_candidate;

select count(*)::integer as count from runfold_rebuild.model_usage_candidate;

select count(*)::integer as count from runfold_rebuild.model_usage_hour_candidate;

select count(*)::integer as count from runfold_rebuild.run_candidate;

select count(*)::integer as count from runfold_rebuild.run_label_candidate;

select count(*)::integer as count from runfold_rebuild.run_usage_candidate;

select count(*)::integer as count from runfold_rebuild.run_usage_hour_candidate;

select count(*)::integer as count from runfold_rebuild.session_candidate;

select count(*)::integer as count from runfold_rebuild.session_user_candidate;

select count(*)::integer as count from runfold_rebuild.tool_usage_candidate;

select count(*)::integer as count from runfold_rebuild.tool_usage_hour_candidate;

select count(*)::integer as count from runfold_rebuild.user_usage_candidate;

select count(*)::integer as count from runfold_rebuild.user_usage_day_candidate;

select count(*)::integer as count from runfold_rebuild.user_usage_month_candidate;

with added as (delete from runfold_rebuild.recorded returning project, session_id, id, occurred_at_us, time_us, time_to_first_token_us, cost_nanos, sequence, input_tokens, output_tokens, total_tokens, prompt_tokens, completion_tokens, audio_tokens, input_audio_tokens, output_audio_tokens, cached_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, type, role, status, pricing, error, corrects, run_id, original_id, parent_run_id, agent_id, agent_name, team_id, workflow_id, user_id, model, provider, labels, tool_name),
    user_usage_partial as materialized (
  select <fold of user_usage>
  from added e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3)) group by 1, 2, 3, 4, 5, 6, 7, 8),
user_usage_added as (
  insert into runfold_rebuild.user_usage as t (<columns of user_usage>)
  select <columns of user_usage> from user_usage_partial order by project, bucket, user_id, agent_id, team_id, workflow_id, provider, model
  on conflict (project, bucket, user_id, agent_id, team_id, workflow_id, provider, model) do update set
    assistant_messages = t.assistant_messages + excluded.assistant_messages,
    message_errors = t.message_errors + excluded.message_errors,
    metered_messages = t.metered_messages + excluded.metered_messages,
    unpriced_messages = t.unpriced_messages + excluded.unpriced_messages,
    input_tokens = coalesce(t.input_tokens + excluded.input_tokens, t.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(t.output_tokens + excluded.output_tokens, t.output_tokens, excluded.output_tokens),
    total_tokens = coalesce(t.total_tokens + excluded.total_tokens, t.total_tokens, excluded.total_tokens),
    prompt_tokens = coalesce(t.prompt_tokens + excluded.prompt_tokens, t.prompt_tokens, excluded.prompt_tokens),
    completion_tokens = coalesce(t.completion_tokens + excluded.completion_tokens, t.completion_tokens, excluded.completion_tokens),
    audio_tokens = coalesce(t.audio_tokens + excluded.audio_tokens, t.audio_tokens, excluded.audio_tokens),
    input_audio_tokens = coalesce(t.input_audio_tokens + excluded.input_audio_tokens, t.input_audio_tokens, excluded.input_audio_tokens),
    output_audio_tokens = coalesce(t.output_audio_tokens + excluded.output_audio_tokens, t.output_audio_tokens, excluded.output_audio_tokens),
    cached_tokens = coalesce(t.cached_tokens + excluded.cached_tokens, t.cached_tokens, excluded.cached_tokens),
    cache_write_tokens = coalesce(t.cache_write_tokens + excluded.cache_write_tokens, t.cache_write_tokens, excluded.cache_write_tokens),
    cache_write_1h_tokens = coalesce(t.cache_write_1h_tokens + excluded.cache_write_1h_tokens, t.cache_write_1h_tokens, excluded.cache_write_1h_tokens),
    reasoning_tokens = coalesce(t.reasoning_tokens + excluded.reasoning_tokens, t.reasoning_tokens, excluded.reasoning_tokens),
    time_us = coalesce(t.time_us + excluded.time_us, t.time_us, excluded.time_us),
    timed_messages = t.timed_messages + excluded.timed_messages,
    timed_output_tokens = coalesce(t.timed_output_tokens + excluded.timed_output_tokens, t.timed_output_tokens, excluded.timed_output_tokens),
    time_to_first_token_us = coalesce(t.time_to_first_token_us + excluded.time_to_first_token_us, t.time_to_first_token_us, excluded.time_to_first_token_us),
    streamed_messages = t.streamed_messages + excluded.streamed_messages,
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos),
    tool_calls = t.tool_calls + excluded.tool_calls,
    tool_errors = t.tool_errors + excluded.tool_errors,
    tool_time_us = coalesce(t.tool_time_us + excluded.tool_time_us, t.tool_time_us, excluded.tool_time_us),
    timed_tool_calls = t.timed_tool_calls + excluded.timed_tool_calls,
    tool_cost_nanos = coalesce(t.tool_cost_nanos + excluded.tool_cost_nanos, t.tool_cost_nanos, excluded.tool_cost_nanos),
    runs = t.runs + excluded.runs,
    failed_runs = t.failed_runs + excluded.failed_runs,
    run_time_us = coalesce(t.run_time_us + excluded.run_time_us, t.run_time_us, excluded.run_time_us)),
user_usage_day_partial as materialized (
  select <fold of partials of user_usage_day>
  from user_usage_partial p group by 1, 2, 3, 4, 5, 6),
user_usage_day_added as (
  insert into runfold_rebuild.user_usage_day as t (<columns of user_usage_day>)
  select <columns of user_usage_day> from user_usage_day_partial order by project, day, user_id, agent_id, team_id, workflow_id
  on conflict (project, day, user_id, agent_id, team_id, workflow_id) do update set
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos),
    tool_cost_nanos = coalesce(t.tool_cost_nanos + excluded.tool_cost_nanos, t.tool_cost_nanos, excluded.tool_cost_nanos),
    total_tokens = coalesce(t.total_tokens + excluded.total_tokens, t.total_tokens, excluded.total_tokens),
    runs = t.runs + excluded.runs,
    tool_calls = t.tool_calls + excluded.tool_calls,
    tool_errors = t.tool_errors + excluded.tool_errors,
    assistant_messages = t.assistant_messages + excluded.assistant_messages,
    input_tokens = coalesce(t.input_tokens + excluded.input_tokens, t.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(t.output_tokens + excluded.output_tokens, t.output_tokens, excluded.output_tokens),
    message_errors = t.message_errors + excluded.message_errors,
    metered_messages = t.metered_messages + excluded.metered_messages,
    unpriced_messages = t.unpriced_messages + excluded.unpriced_messages,
    prompt_tokens = coalesce(t.prompt_tokens + excluded.prompt_tokens, t.prompt_tokens, excluded.prompt_tokens),
    completion_tokens = coalesce(t.completion_tokens + excluded.completion_tokens, t.completion_tokens, excluded.completion_tokens),
    audio_tokens = coalesce(t.audio_tokens + excluded.audio_tokens, t.audio_tokens, excluded.audio_tokens),
    input_audio_tokens = coalesce(t.input_audio_tokens + excluded.input_audio_tokens, t.input_audio_tokens, excluded.input_audio_tokens),
    output_audio_tokens = coalesce(t.output_audio_tokens + excluded.output_audio_tokens, t.output_audio_tokens, excluded.output_audio_tokens),
    cached_tokens = coalesce(t.cached_tokens + excluded.cached_tokens, t.cached_tokens, excluded.cached_tokens),
    cache_write_tokens = coalesce(t.cache_write_tokens + excluded.cache_write_tokens, t.cache_write_tokens, excluded.cache_write_tokens),
    cache_write_1h_tokens = coalesce(t.cache_write_1h_tokens + excluded.cache_write_1h_tokens, t.cache_write_1h_tokens, excluded.cache_write_1h_tokens),
    reasoning_tokens = coalesce(t.reasoning_tokens + excluded.reasoning_tokens, t.reasoning_tokens, excluded.reasoning_tokens),
    time_us = coalesce(t.time_us + excluded.time_us, t.time_us, excluded.time_us),
    timed_messages = t.timed_messages + excluded.timed_messages,
    timed_output_tokens = coalesce(t.timed_output_tokens + excluded.timed_output_tokens, t.timed_output_tokens, excluded.timed_output_tokens),
    time_to_first_token_us = coalesce(t.time_to_first_token_us + excluded.time_to_first_token_us, t.time_to_first_token_us, excluded.time_to_first_token_us),
    streamed_messages = t.streamed_messages + excluded.streamed_messages,
    tool_time_us = coalesce(t.tool_time_us + excluded.tool_time_us, t.tool_time_us, excluded.tool_time_us),
    timed_tool_calls = t.timed_tool_calls + excluded.timed_tool_calls,
    failed_runs = t.failed_runs + excluded.failed_runs,
    run_time_us = coalesce(t.run_time_us + excluded.run_time_us, t.run_time_us, excluded.run_time_us)),
user_usage_month_partial as materialized (
  select <fold of partials of user_usage_month>
  from user_usage_day_partial p group by 1, 2, 3, 4, 5, 6),
user_usage_month_added as (
  insert into runfold_rebuild.user_usage_month as t (project, month, user_id, agent_id, team_id, workflow_id, <measures of user_usage_day>)
  select project, month, user_id, agent_id, team_id, workflow_id, <measures of user_usage_day> from user_usage_month_partial order by project, month, user_id, agent_id, team_id, workflow_id
  on conflict (project, month, user_id, agent_id, team_id, workflow_id) do update set
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos),
    tool_cost_nanos = coalesce(t.tool_cost_nanos + excluded.tool_cost_nanos, t.tool_cost_nanos, excluded.tool_cost_nanos),
    total_tokens = coalesce(t.total_tokens + excluded.total_tokens, t.total_tokens, excluded.total_tokens),
    runs = t.runs + excluded.runs,
    tool_calls = t.tool_calls + excluded.tool_calls,
    tool_errors = t.tool_errors + excluded.tool_errors,
    assistant_messages = t.assistant_messages + excluded.assistant_messages,
    input_tokens = coalesce(t.input_tokens + excluded.input_tokens, t.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(t.output_tokens + excluded.output_tokens, t.output_tokens, excluded.output_tokens),
    message_errors = t.message_errors + excluded.message_errors,
    metered_messages = t.metered_messages + excluded.metered_messages,
    unpriced_messages = t.unpriced_messages + excluded.unpriced_messages,
    prompt_tokens = coalesce(t.prompt_tokens + excluded.prompt_tokens, t.prompt_tokens, excluded.prompt_tokens),
    completion_tokens = coalesce(t.completion_tokens + excluded.completion_tokens, t.completion_tokens, excluded.completion_tokens),
    audio_tokens = coalesce(t.audio_tokens + excluded.audio_tokens, t.audio_tokens, excluded.audio_tokens),
    input_audio_tokens = coalesce(t.input_audio_tokens + excluded.input_audio_tokens, t.input_audio_tokens, excluded.input_audio_tokens),
    output_audio_tokens = coalesce(t.output_audio_tokens + excluded.output_audio_tokens, t.output_audio_tokens, excluded.output_audio_tokens),
    cached_tokens = coalesce(t.cached_tokens + excluded.cached_tokens, t.cached_tokens, excluded.cached_tokens),
    cache_write_tokens = coalesce(t.cache_write_tokens + excluded.cache_write_tokens, t.cache_write_tokens, excluded.cache_write_tokens),
    cache_write_1h_tokens = coalesce(t.cache_write_1h_tokens + excluded.cache_write_1h_tokens, t.cache_write_1h_tokens, excluded.cache_write_1h_tokens),
    reasoning_tokens = coalesce(t.reasoning_tokens + excluded.reasoning_tokens, t.reasoning_tokens, excluded.reasoning_tokens),
    time_us = coalesce(t.time_us + excluded.time_us, t.time_us, excluded.time_us),
    timed_messages = t.timed_messages + excluded.timed_messages,
    timed_output_tokens = coalesce(t.timed_output_tokens + excluded.timed_output_tokens, t.timed_output_tokens, excluded.timed_output_tokens),
    time_to_first_token_us = coalesce(t.time_to_first_token_us + excluded.time_to_first_token_us, t.time_to_first_token_us, excluded.time_to_first_token_us),
    streamed_messages = t.streamed_messages + excluded.streamed_messages,
    tool_time_us = coalesce(t.tool_time_us + excluded.tool_time_us, t.tool_time_us, excluded.tool_time_us),
    timed_tool_calls = t.timed_tool_calls + excluded.timed_tool_calls,
    failed_runs = t.failed_runs + excluded.failed_runs,
    run_time_us = coalesce(t.run_time_us + excluded.run_time_us, t.run_time_us, excluded.run_time_us)),
agent_usage_hour_partial as materialized (
  select <fold of partials of agent_usage_hour>
  from user_usage_partial p group by 1, 2, 3, 4, 5, 6, 7),
agent_usage_hour_added as (
  insert into runfold_rebuild.agent_usage_hour as t (project, hour, agent_id, team_id, workflow_id, provider, model, <measures of user_usage_day>)
  select project, hour, agent_id, team_id, workflow_id, provider, model, <measures of user_usage_day> from agent_usage_hour_partial order by project, hour, agent_id, team_id, workflow_id, provider, model
  on conflict (project, hour, agent_id, team_id, workflow_id, provider, model) do update set
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos),
    tool_cost_nanos = coalesce(t.tool_cost_nanos + excluded.tool_cost_nanos, t.tool_cost_nanos, excluded.tool_cost_nanos),
    total_tokens = coalesce(t.total_tokens + excluded.total_tokens, t.total_tokens, excluded.total_tokens),
    runs = t.runs + excluded.runs,
    tool_calls = t.tool_calls + excluded.tool_calls,
    tool_errors = t.tool_errors + excluded.tool_errors,
    assistant_messages = t.assistant_messages + excluded.assistant_messages,
    input_tokens = coalesce(t.input_tokens + excluded.input_tokens, t.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(t.output_tokens + excluded.output_tokens, t.output_tokens, excluded.output_tokens),
    message_errors = t.message_errors + excluded.message_errors,
    metered_messages = t.metered_messages + excluded.metered_messages,
    unpriced_messages = t.unpriced_messages + excluded.unpriced_messages,
    prompt_tokens = coalesce(t.prompt_tokens + excluded.prompt_tokens, t.prompt_tokens, excluded.prompt_tokens),
    completion_tokens = coalesce(t.completion_tokens + excluded.completion_tokens, t.completion_tokens, excluded.completion_tokens),
    audio_tokens = coalesce(t.audio_tokens + excluded.audio_tokens, t.audio_tokens, excluded.audio_tokens),
    input_audio_tokens = coalesce(t.input_audio_tokens + excluded.input_audio_tokens, t.input_audio_tokens, excluded.input_audio_tokens),
    output_audio_tokens = coalesce(t.output_audio_tokens + excluded.output_audio_tokens, t.output_audio_tokens, excluded.output_audio_tokens),
    cached_tokens = coalesce(t.cached_tokens + excluded.cached_tokens, t.cached_tokens, excluded.cached_tokens),
    cache_write_tokens = coalesce(t.cache_write_tokens + excluded.cache_write_tokens, t.cache_write_tokens, excluded.cache_write_tokens),
    cache_write_1h_tokens = coalesce(t.cache_write_1h_tokens + excluded.cache_write_1h_tokens, t.cache_write_1h_tokens, excluded.cache_write_1h_tokens),
    reasoning_tokens = coalesce(t.reasoning_tokens + excluded.reasoning_tokens, t.reasoning_tokens, excluded.reasoning_tokens),
    time_us = coalesce(t.time_us + excluded.time_us, t.time_us, excluded.time_us),
    timed_messages = t.timed_messages + excluded.timed_messages,
    timed_output_tokens = coalesce(t.timed_output_tokens + excluded.timed_output_tokens, t.timed_output_tokens, excluded.timed_output_tokens),
    time_to_first_token_us = coalesce(t.time_to_first_token_us + excluded.time_to_first_token_us, t.time_to_first_token_us, excluded.time_to_first_token_us),
    streamed_messages = t.streamed_messages + excluded.streamed_messages,
    tool_time_us = coalesce(t.tool_time_us + excluded.tool_time_us, t.tool_time_us, excluded.tool_time_us),
    timed_tool_calls = t.timed_tool_calls + excluded.timed_tool_calls,
    failed_runs = t.failed_runs + excluded.failed_runs,
    run_time_us = coalesce(t.run_time_us + excluded.run_time_us, t.run_time_us, excluded.run_time_us)),
model_usage_partial as materialized (
  select <fold of partials of model_usage>
  from user_usage_partial p where coalesce(nullif(p.assistant_messages, 0), nullif(p.message_errors, 0), nullif(p.metered_messages, 0), nullif(p.unpriced_messages, 0), p.input_tokens, p.output_tokens, p.total_tokens, p.prompt_tokens, p.completion_tokens, p.audio_tokens, p.input_audio_tokens, p.output_audio_tokens, p.cached_tokens, p.cache_write_tokens, p.cache_write_1h_tokens, p.reasoning_tokens, p.time_us, nullif(p.timed_messages, 0), p.timed_output_tokens, p.time_to_first_token_us, nullif(p.streamed_messages, 0), p.cost_nanos) is not null group by 1, 2, 3, 4, 5, 6, 7),
model_usage_added as (
  insert into runfold_rebuild.model_usage as t (<columns of model_usage>)
  select <columns of model_usage> from model_usage_partial order by project, bucket, agent_id, team_id, workflow_id, provider, model
  on conflict (project, bucket, agent_id, team_id, workflow_id, provider, model) do update set
    assistant_messages = t.assistant_messages + excluded.assistant_messages,
    message_errors = t.message_errors + excluded.message_errors,
    metered_messages = t.metered_messages + excluded.metered_messages,
    unpriced_messages = t.unpriced_messages + excluded.unpriced_messages,
    input_tokens = coalesce(t.input_tokens + excluded.input_tokens, t.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(t.output_tokens + excluded.output_tokens, t.output_tokens, excluded.output_tokens),
    total_tokens = coalesce(t.total_tokens + excluded.total_tokens, t.total_tokens, excluded.total_tokens),
    prompt_tokens = coalesce(t.prompt_tokens + excluded.prompt_tokens, t.prompt_tokens, excluded.prompt_tokens),
    completion_tokens = coalesce(t.completion_tokens + excluded.completion_tokens, t.completion_tokens, excluded.completion_tokens),
    audio_tokens = coalesce(t.audio_tokens + excluded.audio_tokens, t.audio_tokens, excluded.audio_tokens),
    input_audio_tokens = coalesce(t.input_audio_tokens + excluded.input_audio_tokens, t.input_audio_tokens, excluded.input_audio_tokens),
    output_audio_tokens = coalesce(t.output_audio_tokens + excluded.output_audio_tokens, t.output_audio_tokens, excluded.output_audio_tokens),
    cached_tokens = coalesce(t.cached_tokens + excluded.cached_tokens, t.cached_tokens, excluded.cached_tokens),
    cache_write_tokens = coalesce(t.cache_write_tokens + excluded.cache_write_tokens, t.cache_write_tokens, excluded.cache_write_tokens),
    cache_write_1h_tokens = coalesce(t.cache_write_1h_tokens + excluded.cache_write_1h_tokens, t.cache_write_1h_tokens, excluded.cache_write_1h_tokens),
    reasoning_tokens = coalesce(t.reasoning_tokens + excluded.reasoning_tokens, t.reasoning_tokens, excluded.reasoning_tokens),
    time_us = coalesce(t.time_us + excluded.time_us, t.time_us, excluded.time_us),
    timed_messages = t.timed_messages + excluded.timed_messages,
    timed_output_tokens = coalesce(t.timed_output_tokens + excluded.timed_output_tokens, t.timed_output_tokens, excluded.timed_output_tokens),
    time_to_first_token_us = coalesce(t.time_to_first_token_us + excluded.time_to_first_token_us, t.time_to_first_token_us, excluded.time_to_first_token_us),
    streamed_messages = t.streamed_messages + excluded.streamed_messages,
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos)),
model_usage_hour_partial as materialized (
  select <fold of partials of model_usage_hour>
  from model_usage_partial p group by 1, 2, 3, 4),
model_usage_hour_added as (
  insert into runfold_rebuild.model_usage_hour as t (project, hour, provider, model, <measures of model_usage>)
  select project, hour, provider, model, <measures of model_usage> from model_usage_hour_partial order by project, hour, provider, model
  on conflict (project, hour, provider, model) do update set
    assistant_messages = t.assistant_messages + excluded.assistant_messages,
    message_errors = t.message_errors + excluded.message_errors,
    metered_messages = t.metered_messages + excluded.metered_messages,
    unpriced_messages = t.unpriced_messages + excluded.unpriced_messages,
    input_tokens = coalesce(t.input_tokens + excluded.input_tokens, t.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(t.output_tokens + excluded.output_tokens, t.output_tokens, excluded.output_tokens),
    total_tokens = coalesce(t.total_tokens + excluded.total_tokens, t.total_tokens, excluded.total_tokens),
    prompt_tokens = coalesce(t.prompt_tokens + excluded.prompt_tokens, t.prompt_tokens, excluded.prompt_tokens),
    completion_tokens = coalesce(t.completion_tokens + excluded.completion_tokens, t.completion_tokens, excluded.completion_tokens),
    audio_tokens = coalesce(t.audio_tokens + excluded.audio_tokens, t.audio_tokens, excluded.audio_tokens),
    input_audio_tokens = coalesce(t.input_audio_tokens + excluded.input_audio_tokens, t.input_audio_tokens, excluded.input_audio_tokens),
    output_audio_tokens = coalesce(t.output_audio_tokens + excluded.output_audio_tokens, t.output_audio_tokens, excluded.output_audio_tokens),
    cached_tokens = coalesce(t.cached_tokens + excluded.cached_tokens, t.cached_tokens, excluded.cached_tokens),
    cache_write_tokens = coalesce(t.cache_write_tokens + excluded.cache_write_tokens, t.cache_write_tokens, excluded.cache_write_tokens),
    cache_write_1h_tokens = coalesce(t.cache_write_1h_tokens + excluded.cache_write_1h_tokens, t.cache_write_1h_tokens, excluded.cache_write_1h_tokens),
    reasoning_tokens = coalesce(t.reasoning_tokens + excluded.reasoning_tokens, t.reasoning_tokens, excluded.reasoning_tokens),
    time_us = coalesce(t.time_us + excluded.time_us, t.time_us, excluded.time_us),
    timed_messages = t.timed_messages + excluded.timed_messages,
    timed_output_tokens = coalesce(t.timed_output_tokens + excluded.timed_output_tokens, t.timed_output_tokens, excluded.timed_output_tokens),
    time_to_first_token_us = coalesce(t.time_to_first_token_us + excluded.time_to_first_token_us, t.time_to_first_token_us, excluded.time_to_first_token_us),
    streamed_messages = t.streamed_messages + excluded.streamed_messages,
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos)),
tool_usage_partial as materialized (
  select <fold of tool_usage>
  from added e where (e.type = 2) group by 1, 2, 3, 4, 5, 6),
tool_usage_added as (
  insert into runfold_rebuild.tool_usage as t (<columns of tool_usage>)
  select <columns of tool_usage> from tool_usage_partial order by project, bucket, agent_id, team_id, workflow_id, tool_name
  on conflict (project, bucket, agent_id, team_id, workflow_id, tool_name) do update set
    tool_calls = t.tool_calls + excluded.tool_calls,
    tool_errors = t.tool_errors + excluded.tool_errors,
    tool_time_us = coalesce(t.tool_time_us + excluded.tool_time_us, t.tool_time_us, excluded.tool_time_us),
    timed_tool_calls = t.timed_tool_calls + excluded.timed_tool_calls,
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos)),
agent_tool_hour_partial as materialized (
  select <fold of partials of agent_tool_hour>
  from tool_usage_partial p group by 1, 2, 3, 4, 5, 6),
agent_tool_hour_added as (
  insert into runfold_rebuild.agent_tool_hour as t (<columns of agent_tool_hour>)
  select <columns of agent_tool_hour> from agent_tool_hour_partial order by project, hour, agent_id, team_id, workflow_id, tool_name
  on conflict (project, hour, agent_id, team_id, workflow_id, tool_name) do update set
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos),
    tool_calls = t.tool_calls + excluded.tool_calls,
    tool_errors = t.tool_errors + excluded.tool_errors,
    tool_time_us = coalesce(t.tool_time_us + excluded.tool_time_us, t.tool_time_us, excluded.tool_time_us),
    timed_tool_calls = t.timed_tool_calls + excluded.timed_tool_calls),
tool_usage_hour_partial as materialized (
  select <fold of partials of tool_usage_hour>
  from agent_tool_hour_partial p group by 1, 2, 3),
tool_usage_hour_added as (
  insert into runfold_rebuild.tool_usage_hour as t (<columns of tool_usage_hour>)
  select <columns of tool_usage_hour> from tool_usage_hour_partial order by project, hour, tool_name
  on conflict (project, hour, tool_name) do update set
    tool_calls = t.tool_calls + excluded.tool_calls,
    tool_errors = t.tool_errors + excluded.tool_errors,
    tool_time_us = coalesce(t.tool_time_us + excluded.tool_time_us, t.tool_time_us, excluded.tool_time_us),
    timed_tool_calls = t.timed_tool_calls + excluded.timed_tool_calls,
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos)),
latency_partial as materialized (
  select <fold of latency>
  from added e where (e.type = 1 and e.role = 1 and e.time_us is not null and e.corrects is null) or (e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null and e.corrects is null) or ((e.type = 2 or e.type = 3) and e.time_us is not null and e.corrects is null) group by 1, 2, 3, 4, 5),
latency_added as (
  insert into runfold_rebuild.latency as t (project, bucket, type, provider, name, time_levels, first_token_levels)
  select project, bucket, type, provider, name, time_levels, first_token_levels from latency_partial order by project, bucket, type, provider, name
  on conflict (project, bucket, type, provider, name) do update set
    time_levels = coalesce(t.time_levels + excluded.time_levels, t.time_levels, excluded.time_levels),
    first_token_levels = coalesce(t.first_token_levels + excluded.first_token_levels, t.first_token_levels, excluded.first_token_levels)),
latency_hour_partial as materialized (
  select <fold of partials of latency_hour>
  from latency_partial p group by 1, 2, 3, 4, 5),
latency_hour_added as (
  insert into runfold_rebuild.latency_hour as t (project, hour, type, provider, name, time_levels, first_token_levels)
  select project, hour, type, provider, name, time_levels, first_token_levels from latency_hour_partial order by project, hour, type, provider, name
  on conflict (project, hour, type, provider, name) do update set
    time_levels = coalesce(t.time_levels + excluded.time_levels, t.time_levels, excluded.time_levels),
    first_token_levels = coalesce(t.first_token_levels + excluded.first_token_levels, t.first_token_levels, excluded.first_token_levels)),
latency_day_partial as materialized (
  select <fold of partials of latency_day>
  from latency_hour_partial p group by 1, 2, 3, 4, 5),
latency_day_added as (
  insert into runfold_rebuild.latency_day as t (project, day, type, provider, name, time_levels, first_token_levels)
  select project, day, type, provider, name, time_levels, first_token_levels from latency_day_partial order by project, day, type, provider, name
  on conflict (project, day, type, provider, name) do update set
    time_levels = coalesce(t.time_levels + excluded.time_levels, t.time_levels, excluded.time_levels),
    first_token_levels = coalesce(t.first_token_levels + excluded.first_token_levels, t.first_token_levels, excluded.first_token_levels)),
run_usage_partial as materialized (
  select <fold of run_usage>
  from added e where (e.type = 3) group by 1, 2, 3, 4, 5, 6),
run_usage_added as (
  insert into runfold_rebuild.run_usage as t (<columns of run_usage>)
  select <columns of run_usage> from run_usage_partial order by project, bucket, agent_id, team_id, workflow_id, status
  on conflict (project, bucket, agent_id, team_id, workflow_id, status) do update set
    runs = t.runs + excluded.runs,
    run_time_us = coalesce(t.run_time_us + excluded.run_time_us, t.run_time_us, excluded.run_time_us),
    time_levels = coalesce(t.time_levels + excluded.time_levels, t.time_levels, excluded.time_levels)),
run_usage_hour_partial as materialized (
  select <fold of partials of run_usage_hour>
  from run_usage_partial p group by 1, 2, 3, 4, 5, 6),
run_usage_hour_added as (
  insert into runfold_rebuild.run_usage_hour as t (<columns of run_usage_hour>)
  select <columns of run_usage_hour> from run_usage_hour_partial order by project, hour, agent_id, team_id, workflow_id, status
  on conflict (project, hour, agent_id, team_id, workflow_id, status) do update set
    runs = t.runs + excluded.runs,
    run_time_us = coalesce(t.run_time_us + excluded.run_time_us, t.run_time_us, excluded.run_time_us),
    time_levels = coalesce(t.time_levels + excluded.time_levels, t.time_levels, excluded.time_levels)),
label_usage_partial as materialized (
  select <fold of label_usage>
  from (select e.project,
      (e.occurred_at_us / 900000000)::integer as bucket,
      coalesce(case when e.type = 1 then e.provider end, '') as provider,
      coalesce(case when e.type = 1 then e.model end, '') as model,
      e.labels,
      count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1) as assistant_messages,
      count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error) as message_errors,
      count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null) as metered_messages,
      count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1) as unpriced_messages,
      sum(e.input_tokens) filter (where e.type = 1 and e.role = 1) as input_tokens,
      sum(e.output_tokens) filter (where e.type = 1 and e.role = 1) as output_tokens,
      sum(e.total_tokens) filter (where e.type = 1 and e.role = 1) as total_tokens,
      sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1) as prompt_tokens,
      sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1) as completion_tokens,
      sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1) as audio_tokens,
      sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1) as input_audio_tokens,
      sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1) as output_audio_tokens,
      sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1) as cached_tokens,
      sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1) as cache_write_tokens,
      sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1) as cache_write_1h_tokens,
      sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1) as reasoning_tokens,
      runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1) as time_us,
      count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_us is not null) as timed_messages,
      sum(e.output_tokens) filter (where e.type = 1 and e.role = 1 and e.time_us is not null) as timed_output_tokens,
      runfold_internal.total(e.time_to_first_token_us) filter (where e.type = 1 and e.role = 1) as time_to_first_token_us,
      count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null) as streamed_messages,
      runfold_internal.total(e.cost_nanos) filter (where e.type = 1) as cost_nanos,
      count(*) filter (where e.corrects is null and e.type = 2) as tool_calls,
      count(*) filter (where e.corrects is null and e.type = 2 and e.error) as tool_errors,
      runfold_internal.total(e.time_us) filter (where e.type = 2) as tool_time_us,
      count(*) filter (where e.corrects is null and e.type = 2 and e.time_us is not null) as timed_tool_calls,
      runfold_internal.total(e.cost_nanos) filter (where e.type = 2) as tool_cost_nanos,
      count(*) filter (where e.corrects is null and e.type = 3 and e.status is distinct from 1) as runs,
      count(*) filter (where e.corrects is null and e.type = 3 and e.status = 3) as failed_runs,
      runfold_internal.total(e.time_us) filter (where e.type = 3) as run_time_us
    from added e where e.labels is not null and ((e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) group by 1, 2, 3, 4, 5) p
  cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(p.labels::json) j) l group by 1, 2, 3, 4, 5, 6),
label_usage_added as (
  insert into runfold_rebuild.label_usage as t (project, name, bucket, value, provider, model, <measures of user_usage>)
  select project, name, bucket, value, provider, model, <measures of user_usage> from label_usage_partial order by project, name, bucket, value, provider, model
  on conflict (project, name, bucket, value, provider, model) do update set
    assistant_messages = t.assistant_messages + excluded.assistant_messages,
    message_errors = t.message_errors + excluded.message_errors,
    metered_messages = t.metered_messages + excluded.metered_messages,
    unpriced_messages = t.unpriced_messages + excluded.unpriced_messages,
    input_tokens = coalesce(t.input_tokens + excluded.input_tokens, t.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(t.output_tokens + excluded.output_tokens, t.output_tokens, excluded.output_tokens),
    total_tokens = coalesce(t.total_tokens + excluded.total_tokens, t.total_tokens, excluded.total_tokens),
    prompt_tokens = coalesce(t.prompt_tokens + excluded.prompt_tokens, t.prompt_tokens, excluded.prompt_tokens),
    completion_tokens = coalesce(t.completion_tokens + excluded.completion_tokens, t.completion_tokens, excluded.completion_tokens),
    audio_tokens = coalesce(t.audio_tokens + excluded.audio_tokens, t.audio_tokens, excluded.audio_tokens),
    input_audio_tokens = coalesce(t.input_audio_tokens + excluded.input_audio_tokens, t.input_audio_tokens, excluded.input_audio_tokens),
    output_audio_tokens = coalesce(t.output_audio_tokens + excluded.output_audio_tokens, t.output_audio_tokens, excluded.output_audio_tokens),
    cached_tokens = coalesce(t.cached_tokens + excluded.cached_tokens, t.cached_tokens, excluded.cached_tokens),
    cache_write_tokens = coalesce(t.cache_write_tokens + excluded.cache_write_tokens, t.cache_write_tokens, excluded.cache_write_tokens),
    cache_write_1h_tokens = coalesce(t.cache_write_1h_tokens + excluded.cache_write_1h_tokens, t.cache_write_1h_tokens, excluded.cache_write_1h_tokens),
    reasoning_tokens = coalesce(t.reasoning_tokens + excluded.reasoning_tokens, t.reasoning_tokens, excluded.reasoning_tokens),
    time_us = coalesce(t.time_us + excluded.time_us, t.time_us, excluded.time_us),
    timed_messages = t.timed_messages + excluded.timed_messages,
    timed_output_tokens = coalesce(t.timed_output_tokens + excluded.timed_output_tokens, t.timed_output_tokens, excluded.timed_output_tokens),
    time_to_first_token_us = coalesce(t.time_to_first_token_us + excluded.time_to_first_token_us, t.time_to_first_token_us, excluded.time_to_first_token_us),
    streamed_messages = t.streamed_messages + excluded.streamed_messages,
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos),
    tool_calls = t.tool_calls + excluded.tool_calls,
    tool_errors = t.tool_errors + excluded.tool_errors,
    tool_time_us = coalesce(t.tool_time_us + excluded.tool_time_us, t.tool_time_us, excluded.tool_time_us),
    timed_tool_calls = t.timed_tool_calls + excluded.timed_tool_calls,
    tool_cost_nanos = coalesce(t.tool_cost_nanos + excluded.tool_cost_nanos, t.tool_cost_nanos, excluded.tool_cost_nanos),
    runs = t.runs + excluded.runs,
    failed_runs = t.failed_runs + excluded.failed_runs,
    run_time_us = coalesce(t.run_time_us + excluded.run_time_us, t.run_time_us, excluded.run_time_us)),
label_usage_hour_partial as materialized (
  select <fold of partials of label_usage_hour>
  from label_usage_partial p group by 1, 2, 3, 4, 5, 6),
label_usage_hour_added as (
  insert into runfold_rebuild.label_usage_hour as t (project, name, hour, value, provider, model, <measures of user_usage>)
  select project, name, hour, value, provider, model, <measures of user_usage> from label_usage_hour_partial order by project, name, hour, value, provider, model
  on conflict (project, name, hour, value, provider, model) do update set
    assistant_messages = t.assistant_messages + excluded.assistant_messages,
    message_errors = t.message_errors + excluded.message_errors,
    metered_messages = t.metered_messages + excluded.metered_messages,
    unpriced_messages = t.unpriced_messages + excluded.unpriced_messages,
    input_tokens = coalesce(t.input_tokens + excluded.input_tokens, t.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(t.output_tokens + excluded.output_tokens, t.output_tokens, excluded.output_tokens),
    total_tokens = coalesce(t.total_tokens + excluded.total_tokens, t.total_tokens, excluded.total_tokens),
    prompt_tokens = coalesce(t.prompt_tokens + excluded.prompt_tokens, t.prompt_tokens, excluded.prompt_tokens),
    completion_tokens = coalesce(t.completion_tokens + excluded.completion_tokens, t.completion_tokens, excluded.completion_tokens),
    audio_tokens = coalesce(t.audio_tokens + excluded.audio_tokens, t.audio_tokens, excluded.audio_tokens),
    input_audio_tokens = coalesce(t.input_audio_tokens + excluded.input_audio_tokens, t.input_audio_tokens, excluded.input_audio_tokens),
    output_audio_tokens = coalesce(t.output_audio_tokens + excluded.output_audio_tokens, t.output_audio_tokens, excluded.output_audio_tokens),
    cached_tokens = coalesce(t.cached_tokens + excluded.cached_tokens, t.cached_tokens, excluded.cached_tokens),
    cache_write_tokens = coalesce(t.cache_write_tokens + excluded.cache_write_tokens, t.cache_write_tokens, excluded.cache_write_tokens),
    cache_write_1h_tokens = coalesce(t.cache_write_1h_tokens + excluded.cache_write_1h_tokens, t.cache_write_1h_tokens, excluded.cache_write_1h_tokens),
    reasoning_tokens = coalesce(t.reasoning_tokens + excluded.reasoning_tokens, t.reasoning_tokens, excluded.reasoning_tokens),
    time_us = coalesce(t.time_us + excluded.time_us, t.time_us, excluded.time_us),
    timed_messages = t.timed_messages + excluded.timed_messages,
    timed_output_tokens = coalesce(t.timed_output_tokens + excluded.timed_output_tokens, t.timed_output_tokens, excluded.timed_output_tokens),
    time_to_first_token_us = coalesce(t.time_to_first_token_us + excluded.time_to_first_token_us, t.time_to_first_token_us, excluded.time_to_first_token_us),
    streamed_messages = t.streamed_messages + excluded.streamed_messages,
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos),
    tool_calls = t.tool_calls + excluded.tool_calls,
    tool_errors = t.tool_errors + excluded.tool_errors,
    tool_time_us = coalesce(t.tool_time_us + excluded.tool_time_us, t.tool_time_us, excluded.tool_time_us),
    timed_tool_calls = t.timed_tool_calls + excluded.timed_tool_calls,
    tool_cost_nanos = coalesce(t.tool_cost_nanos + excluded.tool_cost_nanos, t.tool_cost_nanos, excluded.tool_cost_nanos),
    runs = t.runs + excluded.runs,
    failed_runs = t.failed_runs + excluded.failed_runs,
    run_time_us = coalesce(t.run_time_us + excluded.run_time_us, t.run_time_us, excluded.run_time_us)),
label_usage_day_partial as materialized (
  select <fold of partials of label_usage_day>
  from label_usage_hour_partial p group by 1, 2, 3, 4, 5, 6),
label_usage_day_added as (
  insert into runfold_rebuild.label_usage_day as t (project, name, day, value, provider, model, <measures of user_usage_day>)
  select project, name, day, value, provider, model, <measures of user_usage_day> from label_usage_day_partial order by project, name, day, value, provider, model
  on conflict (project, name, day, value, provider, model) do update set
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos),
    tool_cost_nanos = coalesce(t.tool_cost_nanos + excluded.tool_cost_nanos, t.tool_cost_nanos, excluded.tool_cost_nanos),
    total_tokens = coalesce(t.total_tokens + excluded.total_tokens, t.total_tokens, excluded.total_tokens),
    runs = t.runs + excluded.runs,
    tool_calls = t.tool_calls + excluded.tool_calls,
    tool_errors = t.tool_errors + excluded.tool_errors,
    assistant_messages = t.assistant_messages + excluded.assistant_messages,
    input_tokens = coalesce(t.input_tokens + excluded.input_tokens, t.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(t.output_tokens + excluded.output_tokens, t.output_tokens, excluded.output_tokens),
    message_errors = t.message_errors + excluded.message_errors,
    metered_messages = t.metered_messages + excluded.metered_messages,
    unpriced_messages = t.unpriced_messages + excluded.unpriced_messages,
    prompt_tokens = coalesce(t.prompt_tokens + excluded.prompt_tokens, t.prompt_tokens, excluded.prompt_tokens),
    completion_tokens = coalesce(t.completion_tokens + excluded.completion_tokens, t.completion_tokens, excluded.completion_tokens),
    audio_tokens = coalesce(t.audio_tokens + excluded.audio_tokens, t.audio_tokens, excluded.audio_tokens),
    input_audio_tokens = coalesce(t.input_audio_tokens + excluded.input_audio_tokens, t.input_audio_tokens, excluded.input_audio_tokens),
    output_audio_tokens = coalesce(t.output_audio_tokens + excluded.output_audio_tokens, t.output_audio_tokens, excluded.output_audio_tokens),
    cached_tokens = coalesce(t.cached_tokens + excluded.cached_tokens, t.cached_tokens, excluded.cached_tokens),
    cache_write_tokens = coalesce(t.cache_write_tokens + excluded.cache_write_tokens, t.cache_write_tokens, excluded.cache_write_tokens),
    cache_write_1h_tokens = coalesce(t.cache_write_1h_tokens + excluded.cache_write_1h_tokens, t.cache_write_1h_tokens, excluded.cache_write_1h_tokens),
    reasoning_tokens = coalesce(t.reasoning_tokens + excluded.reasoning_tokens, t.reasoning_tokens, excluded.reasoning_tokens),
    time_us = coalesce(t.time_us + excluded.time_us, t.time_us, excluded.time_us),
    timed_messages = t.timed_messages + excluded.timed_messages,
    timed_output_tokens = coalesce(t.timed_output_tokens + excluded.timed_output_tokens, t.timed_output_tokens, excluded.timed_output_tokens),
    time_to_first_token_us = coalesce(t.time_to_first_token_us + excluded.time_to_first_token_us, t.time_to_first_token_us, excluded.time_to_first_token_us),
    streamed_messages = t.streamed_messages + excluded.streamed_messages,
    tool_time_us = coalesce(t.tool_time_us + excluded.tool_time_us, t.tool_time_us, excluded.tool_time_us),
    timed_tool_calls = t.timed_tool_calls + excluded.timed_tool_calls,
    failed_runs = t.failed_runs + excluded.failed_runs,
    run_time_us = coalesce(t.run_time_us + excluded.run_time_us, t.run_time_us, excluded.run_time_us)),
run_partial as materialized (
  select <fold of run>
  from added e group by 1, 2, 3),
run_added as (
  insert into runfold_rebuild.run as t (<columns of run>)
  select <columns of run> from run_partial order by project, session_id, run_id
  on conflict (project, session_id, run_id) do update set
    started_at_us = least(t.started_at_us, excluded.started_at_us),
    ended_at_us = greatest(t.ended_at_us, excluded.ended_at_us),
    ended_period = greatest(t.ended_period, excluded.ended_period),
    status = greatest(t.status, excluded.status),
    parent_run_id = greatest(t.parent_run_id, excluded.parent_run_id),
    agent_id = greatest(t.agent_id, excluded.agent_id),
    agent_name = greatest(t.agent_name, excluded.agent_name),
    team_id = greatest(t.team_id, excluded.team_id),
    workflow_id = greatest(t.workflow_id, excluded.workflow_id),
    user_id = greatest(t.user_id, excluded.user_id),
    model = greatest(t.model, excluded.model),
    provider = greatest(t.provider, excluded.provider),
    messages = t.messages + excluded.messages,
    assistant_messages = t.assistant_messages + excluded.assistant_messages,
    message_errors = t.message_errors + excluded.message_errors,
    metered_messages = t.metered_messages + excluded.metered_messages,
    unpriced_messages = t.unpriced_messages + excluded.unpriced_messages,
    tool_calls = t.tool_calls + excluded.tool_calls,
    tool_errors = t.tool_errors + excluded.tool_errors,
    input_tokens = coalesce(t.input_tokens + excluded.input_tokens, t.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(t.output_tokens + excluded.output_tokens, t.output_tokens, excluded.output_tokens),
    total_tokens = coalesce(t.total_tokens + excluded.total_tokens, t.total_tokens, excluded.total_tokens),
    prompt_tokens = coalesce(t.prompt_tokens + excluded.prompt_tokens, t.prompt_tokens, excluded.prompt_tokens),
    completion_tokens = coalesce(t.completion_tokens + excluded.completion_tokens, t.completion_tokens, excluded.completion_tokens),
    audio_tokens = coalesce(t.audio_tokens + excluded.audio_tokens, t.audio_tokens, excluded.audio_tokens),
    input_audio_tokens = coalesce(t.input_audio_tokens + excluded.input_audio_tokens, t.input_audio_tokens, excluded.input_audio_tokens),
    output_audio_tokens = coalesce(t.output_audio_tokens + excluded.output_audio_tokens, t.output_audio_tokens, excluded.output_audio_tokens),
    cached_tokens = coalesce(t.cached_tokens + excluded.cached_tokens, t.cached_tokens, excluded.cached_tokens),
    cache_write_tokens = coalesce(t.cache_write_tokens + excluded.cache_write_tokens, t.cache_write_tokens, excluded.cache_write_tokens),
    cache_write_1h_tokens = coalesce(t.cache_write_1h_tokens + excluded.cache_write_1h_tokens, t.cache_write_1h_tokens, excluded.cache_write_1h_tokens),
    reasoning_tokens = coalesce(t.reasoning_tokens + excluded.reasoning_tokens, t.reasoning_tokens, excluded.reasoning_tokens),
    time_us = coalesce(t.time_us + excluded.time_us, t.time_us, excluded.time_us),
    time_to_first_token_us = least(t.time_to_first_token_us, excluded.time_to_first_token_us),
    tool_time_us = coalesce(t.tool_time_us + excluded.tool_time_us, t.tool_time_us, excluded.tool_time_us),
    run_time_us = coalesce(t.run_time_us + excluded.run_time_us, t.run_time_us, excluded.run_time_us),
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos)
  returning t.project, t.session_id, t.run_id, (t.xmax = 0) as is_new),
run_change as (
  select <columns of run>, 0 as rows_added
    from run_partial
  union all
  select project, session_id, run_id, null::bigint as started_at_us, null::bigint as ended_at_us, null::integer as ended_period, null::text collate "C" as status, null::text collate "C" as parent_run_id, null::text collate "C" as agent_id, null::text collate "C" as agent_name, null::text collate "C" as team_id, null::text collate "C" as workflow_id, null::text collate "C" as user_id, null::text collate "C" as model, null::text collate "C" as provider, null::bigint as messages, null::bigint as assistant_messages, null::bigint as message_errors, null::bigint as metered_messages, null::bigint as unpriced_messages, null::bigint as tool_calls, null::bigint as tool_errors, null::bigint as input_tokens, null::bigint as output_tokens, null::bigint as total_tokens, null::bigint as prompt_tokens, null::bigint as completion_tokens, null::bigint as audio_tokens, null::bigint as input_audio_tokens, null::bigint as output_audio_tokens, null::bigint as cached_tokens, null::bigint as cache_write_tokens, null::bigint as cache_write_1h_tokens, null::bigint as reasoning_tokens, null::bigint as time_us, null::text collate "C" as time_to_first_token_us, null::bigint as tool_time_us, null::bigint as run_time_us, null::bigint as cost_nanos, 1 as rows_added
    from run_added where is_new),
session_partial as materialized (
  select <fold of partials of session>
  from run_change p group by 1, 2),
session_added as (
  insert into runfold_rebuild.session as t (<columns of session>)
  select <columns of session> from session_partial order by project, session_id
  on conflict (project, session_id) do update set
    runs = t.runs + excluded.runs,
    started_at_us = least(t.started_at_us, excluded.started_at_us),
    ended_at_us = greatest(t.ended_at_us, excluded.ended_at_us),
    agent_id = greatest(t.agent_id, excluded.agent_id),
    team_id = greatest(t.team_id, excluded.team_id),
    workflow_id = greatest(t.workflow_id, excluded.workflow_id),
    user_id = greatest(t.user_id, excluded.user_id),
    model = greatest(t.model, excluded.model),
    provider = greatest(t.provider, excluded.provider),
    messages = t.messages + excluded.messages,
    assistant_messages = t.assistant_messages + excluded.assistant_messages,
    message_errors = t.message_errors + excluded.message_errors,
    metered_messages = t.metered_messages + excluded.metered_messages,
    unpriced_messages = t.unpriced_messages + excluded.unpriced_messages,
    tool_calls = t.tool_calls + excluded.tool_calls,
    tool_errors = t.tool_errors + excluded.tool_errors,
    input_tokens = coalesce(t.input_tokens + excluded.input_tokens, t.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(t.output_tokens + excluded.output_tokens, t.output_tokens, excluded.output_tokens),
    total_tokens = coalesce(t.total_tokens + excluded.total_tokens, t.total_tokens, excluded.total_tokens),
    prompt_tokens = coalesce(t.prompt_tokens + excluded.prompt_tokens, t.prompt_tokens, excluded.prompt_tokens),
    completion_tokens = coalesce(t.completion_tokens + excluded.completion_tokens, t.completion_tokens, excluded.completion_tokens),
    audio_tokens = coalesce(t.audio_tokens + excluded.audio_tokens, t.audio_tokens, excluded.audio_tokens),
    input_audio_tokens = coalesce(t.input_audio_tokens + excluded.input_audio_tokens, t.input_audio_tokens, excluded.input_audio_tokens),
    output_audio_tokens = coalesce(t.output_audio_tokens + excluded.output_audio_tokens, t.output_audio_tokens, excluded.output_audio_tokens),
    cached_tokens = coalesce(t.cached_tokens + excluded.cached_tokens, t.cached_tokens, excluded.cached_tokens),
    cache_write_tokens = coalesce(t.cache_write_tokens + excluded.cache_write_tokens, t.cache_write_tokens, excluded.cache_write_tokens),
    cache_write_1h_tokens = coalesce(t.cache_write_1h_tokens + excluded.cache_write_1h_tokens, t.cache_write_1h_tokens, excluded.cache_write_1h_tokens),
    reasoning_tokens = coalesce(t.reasoning_tokens + excluded.reasoning_tokens, t.reasoning_tokens, excluded.reasoning_tokens),
    time_us = coalesce(t.time_us + excluded.time_us, t.time_us, excluded.time_us),
    time_to_first_token_us = least(t.time_to_first_token_us, excluded.time_to_first_token_us),
    tool_time_us = coalesce(t.tool_time_us + excluded.tool_time_us, t.tool_time_us, excluded.tool_time_us),
    run_time_us = coalesce(t.run_time_us + excluded.run_time_us, t.run_time_us, excluded.run_time_us),
    cost_nanos = coalesce(t.cost_nanos + excluded.cost_nanos, t.cost_nanos, excluded.cost_nanos)),
session_user_partial as materialized (
  select <fold of session_user>
  from added e where (e.user_id is not null) group by 1, 2, 3),
session_user_added as (
  insert into runfold_rebuild.session_user as t (project, user_id, session_id, started_at_us, ended_at_us)
  select project, user_id, session_id, started_at_us, ended_at_us from session_user_partial order by project, user_id, session_id
  on conflict (project, user_id, session_id) do update set
    started_at_us = least(t.started_at_us, excluded.started_at_us),
    ended_at_us = greatest(t.ended_at_us, excluded.ended_at_us)
  where t.started_at_us is distinct from least(t.started_at_us, excluded.started_at_us) or t.ended_at_us is distinct from greatest(t.ended_at_us, excluded.ended_at_us)),
run_label_partial as materialized (
  select <fold of run_label>
  from (select e.project,
      e.session_id,
      e.run_id,
      e.labels
    from added e where e.labels is not null group by 1, 2, 3, 4) p
  cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(p.labels::json) j) l group by 1, 2, 3, 4),
run_label_added as (
  insert into runfold_rebuild.run_label as t (project, session_id, run_id, name, value)
  select project, session_id, run_id, name, value from run_label_partial order by project, session_id, run_id, name
  on conflict (project, session_id, run_id, name) do update set
    value = greatest(t.value, excluded.value)
  where t.value is distinct from greatest(t.value, excluded.value))
    select count(*)::integer as drained from added
