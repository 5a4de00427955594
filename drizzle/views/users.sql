create view runfold.users as select
  t.project as project,
  t.user_id as user_id,
  count(*) as sessions,
  (timestamp 'epoch' + min(t.started_at_us) * interval '1 microsecond') at time zone 'UTC' as first_started_at,
  (timestamp 'epoch' + max(t.ended_at_us) * interval '1 microsecond') at time zone 'UTC' as last_ended_at,
  sum(t.runs)::bigint as runs,
  sum(t.assistant_messages)::bigint as assistant_messages,
  sum(t.tool_calls)::bigint as tool_calls,
  sum(t.tool_errors)::bigint as tool_errors,
  sum(t.input_tokens)::bigint as input_tokens,
  sum(t.output_tokens)::bigint as output_tokens,
  sum(t.total_tokens)::bigint as total_tokens,
  sum(t.prompt_tokens)::bigint as prompt_tokens,
  sum(t.completion_tokens)::bigint as completion_tokens,
  sum(t.audio_tokens)::bigint as audio_tokens,
  sum(t.input_audio_tokens)::bigint as input_audio_tokens,
  sum(t.output_audio_tokens)::bigint as output_audio_tokens,
  sum(t.cached_tokens)::bigint as cached_tokens,
  sum(t.cache_write_tokens)::bigint as cache_write_tokens,
  sum(t.reasoning_tokens)::bigint as reasoning_tokens,
  trim_scale(sum(t.time_us) / 1000000.0) as time,
  trim_scale(sum(t.tool_time_us) / 1000000.0) as tool_time,
  trim_scale(sum(t.cost_nanos) / 1000000000.0) as cost
from runfold_internal.session t
  where t.user_id is not null group by t.project, t.user_id;

comment on view runfold.users is 'One row a user: the sessions of the user added up. Cheap for one user, who has an index.';
comment on column runfold.users.project is 'The project; 1 unless projects are used';
comment on column runfold.users.user_id is 'The user';
comment on column runfold.users.sessions is 'Sessions';
comment on column runfold.users.first_started_at is 'When the first session began';
comment on column runfold.users.last_ended_at is 'When the last session ended';
comment on column runfold.users.runs is 'Runs';
comment on column runfold.users.assistant_messages is 'Messages of the assistant';
comment on column runfold.users.tool_calls is 'Tool calls';
comment on column runfold.users.tool_errors is 'Tool calls that failed';
comment on column runfold.users.input_tokens is 'Tokens sent to the model';
comment on column runfold.users.output_tokens is 'Tokens the model produced';
comment on column runfold.users.total_tokens is 'All tokens; input + output unless reported';
comment on column runfold.users.prompt_tokens is 'Input tokens as the provider named them';
comment on column runfold.users.completion_tokens is 'Output tokens as the provider named them';
comment on column runfold.users.audio_tokens is 'Audio tokens, input and output';
comment on column runfold.users.input_audio_tokens is 'Audio tokens sent; a subset of input';
comment on column runfold.users.output_audio_tokens is 'Audio tokens produced; a subset of output';
comment on column runfold.users.cached_tokens is 'Input tokens read from a cache; a subset of input';
comment on column runfold.users.cache_write_tokens is 'Input tokens written to a cache';
comment on column runfold.users.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
comment on column runfold.users.time is 'Time of the assistant''s messages added up, in seconds';
comment on column runfold.users.tool_time is 'Time of the tool calls added up, in seconds';
comment on column runfold.users.cost is 'Cost of messages and tool calls, in US dollars';
