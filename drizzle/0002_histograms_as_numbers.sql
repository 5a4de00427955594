drop view if exists runfold.messages
--> statement-breakpoint
drop view if exists runfold.tool_calls
--> statement-breakpoint
drop view if exists runfold.events
--> statement-breakpoint
drop view if exists runfold.runs
--> statement-breakpoint
drop view if exists runfold.sessions
--> statement-breakpoint
drop view if exists runfold.model_usage
--> statement-breakpoint
drop view if exists runfold.tool_usage
--> statement-breakpoint
drop view if exists runfold.latency_quantiles
--> statement-breakpoint
drop view if exists runfold.users
--> statement-breakpoint
create function runfold_internal.histogram_of_cells(cells bigint[]) returns numeric language sql immutable strict as $$
	select sum((c.cell & 1099511627775) * ('1e' || 12 * (c.cell >> 40))::numeric) from unnest(cells) as c(cell) $$
--> statement-breakpoint
ALTER TABLE "runfold_internal"."latency" ALTER COLUMN "time_levels" SET DATA TYPE numeric USING runfold_internal.histogram_of_cells("time_levels");
--> statement-breakpoint
ALTER TABLE "runfold_internal"."latency" ALTER COLUMN "first_token_levels" SET DATA TYPE numeric USING runfold_internal.histogram_of_cells("first_token_levels");
--> statement-breakpoint
ALTER TABLE "runfold_internal"."latency_day" ALTER COLUMN "time_levels" SET DATA TYPE numeric USING runfold_internal.histogram_of_cells("time_levels");
--> statement-breakpoint
ALTER TABLE "runfold_internal"."latency_day" ALTER COLUMN "first_token_levels" SET DATA TYPE numeric USING runfold_internal.histogram_of_cells("first_token_levels");
--> statement-breakpoint
-- The same totals, folded by other statements: they are not stale.
update runfold_internal.projection_state s set fingerprint = d.after from (values
	('run', 'ffd03e6ca261abf68136943027a938214431c9925d7738932b41957e521dfcea', '39f8e0c381da006f9bd26ca1b37c9cde8bfc61fe1655be6caca10b9ae96aa8e6'),
	('session', '47b83f47bf9ca6c83f33f9d130e8731a2f2aaed3aa36d9dad44ac2a7fdcbe80e', '9f6d37287b8dfd00e6f81390f32adc35749ddfddc448deca2f5492325042ff2f'),
	('model_usage', 'ae1dcc433841bfd2eb2285275f780ca5f373ddb596ddd3a17126dd3455a836fd', '53c26a8d61361f68fbccdb7578fbcb0effe67e3b68606b0701a4384203cea1c5'),
	('model_usage_hour', 'a469750fae05bbcb0646a5aa3f2d0f76ab8876f4010907098e309ee11e4db149', 'd404648e28c38bada2c86bcd9ac27c649026dadfa593b68a23f1061399fdb004'),
	('tool_usage', '31dd95a2a71f45e64c4c51301a01b0680a5ea37829ee04803574da5803171107', '05270c5c254152cc01411851301646e3e31293291fc6aa4859fb598333268d0b'),
	('tool_usage_hour', '54f650b6ad3c0ad492cc184ddcd31d9579d5007ee26cea30d7f52ecc6ce13017', '12f940f96180b998753b9b06f16c93191f02b6c04ea9c1fa6b64027620b019ea'),
	('latency', '16931d3601094a4fdad34752475a818178c4b3dd556e6182238a1863ff148f79', '7daf92237fd623539ce388b3ea9f2be2663b06a5f87cb471fc28a68ee3b1ec59'),
	('latency_day', 'f453eb02d057a3552cb0da17d59472b4786dc3811e690cf5055c02c57a5c02f5', '838f0caa64166c8e309d82f4b3ad135b28730f6eda567777cab285c2a2f4f270')) as d(name, before, after)
