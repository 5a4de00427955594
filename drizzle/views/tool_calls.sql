create view runfold.tool_calls as select
  e.project as project,
  e.session_id as session_id,
  e.run_id as run_id,
  coalesce(e.original_id, e.id::text) as id,
  (timestamp 'epoch' + e.occurred_at_us * interval '1 microsecond') at time zone 'UTC' as occurred_at,
  e.sequence as sequence,
  e.tool_name as tool_name,
  e.tool_call_id as tool_call_id,
  e.error as error,
  e.error_text as error_text,
  e.parent_run_id as parent_run_id,
  e.agent_id as agent_id,
  e.agent_name as agent_name,
  e.team_id as team_id,
  e.workflow_id as workflow_id,
  e.user_id as user_id,
  e.model as model,
  e.provider as provider,
  coalesce(e.cost_source, case when e.cost_nanos is not null then 'reported' end) as cost_source,
  e.hold_id as hold_id,
  e.labels::json as labels,
  e.input_tokens as input_tokens,
  e.output_tokens as output_tokens,
  e.total_tokens as total_tokens,
  e.prompt_tokens as prompt_tokens,
  e.completion_tokens as completion_tokens,
  e.audio_tokens as audio_tokens,
  e.input_audio_tokens as input_audio_tokens,
  e.output_audio_tokens as output_audio_tokens,
  e.cached_tokens as cached_tokens,
  e.cache_write_tokens as cache_write_tokens,
  e.cache_write_1h_tokens as cache_write_1h_tokens,
  e.reasoning_tokens as reasoning_tokens,
  e.prompt_tokens_details as prompt_tokens_details,
  e.completion_tokens_details as completion_tokens_details,
  e.additional_metrics as additional_metrics,
  trim_scale(e.time_us / 1000000.0) as time,
  trim_scale(e.time_to_first_token_us / 1000000.0) as time_to_first_token,
  trim_scale(e.cost_nanos / 1000000000.0) as cost,
  coalesce(e.original_corrects, e.corrects::text) as corrects,
  e.recorded_at as recorded_at
from runfold_internal.event e where e.type = 2;

comment on view runfold.tool_calls is 'One row per tool call, as it was recorded. Corrections are separate rows.';
comment on column runfold.tool_calls.project is 'The project; 1 unless projects are used';
comment on column runfold.tool_calls.session_id is 'The conversation';
comment on column runfold.tool_calls.run_id is 'The run';
comment on column runfold.tool_calls.id is 'The event, as it was sent';
comment on column runfold.tool_calls.occurred_at is 'When it ended';
comment on column runfold.tool_calls.sequence is 'Its index in the run';
comment on column runfold.tool_calls.tool_name is 'The tool';
comment on column runfold.tool_calls.tool_call_id is 'The call''s id as the model gave it';
comment on column runfold.tool_calls.error is 'Whether it failed; null if not reported';
comment on column runfold.tool_calls.error_text is 'How it failed';
comment on column runfold.tool_calls.parent_run_id is 'The run that delegated to this one';
comment on column runfold.tool_calls.agent_id is 'The agent that ran';
comment on column runfold.tool_calls.agent_name is 'The agent''s name';
comment on column runfold.tool_calls.team_id is 'The team the run belonged to';
comment on column runfold.tool_calls.workflow_id is 'The workflow the run belonged to';
comment on column runfold.tool_calls.user_id is 'The user it was done for';
comment on column runfold.tool_calls.model is 'The model that served it';
comment on column runfold.tool_calls.provider is 'The provider that served it';
comment on column runfold.tool_calls.cost_source is 'Where the cost came from: reported, override, or genai-prices@ and its version';
comment on column runfold.tool_calls.hold_id is 'The hold on budgets that this event uses up: it ends when the event is in the log';
comment on column runfold.tool_calls.labels is 'Your own dimensions: name → string';
comment on column runfold.tool_calls.input_tokens is 'Tokens sent to the model, including those read from and written to a cache';
comment on column runfold.tool_calls.output_tokens is 'Tokens the model produced, including its reasoning';
comment on column runfold.tool_calls.total_tokens is 'All tokens; input + output unless reported';
comment on column runfold.tool_calls.prompt_tokens is 'Input tokens as the provider named them';
comment on column runfold.tool_calls.completion_tokens is 'Output tokens as the provider named them';
comment on column runfold.tool_calls.audio_tokens is 'Audio tokens, input and output';
comment on column runfold.tool_calls.input_audio_tokens is 'Audio tokens sent; a subset of input';
comment on column runfold.tool_calls.output_audio_tokens is 'Audio tokens produced; a subset of output';
comment on column runfold.tool_calls.cached_tokens is 'Input tokens read from a cache; a subset of input';
comment on column runfold.tool_calls.cache_write_tokens is 'Input tokens written to a cache; a subset of input, not part of cached_tokens';
comment on column runfold.tool_calls.cache_write_1h_tokens is 'Tokens written to a cache for an hour; a subset of cache_write_tokens';
comment on column runfold.tool_calls.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
comment on column runfold.tool_calls.prompt_tokens_details is 'The provider''s split of prompt tokens';
comment on column runfold.tool_calls.completion_tokens_details is 'The provider''s split of completion tokens';
comment on column runfold.tool_calls.additional_metrics is 'Your own figures, stored unchanged';
comment on column runfold.tool_calls.time is 'How long it took, in seconds';
comment on column runfold.tool_calls.time_to_first_token is 'Time until the first token arrived, in seconds';
comment on column runfold.tool_calls.cost is 'What it cost, in US dollars';
comment on column runfold.tool_calls.corrects is 'The event this one adjusts; its figures are differences';
comment on column runfold.tool_calls.recorded_at is 'When it was added to the log';
