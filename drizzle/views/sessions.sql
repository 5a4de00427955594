create view runfold.sessions as select
  t.project as project,
  t.session_id as session_id,
  t.runs as runs,
  (timestamp 'epoch' + t.started_at_us * interval '1 microsecond') at time zone 'UTC' as started_at,
  (timestamp 'epoch' + t.ended_at_us * interval '1 microsecond') at time zone 'UTC' as ended_at,
  t.agent_id as agent_id,
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
from runfold_internal.session t;

comment on view runfold.sessions is 'One row per session: the totals of its runs.';
comment on column runfold.sessions.project is 'The project; 1 unless projects are used';
comment on column runfold.sessions.session_id is 'The conversation';
comment on column runfold.sessions.runs is 'Runs';
comment on column runfold.sessions.started_at is 'When its first event began';
comment on column runfold.sessions.ended_at is 'When its last event ended';
comment on column runfold.sessions.agent_id is 'The agent';
comment on column runfold.sessions.team_id is 'The team';
comment on column runfold.sessions.workflow_id is 'The workflow';
comment on column runfold.sessions.user_id is 'The user';
comment on column runfold.sessions.model is 'The model that answered last';
comment on column runfold.sessions.provider is 'The provider that answered last';
comment on column runfold.sessions.messages is 'Messages of any role';
comment on column runfold.sessions.assistant_messages is 'Messages of the assistant';
comment on column runfold.sessions.message_errors is 'Messages of the assistant that failed';
comment on column runfold.sessions.metered_messages is 'Messages of the assistant that reported their tokens';
comment on column runfold.sessions.unpriced_messages is 'Messages of the assistant with tokens and without a cost';
comment on column runfold.sessions.tool_calls is 'Tool calls';
comment on column runfold.sessions.tool_errors is 'Tool calls that failed';
comment on column runfold.sessions.input_tokens is 'Tokens sent to the model, including those read from and written to a cache';
comment on column runfold.sessions.output_tokens is 'Tokens the model produced, including its reasoning';
comment on column runfold.sessions.total_tokens is 'All tokens; input + output unless reported';
comment on column runfold.sessions.prompt_tokens is 'Input tokens as the provider named them';
comment on column runfold.sessions.completion_tokens is 'Output tokens as the provider named them';
comment on column runfold.sessions.audio_tokens is 'Audio tokens, input and output';
comment on column runfold.sessions.input_audio_tokens is 'Audio tokens sent; a subset of input';
comment on column runfold.sessions.output_audio_tokens is 'Audio tokens produced; a subset of output';
comment on column runfold.sessions.cached_tokens is 'Input tokens read from a cache; a subset of input';
comment on column runfold.sessions.cache_write_tokens is 'Input tokens written to a cache; a subset of input, not part of cached_tokens';
comment on column runfold.sessions.cache_write_1h_tokens is 'Tokens written to a cache for an hour; a subset of cache_write_tokens';
comment on column runfold.sessions.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
comment on column runfold.sessions.time is 'Time of the assistant''s messages added up, in seconds';
comment on column runfold.sessions.time_to_first_token is 'The first non-zero time to first token, in seconds';
comment on column runfold.sessions.tool_time is 'Time of the tool calls added up, in seconds';
comment on column runfold.sessions.run_time is 'Wall-clock time the run events reported, in seconds';
comment on column runfold.sessions.cost is 'Cost of its messages and tool calls, in US dollars';