where s.name = d.name and s.fingerprint = d.before;
--> statement-breakpoint
create or replace aggregate runfold_internal.total(bigint) (sfunc = int8pl, stype = bigint, combinefunc = int8pl, parallel = safe);
--> statement-breakpoint
drop function runfold_internal.histogram_of_cells(bigint[]);
--> statement-breakpoint
alter table runfold_internal.run set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.session set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.model_usage set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.model_usage_hour set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.tool_usage set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.tool_usage_hour set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.latency set (fillfactor = 50);
--> statement-breakpoint
alter table runfold_internal.latency_day set (fillfactor = 50);
--> statement-breakpoint
create schema if not exists runfold;
--> statement-breakpoint
comment on schema runfold is 'Totals and events of AI agents, in seconds and US dollars. Stable; report on these views.';
--> statement-breakpoint
drop view if exists runfold.messages;
--> statement-breakpoint
drop view if exists runfold.tool_calls;
--> statement-breakpoint
drop view if exists runfold.events;
--> statement-breakpoint
drop view if exists runfold.runs;
--> statement-breakpoint
drop view if exists runfold.sessions;
--> statement-breakpoint
drop view if exists runfold.model_usage;
--> statement-breakpoint
drop view if exists runfold.tool_usage;
--> statement-breakpoint
drop view if exists runfold.latency_quantiles;
--> statement-breakpoint
drop view if exists runfold.users;
--> statement-breakpoint
create view runfold.messages as select
  e.project as project,
  e.session_id as session_id,
  e.run_id as run_id,
  coalesce(e.original_id, e.id::text) as id,
  (timestamp 'epoch' + e.occurred_at_us * interval '1 microsecond') at time zone 'UTC' as occurred_at,
  e.sequence as sequence,
  case e.role when 1 then 'assistant' when 2 then 'user' when 3 then 'system' when 4 then 'tool' end as role,
  e.parent_run_id as parent_run_id,
  e.agent_id as agent_id,
  e.agent_name as agent_name,
  e.team_id as team_id,
  e.workflow_id as workflow_id,
  e.user_id as user_id,
  e.model as model,
  e.provider as provider,
  coalesce(e.cost_source, case when e.cost_nanos is not null then 'reported' end) as cost_source,
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
  e.reasoning_tokens as reasoning_tokens,
  e.prompt_tokens_details as prompt_tokens_details,
  e.completion_tokens_details as completion_tokens_details,
  e.additional_metrics as additional_metrics,
  trim_scale(e.time_us / 1000000.0) as time,
  trim_scale(e.time_to_first_token_us / 1000000.0) as time_to_first_token,
  trim_scale(e.cost_nanos / 1000000000.0) as cost,
  coalesce(e.original_corrects, e.corrects::text) as corrects,
  e.recorded_at as recorded_at
