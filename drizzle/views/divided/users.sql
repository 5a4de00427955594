create view runfold.users as select
  t.project as project,
  t.user_id as user_id,
  s.sessions as sessions,
  (timestamp 'epoch' + s.started_at_us * interval '1 microsecond') at time zone 'UTC' as first_started_at,
  (timestamp 'epoch' + s.ended_at_us * interval '1 microsecond') at time zone 'UTC' as last_ended_at,
  r.runs as runs,
  coalesce(u.assistant_messages, 0) as assistant_messages,
  coalesce(u.message_errors, 0) as message_errors,
  coalesce(u.metered_messages, 0) as metered_messages,
  coalesce(u.unpriced_messages, 0) as unpriced_messages,
  coalesce(u.tool_calls, 0) as tool_calls,
  coalesce(u.tool_errors, 0) as tool_errors,
  u.input_tokens as input_tokens,
  u.output_tokens as output_tokens,
  u.total_tokens as total_tokens,
  u.prompt_tokens as prompt_tokens,
  u.completion_tokens as completion_tokens,
  u.audio_tokens as audio_tokens,
  u.input_audio_tokens as input_audio_tokens,
  u.output_audio_tokens as output_audio_tokens,
  u.cached_tokens as cached_tokens,
  u.cache_write_tokens as cache_write_tokens,
  u.cache_write_1h_tokens as cache_write_1h_tokens,
  u.reasoning_tokens as reasoning_tokens,
  trim_scale(u.time_us / 1000000.0) as time,
  trim_scale(u.tool_time_us / 1000000.0) as tool_time,
  trim_scale(coalesce(u.cost_nanos + u.tool_cost_nanos, u.cost_nanos, u.tool_cost_nanos) / 1000000000.0) as cost
from (select t.project, t.user_id from runfold_internal.session_user t group by t.project, t.user_id) t
  join (select s.project, s.user_id, count(*) as sessions, min(s.started_at_us) as started_at_us, max(s.ended_at_us) as ended_at_us
    from runfold_internal.session_user s group by s.project, s.user_id) s on s.project = t.project and s.user_id = t.user_id
  join (select o.project, o.user_id, sum(o.runs)::bigint as runs from (
      select r.project, r.user_id, 1 as runs from runfold_internal.run r where r.user_id is not null
      union all select s.project, s.user_id, 0 from runfold_internal.session_user s) o
    group by o.project, o.user_id) r on r.project = t.project and r.user_id = t.user_id
  left join (select a.project, a.user_id, sum(a.assistant_messages)::bigint as assistant_messages, sum(a.message_errors)::bigint as message_errors, sum(a.metered_messages)::bigint as metered_messages, sum(a.unpriced_messages)::bigint as unpriced_messages, sum(a.tool_calls)::bigint as tool_calls, sum(a.tool_errors)::bigint as tool_errors, sum(a.input_tokens)::bigint as input_tokens, sum(a.output_tokens)::bigint as output_tokens, sum(a.total_tokens)::bigint as total_tokens, sum(a.prompt_tokens)::bigint as prompt_tokens, sum(a.completion_tokens)::bigint as completion_tokens, sum(a.audio_tokens)::bigint as audio_tokens, sum(a.input_audio_tokens)::bigint as input_audio_tokens, sum(a.output_audio_tokens)::bigint as output_audio_tokens, sum(a.cached_tokens)::bigint as cached_tokens, sum(a.cache_write_tokens)::bigint as cache_write_tokens, sum(a.cache_write_1h_tokens)::bigint as cache_write_1h_tokens, sum(a.reasoning_tokens)::bigint as reasoning_tokens, sum(a.time_us)::bigint as time_us, sum(a.tool_time_us)::bigint as tool_time_us, sum(a.cost_nanos)::bigint as cost_nanos, sum(a.tool_cost_nanos)::bigint as tool_cost_nanos
    from runfold_internal.user_usage a group by a.project, a.user_id) u on u.project = t.project and u.user_id = t.user_id;

comment on view runfold.users is 'One row per user: the sums of all events that name the user. Fast for a single user, because of an index.';
comment on column runfold.users.project is 'The project; 1 unless projects are used';
comment on column runfold.users.user_id is 'The user';
comment on column runfold.users.sessions is 'Sessions in which an event names the user';
comment on column runfold.users.first_started_at is 'When the first of the user''s events began';
comment on column runfold.users.last_ended_at is 'When the last of the user''s events ended';
comment on column runfold.users.runs is 'Runs of the user. A run whose events name several users belongs to the last in byte order';
comment on column runfold.users.assistant_messages is 'Messages of the assistant';
comment on column runfold.users.message_errors is 'Messages of the assistant that failed';
comment on column runfold.users.metered_messages is 'Messages of the assistant that reported their tokens';
comment on column runfold.users.unpriced_messages is 'Messages of the assistant with tokens and without a cost';
comment on column runfold.users.tool_calls is 'Tool calls';
comment on column runfold.users.tool_errors is 'Tool calls that failed';
comment on column runfold.users.input_tokens is 'Tokens sent to the model, including those read from and written to a cache';
comment on column runfold.users.output_tokens is 'Tokens the model produced, including its reasoning';
comment on column runfold.users.total_tokens is 'All tokens; input + output unless reported';
comment on column runfold.users.prompt_tokens is 'Input tokens as the provider named them';
comment on column runfold.users.completion_tokens is 'Output tokens as the provider named them';
comment on column runfold.users.audio_tokens is 'Audio tokens, input and output';
comment on column runfold.users.input_audio_tokens is 'Audio tokens sent; a subset of input';
comment on column runfold.users.output_audio_tokens is 'Audio tokens produced; a subset of output';
comment on column runfold.users.cached_tokens is 'Input tokens read from a cache; a subset of input';
comment on column runfold.users.cache_write_tokens is 'Input tokens written to a cache; a subset of input, not part of cached_tokens';
comment on column runfold.users.cache_write_1h_tokens is 'Tokens written to a cache for an hour; a subset of cache_write_tokens';
comment on column runfold.users.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
comment on column runfold.users.time is 'Time of the assistant''s messages added up, in seconds';
comment on column runfold.users.tool_time is 'Time of the tool calls added up, in seconds';
comment on column runfold.users.cost is 'Cost of messages and tool calls, in US dollars';
