create view runfold.runs as select
  t.project as project,
  t.session_id as session_id,
  t.run_id as run_id,
  (timestamp 'epoch' + t.started_at_us * interval '1 microsecond') at time zone 'UTC' as started_at,
  (timestamp 'epoch' + t.ended_at_us * interval '1 microsecond') at time zone 'UTC' as ended_at,
  case substr(t.status, strpos(t.status, E'\x01\x01') + 2)::bigint when 1 then 'paused' when 2 then 'completed' when 3 then 'error' when 4 then 'cancelled' end as status,
  t.parent_run_id as parent_run_id,
  t.agent_id as agent_id,
  t.agent_name as agent_name,
  t.team_id as team_id,
  t.workflow_id as workflow_id,
  t.user_id as user_id,
  substr(t.model, strpos(t.model, E'\x01\x01') + 2) as model,
  substr(t.provider, strpos(t.provider, E'\x01\x01') + 2) as provider,
  t.messages as messages,
  t.assistant_messages as assistant_messages,
  t.message_errors as message_errors,
  t.metered_messages as metered_messages,
  t.unpriced_messages as unpriced_messages,
  t.tool_calls as tool_calls,
  t.tool_errors as tool_errors,
  t.input_tokens as input_tokens,
  t.output_tokens as output_tokens,
  t.total_tokens as total_tokens,
  t.prompt_tokens as prompt_tokens,
  t.completion_tokens as completion_tokens,
  t.audio_tokens as audio_tokens,
  t.input_audio_tokens as input_audio_tokens,
  t.output_audio_tokens as output_audio_tokens,
  t.cached_tokens as cached_tokens,
  t.cache_write_tokens as cache_write_tokens,
  t.cache_write_1h_tokens as cache_write_1h_tokens,
  t.reasoning_tokens as reasoning_tokens,
  trim_scale(t.time_us / 1000000.0) as time,
  trim_scale(substr(t.time_to_first_token_us, strpos(t.time_to_first_token_us, E'\x01\x01') + 2)::bigint / 1000000.0) as time_to_first_token,
  trim_scale(t.tool_time_us / 1000000.0) as tool_time,
  trim_scale(t.run_time_us / 1000000.0) as run_time,
  trim_scale(t.cost_nanos / 1000000000.0) as cost
from runfold_internal.run t;

comment on view runfold.runs is 'One row per run: who ran, for how long, and what it used.';
comment on column runfold.runs.project is 'The project; 1 unless projects are used';
comment on column runfold.runs.session_id is 'The conversation';
comment on column runfold.runs.run_id is 'The run';
comment on column runfold.runs.started_at is 'When its first event began';
comment on column runfold.runs.ended_at is 'When its last event ended';
comment on column runfold.runs.status is 'How it ended, by the last run event';
comment on column runfold.runs.parent_run_id is 'The run that delegated to this one';
comment on column runfold.runs.agent_id is 'The agent';
comment on column runfold.runs.agent_name is 'The agent''s name';
comment on column runfold.runs.team_id is 'The team';
comment on column runfold.runs.workflow_id is 'The workflow';
comment on column runfold.runs.user_id is 'The user';
comment on column runfold.runs.model is 'The model that answered last';
comment on column runfold.runs.provider is 'The provider that answered last';
comment on column runfold.runs.messages is 'Messages of any role';
comment on column runfold.runs.assistant_messages is 'Messages of the assistant';
comment on column runfold.runs.message_errors is 'Messages of the assistant that failed';
comment on column runfold.runs.metered_messages is 'Messages of the assistant that reported their tokens';
comment on column runfold.runs.unpriced_messages is 'Messages of the assistant with tokens and without a cost';
comment on column runfold.runs.tool_calls is 'Tool calls';
comment on column runfold.runs.tool_errors is 'Tool calls that failed';
comment on column runfold.runs.input_tokens is 'Tokens sent to the model, including those read from and written to a cache';
comment on column runfold.runs.output_tokens is 'Tokens the model produced, including its reasoning';
comment on column runfold.runs.total_tokens is 'All tokens; input + output unless reported';
comment on column runfold.runs.prompt_tokens is 'Input tokens as the provider named them';
comment on column runfold.runs.completion_tokens is 'Output tokens as the provider named them';
comment on column runfold.runs.audio_tokens is 'Audio tokens, input and output';
comment on column runfold.runs.input_audio_tokens is 'Audio tokens sent; a subset of input';
comment on column runfold.runs.output_audio_tokens is 'Audio tokens produced; a subset of output';
comment on column runfold.runs.cached_tokens is 'Input tokens read from a cache; a subset of input';
comment on column runfold.runs.cache_write_tokens is 'Input tokens written to a cache; a subset of input, not part of cached_tokens';
comment on column runfold.runs.cache_write_1h_tokens is 'Tokens written to a cache for an hour; a subset of cache_write_tokens';
comment on column runfold.runs.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
comment on column runfold.runs.time is 'Time of the assistant''s messages added up, in seconds';
comment on column runfold.runs.time_to_first_token is 'The first non-zero time to first token, in seconds';
comment on column runfold.runs.tool_time is 'Time of the tool calls added up, in seconds';
comment on column runfold.runs.run_time is 'Wall-clock time the run events reported, in seconds';
comment on column runfold.runs.cost is 'Cost of its messages and tool calls, in US dollars';