from runfold_internal.event e where e.type = 1;
--> statement-breakpoint
comment on view runfold.messages is 'One row a message, as it was recorded. Corrections are rows of their own.';
--> statement-breakpoint
comment on column runfold.messages.project is 'The project; 1 unless projects are used';
--> statement-breakpoint
comment on column runfold.messages.session_id is 'The conversation';
--> statement-breakpoint
comment on column runfold.messages.run_id is 'The run';
--> statement-breakpoint
comment on column runfold.messages.id is 'The event, as it was sent';
--> statement-breakpoint
comment on column runfold.messages.occurred_at is 'When it ended';
--> statement-breakpoint
comment on column runfold.messages.sequence is 'Its place in the run';
--> statement-breakpoint
comment on column runfold.messages.role is 'assistant, user, system or tool';
--> statement-breakpoint
comment on column runfold.messages.parent_run_id is 'The run that delegated to this one';
--> statement-breakpoint
comment on column runfold.messages.agent_id is 'The agent that ran';
--> statement-breakpoint
comment on column runfold.messages.agent_name is 'The agent''s name';
--> statement-breakpoint
comment on column runfold.messages.team_id is 'The team the run belonged to';
--> statement-breakpoint
comment on column runfold.messages.workflow_id is 'The workflow the run belonged to';
--> statement-breakpoint
comment on column runfold.messages.user_id is 'The user it was done for';
--> statement-breakpoint
comment on column runfold.messages.model is 'The model that served it';
--> statement-breakpoint
comment on column runfold.messages.provider is 'The provider that served it';
--> statement-breakpoint
comment on column runfold.messages.cost_source is 'Where the cost came from: reported, override, or genai-prices@ and its version';
--> statement-breakpoint
comment on column runfold.messages.input_tokens is 'Tokens sent to the model';
--> statement-breakpoint
comment on column runfold.messages.output_tokens is 'Tokens the model produced';
--> statement-breakpoint
comment on column runfold.messages.total_tokens is 'All tokens; input + output unless reported';
--> statement-breakpoint
comment on column runfold.messages.prompt_tokens is 'Input tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.messages.completion_tokens is 'Output tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.messages.audio_tokens is 'Audio tokens, input and output';
--> statement-breakpoint
comment on column runfold.messages.input_audio_tokens is 'Audio tokens sent; a subset of input';
--> statement-breakpoint
comment on column runfold.messages.output_audio_tokens is 'Audio tokens produced; a subset of output';
--> statement-breakpoint
comment on column runfold.messages.cached_tokens is 'Input tokens read from a cache; a subset of input';
--> statement-breakpoint
comment on column runfold.messages.cache_write_tokens is 'Input tokens written to a cache';
--> statement-breakpoint
comment on column runfold.messages.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
--> statement-breakpoint
comment on column runfold.messages.prompt_tokens_details is 'The provider''s split of prompt tokens';
--> statement-breakpoint
comment on column runfold.messages.completion_tokens_details is 'The provider''s split of completion tokens';
--> statement-breakpoint
comment on column runfold.messages.additional_metrics is 'Figures of your own, kept as they came';
--> statement-breakpoint
comment on column runfold.messages.time is 'How long it took, in seconds';
--> statement-breakpoint
comment on column runfold.messages.time_to_first_token is 'Time until the first token arrived, in seconds';
--> statement-breakpoint
comment on column runfold.messages.cost is 'What it cost, in US dollars';
--> statement-breakpoint
comment on column runfold.messages.corrects is 'The event this one adjusts; its figures are differences';
--> statement-breakpoint
comment on column runfold.messages.recorded_at is 'When it was added to the log';
--> statement-breakpoint
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
--> statement-breakpoint
comment on view runfold.tool_calls is 'One row a tool call, as it was recorded. Corrections are rows of their own.';
--> statement-breakpoint
comment on column runfold.tool_calls.project is 'The project; 1 unless projects are used';
--> statement-breakpoint
comment on column runfold.tool_calls.session_id is 'The conversation';
--> statement-breakpoint
comment on column runfold.tool_calls.run_id is 'The run';
--> statement-breakpoint
comment on column runfold.tool_calls.id is 'The event, as it was sent';
--> statement-breakpoint
comment on column runfold.tool_calls.occurred_at is 'When it ended';
--> statement-breakpoint
comment on column runfold.tool_calls.sequence is 'Its place in the run';
--> statement-breakpoint
comment on column runfold.tool_calls.tool_name is 'The tool';
--> statement-breakpoint
comment on column runfold.tool_calls.tool_call_id is 'The call''s id as the model gave it';
--> statement-breakpoint
comment on column runfold.tool_calls.error is 'Whether it failed; null when not reported';
--> statement-breakpoint
comment on column runfold.tool_calls.error_text is 'How it failed';
--> statement-breakpoint
comment on column runfold.tool_calls.parent_run_id is 'The run that delegated to this one';
--> statement-breakpoint
comment on column runfold.tool_calls.agent_id is 'The agent that ran';
--> statement-breakpoint
comment on column runfold.tool_calls.agent_name is 'The agent''s name';
--> statement-breakpoint
comment on column runfold.tool_calls.team_id is 'The team the run belonged to';
--> statement-breakpoint
comment on column runfold.tool_calls.workflow_id is 'The workflow the run belonged to';
--> statement-breakpoint
comment on column runfold.tool_calls.user_id is 'The user it was done for';
--> statement-breakpoint
comment on column runfold.tool_calls.model is 'The model that served it';
--> statement-breakpoint
comment on column runfold.tool_calls.provider is 'The provider that served it';
--> statement-breakpoint
comment on column runfold.tool_calls.cost_source is 'Where the cost came from: reported, override, or genai-prices@ and its version';
--> statement-breakpoint
comment on column runfold.tool_calls.input_tokens is 'Tokens sent to the model';
--> statement-breakpoint
comment on column runfold.tool_calls.output_tokens is 'Tokens the model produced';
--> statement-breakpoint
comment on column runfold.tool_calls.total_tokens is 'All tokens; input + output unless reported';
--> statement-breakpoint
comment on column runfold.tool_calls.prompt_tokens is 'Input tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.tool_calls.completion_tokens is 'Output tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.tool_calls.audio_tokens is 'Audio tokens, input and output';
--> statement-breakpoint
comment on column runfold.tool_calls.input_audio_tokens is 'Audio tokens sent; a subset of input';
--> statement-breakpoint
comment on column runfold.tool_calls.output_audio_tokens is 'Audio tokens produced; a subset of output';
--> statement-breakpoint
comment on column runfold.tool_calls.cached_tokens is 'Input tokens read from a cache; a subset of input';
--> statement-breakpoint
comment on column runfold.tool_calls.cache_write_tokens is 'Input tokens written to a cache';
--> statement-breakpoint
comment on column runfold.tool_calls.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
--> statement-breakpoint
comment on column runfold.tool_calls.prompt_tokens_details is 'The provider''s split of prompt tokens';
--> statement-breakpoint
comment on column runfold.tool_calls.completion_tokens_details is 'The provider''s split of completion tokens';
--> statement-breakpoint
comment on column runfold.tool_calls.additional_metrics is 'Figures of your own, kept as they came';
--> statement-breakpoint
comment on column runfold.tool_calls.time is 'How long it took, in seconds';
--> statement-breakpoint
comment on column runfold.tool_calls.time_to_first_token is 'Time until the first token arrived, in seconds';
--> statement-breakpoint
comment on column runfold.tool_calls.cost is 'What it cost, in US dollars';
--> statement-breakpoint
comment on column runfold.tool_calls.corrects is 'The event this one adjusts; its figures are differences';
--> statement-breakpoint
comment on column runfold.tool_calls.recorded_at is 'When it was added to the log';
--> statement-breakpoint
create view runfold.events as select
  e.project as project,
  e.session_id as session_id,
  e.run_id as run_id,
  coalesce(e.original_id, e.id::text) as id,
  (timestamp 'epoch' + e.occurred_at_us * interval '1 microsecond') at time zone 'UTC' as occurred_at,
  e.sequence as sequence,
  case e.type when 1 then 'message' when 2 then 'tool_call' when 3 then 'run' end as type,
  case e.role when 1 then 'assistant' when 2 then 'user' when 3 then 'system' when 4 then 'tool' end as role,
  case e.status when 1 then 'paused' when 2 then 'completed' when 3 then 'error' when 4 then 'cancelled' end as status,
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
  e.reasoning_tokens as reasoning_tokens,
  e.prompt_tokens_details as prompt_tokens_details,
  e.completion_tokens_details as completion_tokens_details,
  e.additional_metrics as additional_metrics,
  trim_scale(e.time_us / 1000000.0) as time,
  trim_scale(e.time_to_first_token_us / 1000000.0) as time_to_first_token,
  trim_scale(e.cost_nanos / 1000000000.0) as cost,
  coalesce(e.original_corrects, e.corrects::text) as corrects,
  e.recorded_at as recorded_at
