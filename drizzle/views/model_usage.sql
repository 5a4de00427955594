create view runfold.model_usage as select
  t.project as project,
  (timestamp 'epoch' + (t.bucket::bigint * 900000000) * interval '1 microsecond') at time zone 'UTC' as bucket_start,
  nullif(t.agent_id, '') as agent_id,
  nullif(t.team_id, '') as team_id,
  nullif(t.workflow_id, '') as workflow_id,
  nullif(t.provider, '') as provider,
  nullif(t.model, '') as model,
  t.assistant_messages as assistant_messages,
  t.message_errors as message_errors,
  t.metered_messages as metered_messages,
  t.unpriced_messages as unpriced_messages,
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
  t.timed_messages as timed_messages,
  t.timed_output_tokens as timed_output_tokens,
  trim_scale(t.time_to_first_token_us / 1000000.0) as time_to_first_token,
  t.streamed_messages as streamed_messages,
  trim_scale(t.cost_nanos / 1000000000.0) as cost
from runfold_internal.model_usage t;

comment on view runfold.model_usage is 'One row per quarter of an hour, agent, team, workflow, provider and model: what the assistant''s messages used.';
comment on column runfold.model_usage.project is 'The project; 1 unless projects are used';
comment on column runfold.model_usage.bucket_start is 'The start of the quarter of an hour, in UTC, in which the events ended';
comment on column runfold.model_usage.agent_id is 'The agent';
comment on column runfold.model_usage.team_id is 'The team';
comment on column runfold.model_usage.workflow_id is 'The workflow';
comment on column runfold.model_usage.provider is 'The provider';
comment on column runfold.model_usage.model is 'The model';
comment on column runfold.model_usage.assistant_messages is 'Messages of the assistant';
comment on column runfold.model_usage.message_errors is 'Messages of the assistant that failed';
comment on column runfold.model_usage.metered_messages is 'Messages of the assistant that reported their tokens';
comment on column runfold.model_usage.unpriced_messages is 'Messages of the assistant with tokens and without a cost';
comment on column runfold.model_usage.input_tokens is 'Tokens sent to the model, including those read from and written to a cache';
comment on column runfold.model_usage.output_tokens is 'Tokens the model produced, including its reasoning';
comment on column runfold.model_usage.total_tokens is 'All tokens; input + output unless reported';
comment on column runfold.model_usage.prompt_tokens is 'Input tokens as the provider named them';
comment on column runfold.model_usage.completion_tokens is 'Output tokens as the provider named them';
comment on column runfold.model_usage.audio_tokens is 'Audio tokens, input and output';
comment on column runfold.model_usage.input_audio_tokens is 'Audio tokens sent; a subset of input';
comment on column runfold.model_usage.output_audio_tokens is 'Audio tokens produced; a subset of output';
comment on column runfold.model_usage.cached_tokens is 'Input tokens read from a cache; a subset of input';
comment on column runfold.model_usage.cache_write_tokens is 'Input tokens written to a cache; a subset of input, not part of cached_tokens';
comment on column runfold.model_usage.cache_write_1h_tokens is 'Tokens written to a cache for an hour; a subset of cache_write_tokens';
comment on column runfold.model_usage.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
comment on column runfold.model_usage.time is 'Time of the messages added up, in seconds';
comment on column runfold.model_usage.timed_messages is 'Messages that reported their time';
comment on column runfold.model_usage.timed_output_tokens is 'Tokens produced by messages that reported their time';
comment on column runfold.model_usage.time_to_first_token is 'Times to first token added up, in seconds';
comment on column runfold.model_usage.streamed_messages is 'Messages that reported a time to first token';
comment on column runfold.model_usage.cost is 'Cost of the messages, in US dollars';