from runfold_internal.event e;
--> statement-breakpoint
comment on view runfold.events is 'The log: one row an event of any type, as it was recorded.';
--> statement-breakpoint
comment on column runfold.events.project is 'The project; 1 unless projects are used';
--> statement-breakpoint
comment on column runfold.events.session_id is 'The conversation';
--> statement-breakpoint
comment on column runfold.events.run_id is 'The run';
--> statement-breakpoint
comment on column runfold.events.id is 'The event, as it was sent';
--> statement-breakpoint
comment on column runfold.events.occurred_at is 'When it ended';
--> statement-breakpoint
comment on column runfold.events.sequence is 'Its place in the run';
--> statement-breakpoint
comment on column runfold.events.type is 'message, tool_call or run';
--> statement-breakpoint
comment on column runfold.events.role is 'assistant, user, system or tool';
--> statement-breakpoint
comment on column runfold.events.status is 'How the run ended: completed, error, cancelled or paused';
--> statement-breakpoint
comment on column runfold.events.tool_name is 'The tool';
--> statement-breakpoint
comment on column runfold.events.tool_call_id is 'The call''s id as the model gave it';
--> statement-breakpoint
comment on column runfold.events.error is 'Whether it failed; null when not reported';
--> statement-breakpoint
comment on column runfold.events.error_text is 'How it failed';
--> statement-breakpoint
comment on column runfold.events.parent_run_id is 'The run that delegated to this one';
--> statement-breakpoint
comment on column runfold.events.agent_id is 'The agent that ran';
--> statement-breakpoint
comment on column runfold.events.agent_name is 'The agent''s name';
--> statement-breakpoint
comment on column runfold.events.team_id is 'The team the run belonged to';
--> statement-breakpoint
comment on column runfold.events.workflow_id is 'The workflow the run belonged to';
--> statement-breakpoint
comment on column runfold.events.user_id is 'The user it was done for';
--> statement-breakpoint
comment on column runfold.events.model is 'The model that served it';
--> statement-breakpoint
comment on column runfold.events.provider is 'The provider that served it';
--> statement-breakpoint
comment on column runfold.events.cost_source is 'Where the cost came from: reported, override, or genai-prices@ and its version';
--> statement-breakpoint
comment on column runfold.events.input_tokens is 'Tokens sent to the model';
--> statement-breakpoint
comment on column runfold.events.output_tokens is 'Tokens the model produced';
--> statement-breakpoint
comment on column runfold.events.total_tokens is 'All tokens; input + output unless reported';
--> statement-breakpoint
comment on column runfold.events.prompt_tokens is 'Input tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.events.completion_tokens is 'Output tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.events.audio_tokens is 'Audio tokens, input and output';
--> statement-breakpoint
comment on column runfold.events.input_audio_tokens is 'Audio tokens sent; a subset of input';
--> statement-breakpoint
comment on column runfold.events.output_audio_tokens is 'Audio tokens produced; a subset of output';
--> statement-breakpoint
comment on column runfold.events.cached_tokens is 'Input tokens read from a cache; a subset of input';
--> statement-breakpoint
comment on column runfold.events.cache_write_tokens is 'Input tokens written to a cache';
--> statement-breakpoint
comment on column runfold.events.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
--> statement-breakpoint
comment on column runfold.events.prompt_tokens_details is 'The provider''s split of prompt tokens';
--> statement-breakpoint
comment on column runfold.events.completion_tokens_details is 'The provider''s split of completion tokens';
--> statement-breakpoint
comment on column runfold.events.additional_metrics is 'Figures of your own, kept as they came';
--> statement-breakpoint
comment on column runfold.events.time is 'How long it took, in seconds';
--> statement-breakpoint
comment on column runfold.events.time_to_first_token is 'Time until the first token arrived, in seconds';
--> statement-breakpoint
comment on column runfold.events.cost is 'What it cost, in US dollars';
--> statement-breakpoint
comment on column runfold.events.corrects is 'The event this one adjusts; its figures are differences';
--> statement-breakpoint
comment on column runfold.events.recorded_at is 'When it was added to the log';
--> statement-breakpoint
create view runfold.runs as select
  t.project as project,
  t.session_id as session_id,
  t.run_id as run_id,
  (timestamp 'epoch' + t.started_at_us * interval '1 microsecond') at time zone 'UTC' as started_at,
  (timestamp 'epoch' + t.ended_at_us * interval '1 microsecond') at time zone 'UTC' as ended_at,
  case t.status % 8 when 1 then 'paused' when 2 then 'completed' when 3 then 'error' when 4 then 'cancelled' end as status,
  t.parent_run_id as parent_run_id,
  t.agent_id as agent_id,
  t.agent_name as agent_name,
  t.team_id as team_id,
  t.workflow_id as workflow_id,
  t.user_id as user_id,
  substr(t.model, 27) as model,
  substr(t.provider, 27) as provider,
  t.messages as messages,
  t.assistant_messages as assistant_messages,
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
  t.reasoning_tokens as reasoning_tokens,
  trim_scale(t.time_us / 1000000.0) as time,
  trim_scale(t.time_to_first_token_us[3] / 1000000.0) as time_to_first_token,
  trim_scale(t.tool_time_us / 1000000.0) as tool_time,
  trim_scale(t.run_time_us / 1000000.0) as run_time,
  trim_scale(t.cost_nanos / 1000000000.0) as cost
from runfold_internal.run t;
--> statement-breakpoint
comment on view runfold.runs is 'One row a run: who ran, for how long, and what it used.';
--> statement-breakpoint
comment on column runfold.runs.project is 'The project; 1 unless projects are used';
--> statement-breakpoint
comment on column runfold.runs.session_id is 'The conversation';
--> statement-breakpoint
comment on column runfold.runs.run_id is 'The run';
--> statement-breakpoint
comment on column runfold.runs.started_at is 'When its first event began';
--> statement-breakpoint
comment on column runfold.runs.ended_at is 'When its last event ended';
--> statement-breakpoint
comment on column runfold.runs.status is 'How it ended, by the last run event';
--> statement-breakpoint
comment on column runfold.runs.parent_run_id is 'The run that delegated to this one';
--> statement-breakpoint
comment on column runfold.runs.agent_id is 'The agent';
--> statement-breakpoint
comment on column runfold.runs.agent_name is 'The agent''s name';
--> statement-breakpoint
comment on column runfold.runs.team_id is 'The team';
--> statement-breakpoint
comment on column runfold.runs.workflow_id is 'The workflow';
--> statement-breakpoint
comment on column runfold.runs.user_id is 'The user';
--> statement-breakpoint
comment on column runfold.runs.model is 'The model that answered last';
--> statement-breakpoint
comment on column runfold.runs.provider is 'The provider that answered last';
--> statement-breakpoint
comment on column runfold.runs.messages is 'Messages of any role';
--> statement-breakpoint
comment on column runfold.runs.assistant_messages is 'Messages of the assistant';
--> statement-breakpoint
comment on column runfold.runs.tool_calls is 'Tool calls';
--> statement-breakpoint
comment on column runfold.runs.tool_errors is 'Tool calls that failed';
--> statement-breakpoint
comment on column runfold.runs.input_tokens is 'Tokens sent to the model';
--> statement-breakpoint
comment on column runfold.runs.output_tokens is 'Tokens the model produced';
--> statement-breakpoint
comment on column runfold.runs.total_tokens is 'All tokens; input + output unless reported';
--> statement-breakpoint
comment on column runfold.runs.prompt_tokens is 'Input tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.runs.completion_tokens is 'Output tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.runs.audio_tokens is 'Audio tokens, input and output';
--> statement-breakpoint
comment on column runfold.runs.input_audio_tokens is 'Audio tokens sent; a subset of input';
--> statement-breakpoint
comment on column runfold.runs.output_audio_tokens is 'Audio tokens produced; a subset of output';
--> statement-breakpoint
comment on column runfold.runs.cached_tokens is 'Input tokens read from a cache; a subset of input';
--> statement-breakpoint
comment on column runfold.runs.cache_write_tokens is 'Input tokens written to a cache';
--> statement-breakpoint
comment on column runfold.runs.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
--> statement-breakpoint
comment on column runfold.runs.time is 'Time of the assistant''s messages added up, in seconds';
--> statement-breakpoint
comment on column runfold.runs.time_to_first_token is 'The first non-zero time to first token, in seconds';
--> statement-breakpoint
comment on column runfold.runs.tool_time is 'Time of the tool calls added up, in seconds';
--> statement-breakpoint
comment on column runfold.runs.run_time is 'Wall-clock time the run events reported, in seconds';
--> statement-breakpoint
comment on column runfold.runs.cost is 'Cost of its messages and tool calls, in US dollars';
--> statement-breakpoint
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
  substr(t.model, 27) as model,
  substr(t.provider, 27) as provider,
  t.messages as messages,
  t.assistant_messages as assistant_messages,
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
  t.reasoning_tokens as reasoning_tokens,
  trim_scale(t.time_us / 1000000.0) as time,
  trim_scale(t.time_to_first_token_us[3] / 1000000.0) as time_to_first_token,
  trim_scale(t.tool_time_us / 1000000.0) as tool_time,
  trim_scale(t.run_time_us / 1000000.0) as run_time,
  trim_scale(t.cost_nanos / 1000000000.0) as cost
from runfold_internal.session t;
--> statement-breakpoint
comment on view runfold.sessions is 'One row a session: the totals of its runs.';
--> statement-breakpoint
comment on column runfold.sessions.project is 'The project; 1 unless projects are used';
--> statement-breakpoint
comment on column runfold.sessions.session_id is 'The conversation';
--> statement-breakpoint
comment on column runfold.sessions.runs is 'Runs';
--> statement-breakpoint
comment on column runfold.sessions.started_at is 'When its first event began';
--> statement-breakpoint
comment on column runfold.sessions.ended_at is 'When its last event ended';
--> statement-breakpoint
comment on column runfold.sessions.agent_id is 'The agent';
--> statement-breakpoint
comment on column runfold.sessions.team_id is 'The team';
--> statement-breakpoint
comment on column runfold.sessions.workflow_id is 'The workflow';
--> statement-breakpoint
comment on column runfold.sessions.user_id is 'The user';
--> statement-breakpoint
comment on column runfold.sessions.model is 'The model that answered last';
--> statement-breakpoint
comment on column runfold.sessions.provider is 'The provider that answered last';
--> statement-breakpoint
comment on column runfold.sessions.messages is 'Messages of any role';
--> statement-breakpoint
comment on column runfold.sessions.assistant_messages is 'Messages of the assistant';
--> statement-breakpoint
comment on column runfold.sessions.tool_calls is 'Tool calls';
--> statement-breakpoint
comment on column runfold.sessions.tool_errors is 'Tool calls that failed';
--> statement-breakpoint
comment on column runfold.sessions.input_tokens is 'Tokens sent to the model';
--> statement-breakpoint
comment on column runfold.sessions.output_tokens is 'Tokens the model produced';
--> statement-breakpoint
comment on column runfold.sessions.total_tokens is 'All tokens; input + output unless reported';
--> statement-breakpoint
comment on column runfold.sessions.prompt_tokens is 'Input tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.sessions.completion_tokens is 'Output tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.sessions.audio_tokens is 'Audio tokens, input and output';
--> statement-breakpoint
comment on column runfold.sessions.input_audio_tokens is 'Audio tokens sent; a subset of input';
--> statement-breakpoint
comment on column runfold.sessions.output_audio_tokens is 'Audio tokens produced; a subset of output';
--> statement-breakpoint
comment on column runfold.sessions.cached_tokens is 'Input tokens read from a cache; a subset of input';
--> statement-breakpoint
comment on column runfold.sessions.cache_write_tokens is 'Input tokens written to a cache';
--> statement-breakpoint
comment on column runfold.sessions.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
--> statement-breakpoint
comment on column runfold.sessions.time is 'Time of the assistant''s messages added up, in seconds';
--> statement-breakpoint
comment on column runfold.sessions.time_to_first_token is 'The first non-zero time to first token, in seconds';
--> statement-breakpoint
comment on column runfold.sessions.tool_time is 'Time of the tool calls added up, in seconds';
--> statement-breakpoint
comment on column runfold.sessions.run_time is 'Wall-clock time the run events reported, in seconds';
--> statement-breakpoint
comment on column runfold.sessions.cost is 'Cost of its messages and tool calls, in US dollars';
--> statement-breakpoint
create view runfold.model_usage as select
  t.project as project,
  (timestamp 'epoch' + (t.bucket::bigint * 900000000) * interval '1 microsecond') at time zone 'UTC' as bucket_start,
  nullif(t.agent_id, '') as agent_id,
  nullif(t.provider, '') as provider,
  nullif(t.model, '') as model,
  t.assistant_messages as assistant_messages,
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
  t.reasoning_tokens as reasoning_tokens,
  trim_scale(t.time_us / 1000000.0) as time,
  t.timed_messages as timed_messages,
  t.timed_output_tokens as timed_output_tokens,
  trim_scale(t.time_to_first_token_us / 1000000.0) as time_to_first_token,
  t.streamed_messages as streamed_messages,
  trim_scale(t.cost_nanos / 1000000000.0) as cost
from runfold_internal.model_usage t;
--> statement-breakpoint
comment on view runfold.model_usage is 'One row a quarter of an hour, agent, provider and model: what the assistant''s messages used.';
--> statement-breakpoint
comment on column runfold.model_usage.project is 'The project; 1 unless projects are used';
--> statement-breakpoint
comment on column runfold.model_usage.bucket_start is 'The beginning of the quarter of an hour, in UTC, in which the events ended';
--> statement-breakpoint
comment on column runfold.model_usage.agent_id is 'The agent';
--> statement-breakpoint
comment on column runfold.model_usage.provider is 'The provider';
--> statement-breakpoint
comment on column runfold.model_usage.model is 'The model';
--> statement-breakpoint
comment on column runfold.model_usage.assistant_messages is 'Messages of the assistant';
--> statement-breakpoint
comment on column runfold.model_usage.input_tokens is 'Tokens sent to the model';
--> statement-breakpoint
comment on column runfold.model_usage.output_tokens is 'Tokens the model produced';
--> statement-breakpoint
comment on column runfold.model_usage.total_tokens is 'All tokens; input + output unless reported';
--> statement-breakpoint
comment on column runfold.model_usage.prompt_tokens is 'Input tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.model_usage.completion_tokens is 'Output tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.model_usage.audio_tokens is 'Audio tokens, input and output';
--> statement-breakpoint
comment on column runfold.model_usage.input_audio_tokens is 'Audio tokens sent; a subset of input';
--> statement-breakpoint
comment on column runfold.model_usage.output_audio_tokens is 'Audio tokens produced; a subset of output';
--> statement-breakpoint
comment on column runfold.model_usage.cached_tokens is 'Input tokens read from a cache; a subset of input';
--> statement-breakpoint
comment on column runfold.model_usage.cache_write_tokens is 'Input tokens written to a cache';
--> statement-breakpoint
comment on column runfold.model_usage.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
--> statement-breakpoint
comment on column runfold.model_usage.time is 'Time of the messages added up, in seconds';
--> statement-breakpoint
comment on column runfold.model_usage.timed_messages is 'Messages that reported their time';
--> statement-breakpoint
comment on column runfold.model_usage.timed_output_tokens is 'Tokens produced by messages that reported their time';
--> statement-breakpoint
comment on column runfold.model_usage.time_to_first_token is 'Times to first token added up, in seconds';
--> statement-breakpoint
comment on column runfold.model_usage.streamed_messages is 'Messages that reported a time to first token';
--> statement-breakpoint
comment on column runfold.model_usage.cost is 'Cost of the messages, in US dollars';
--> statement-breakpoint
create view runfold.tool_usage as select
  t.project as project,
  (timestamp 'epoch' + (t.bucket::bigint * 900000000) * interval '1 microsecond') at time zone 'UTC' as bucket_start,
  nullif(t.agent_id, '') as agent_id,
  nullif(t.tool_name, '') as tool_name,
  t.tool_calls as tool_calls,
  t.tool_errors as tool_errors,
  trim_scale(t.tool_time_us / 1000000.0) as tool_time,
  t.timed_tool_calls as timed_tool_calls,
  trim_scale(t.cost_nanos / 1000000000.0) as cost
from runfold_internal.tool_usage t;
--> statement-breakpoint
comment on view runfold.tool_usage is 'One row a quarter of an hour, agent and tool: its calls, how many failed, how long they took.';
--> statement-breakpoint
comment on column runfold.tool_usage.project is 'The project; 1 unless projects are used';
--> statement-breakpoint
comment on column runfold.tool_usage.bucket_start is 'The beginning of the quarter of an hour, in UTC, in which the events ended';
--> statement-breakpoint
comment on column runfold.tool_usage.agent_id is 'The agent';
--> statement-breakpoint
comment on column runfold.tool_usage.tool_name is 'The tool';
--> statement-breakpoint
comment on column runfold.tool_usage.tool_calls is 'Tool calls';
--> statement-breakpoint
comment on column runfold.tool_usage.tool_errors is 'Tool calls that failed';
--> statement-breakpoint
comment on column runfold.tool_usage.tool_time is 'Time of the tool calls added up, in seconds';
--> statement-breakpoint
comment on column runfold.tool_usage.timed_tool_calls is 'Tool calls that reported their time';
--> statement-breakpoint
comment on column runfold.tool_usage.cost is 'Cost of the tool calls, in US dollars';
--> statement-breakpoint
create view runfold.latency_quantiles as select
  t.project as project,
  date '1970-01-01' + t.day as day,
  case when h.is_first_token then 'time_to_first_token' else case t.type when 1 then 'message' when 2 then 'tool_call' when 3 then 'run' end end as kind,
  nullif(t.provider, '') as provider,
  nullif(t.name, '') as name,
  q.events as events,
  q.p50 as p50,
  q.p90 as p90,
  q.p95 as p95,
  q.p99 as p99
from runfold_internal.latency_day t
  cross join lateral (values (t.time_levels, false), (t.first_token_levels, true)) as h(levels, is_first_token)
  cross join lateral (select max(r.total)::bigint as events,
      case (min(r.level) filter (where 100 * r.up_to >= 50 * r.total)) when 0 then 0 else power(101 / 99.0::float8, (min(r.level) filter (where 100 * r.up_to >= 50 * r.total)) - 1) * 0.99 end / 1e6 as p50,
      case (min(r.level) filter (where 100 * r.up_to >= 90 * r.total)) when 0 then 0 else power(101 / 99.0::float8, (min(r.level) filter (where 100 * r.up_to >= 90 * r.total)) - 1) * 0.99 end / 1e6 as p90,
      case (min(r.level) filter (where 100 * r.up_to >= 95 * r.total)) when 0 then 0 else power(101 / 99.0::float8, (min(r.level) filter (where 100 * r.up_to >= 95 * r.total)) - 1) * 0.99 end / 1e6 as p95,
      case (min(r.level) filter (where 100 * r.up_to >= 99 * r.total)) when 0 then 0 else power(101 / 99.0::float8, (min(r.level) filter (where 100 * r.up_to >= 99 * r.total)) - 1) * 0.99 end / 1e6 as p99
    from (select c.level, sum(c.events) over (order by c.level) as up_to, sum(c.events) over () as total
      from (select l.level, encode(substr(d.digits, length(d.digits) - 12 * l.level - 11, 12), 'escape')::bigint as events
    from (select convert_to(h.levels::text, 'UTF8') as digits offset 0) d
    cross join lateral generate_series(
      (length(d.digits) - length(rtrim(convert_from(d.digits, 'UTF8'), '0'))) / 12,
      (length(d.digits) - 1) / 12) as l(level)) c) r) q
  where h.levels is not null;
--> statement-breakpoint
comment on view runfold.latency_quantiles is 'One row a day of UTC, kind of time and model or tool: the quantiles of the time, each within 1 %.';
--> statement-breakpoint
comment on column runfold.latency_quantiles.project is 'The project; 1 unless projects are used';
--> statement-breakpoint
comment on column runfold.latency_quantiles.day is 'The day of UTC';
--> statement-breakpoint
comment on column runfold.latency_quantiles.kind is 'message, time_to_first_token, tool_call or run';
--> statement-breakpoint
comment on column runfold.latency_quantiles.provider is 'The provider of a message';
--> statement-breakpoint
comment on column runfold.latency_quantiles.name is 'The model of a message, the tool of a call, null for runs';
--> statement-breakpoint
comment on column runfold.latency_quantiles.events is 'How many reported the time';
--> statement-breakpoint
comment on column runfold.latency_quantiles.p50 is 'The time that 50 % did not exceed, in seconds';
--> statement-breakpoint
comment on column runfold.latency_quantiles.p90 is 'The time that 90 % did not exceed, in seconds';
--> statement-breakpoint
comment on column runfold.latency_quantiles.p95 is 'The time that 95 % did not exceed, in seconds';
--> statement-breakpoint
comment on column runfold.latency_quantiles.p99 is 'The time that 99 % did not exceed, in seconds';
--> statement-breakpoint
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
--> statement-breakpoint
comment on view runfold.users is 'One row a user: the sessions of the user added up. Cheap for one user, who has an index.';
--> statement-breakpoint
comment on column runfold.users.project is 'The project; 1 unless projects are used';
--> statement-breakpoint
comment on column runfold.users.user_id is 'The user';
--> statement-breakpoint
comment on column runfold.users.sessions is 'Sessions';
--> statement-breakpoint
comment on column runfold.users.first_started_at is 'When the first session began';
--> statement-breakpoint
comment on column runfold.users.last_ended_at is 'When the last session ended';
--> statement-breakpoint
comment on column runfold.users.runs is 'Runs';
--> statement-breakpoint
comment on column runfold.users.assistant_messages is 'Messages of the assistant';
--> statement-breakpoint
comment on column runfold.users.tool_calls is 'Tool calls';
--> statement-breakpoint
comment on column runfold.users.tool_errors is 'Tool calls that failed';
--> statement-breakpoint
comment on column runfold.users.input_tokens is 'Tokens sent to the model';
--> statement-breakpoint
comment on column runfold.users.output_tokens is 'Tokens the model produced';
--> statement-breakpoint
comment on column runfold.users.total_tokens is 'All tokens; input + output unless reported';
--> statement-breakpoint
comment on column runfold.users.prompt_tokens is 'Input tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.users.completion_tokens is 'Output tokens as the provider named them';
--> statement-breakpoint
comment on column runfold.users.audio_tokens is 'Audio tokens, input and output';
--> statement-breakpoint
comment on column runfold.users.input_audio_tokens is 'Audio tokens sent; a subset of input';
--> statement-breakpoint
comment on column runfold.users.output_audio_tokens is 'Audio tokens produced; a subset of output';
--> statement-breakpoint
comment on column runfold.users.cached_tokens is 'Input tokens read from a cache; a subset of input';
--> statement-breakpoint
comment on column runfold.users.cache_write_tokens is 'Input tokens written to a cache';
--> statement-breakpoint
comment on column runfold.users.reasoning_tokens is 'Output tokens spent reasoning; a subset of output';
--> statement-breakpoint
comment on column runfold.users.time is 'Time of the assistant''s messages added up, in seconds';
--> statement-breakpoint
comment on column runfold.users.tool_time is 'Time of the tool calls added up, in seconds';
--> statement-breakpoint
comment on column runfold.users.cost is 'Cost of messages and tool calls, in US dollars';
