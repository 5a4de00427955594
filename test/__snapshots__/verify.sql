select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select ((select count(*) from runfold_internal.run f))::text as runs, (count(*) filter (where e.corrects is null and e.type = 1))::text as messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1))::text as assistant_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error))::text as message_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null))::text as metered_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1))::text as unpriced_messages, (count(*) filter (where e.corrects is null and e.type = 2))::text as tool_calls, (count(*) filter (where e.corrects is null and e.type = 2 and e.error))::text as tool_errors, (sum(e.input_tokens) filter (where e.type = 1 and e.role = 1))::text as input_tokens, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1))::text as output_tokens, (sum(e.total_tokens) filter (where e.type = 1 and e.role = 1))::text as total_tokens, (sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1))::text as prompt_tokens, (sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1))::text as completion_tokens, (sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1))::text as audio_tokens, (sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as input_audio_tokens, (sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as output_audio_tokens, (sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1))::text as cached_tokens, (sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_tokens, (sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_1h_tokens, (sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1))::text as reasoning_tokens, (runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1))::text as time_us, (runfold_internal.total(e.time_us) filter (where e.type = 2))::text as tool_time_us, (runfold_internal.total(e.time_us) filter (where e.type = 3))::text as run_time_us, (runfold_internal.total(e.cost_nanos) filter (where (e.type = 1 or e.type = 2)))::text as cost_nanos
      from runfold_internal.event e) expected,
    (select (coalesce((sum(t.runs))::bigint, 0))::text as runs, (coalesce((sum(t.messages))::bigint, 0))::text as messages, (coalesce((sum(t.assistant_messages))::bigint, 0))::text as assistant_messages, (coalesce((sum(t.message_errors))::bigint, 0))::text as message_errors, (coalesce((sum(t.metered_messages))::bigint, 0))::text as metered_messages, (coalesce((sum(t.unpriced_messages))::bigint, 0))::text as unpriced_messages, (coalesce((sum(t.tool_calls))::bigint, 0))::text as tool_calls, (coalesce((sum(t.tool_errors))::bigint, 0))::text as tool_errors, ((sum(t.input_tokens))::bigint)::text as input_tokens, ((sum(t.output_tokens))::bigint)::text as output_tokens, ((sum(t.total_tokens))::bigint)::text as total_tokens, ((sum(t.prompt_tokens))::bigint)::text as prompt_tokens, ((sum(t.completion_tokens))::bigint)::text as completion_tokens, ((sum(t.audio_tokens))::bigint)::text as audio_tokens, ((sum(t.input_audio_tokens))::bigint)::text as input_audio_tokens, ((sum(t.output_audio_tokens))::bigint)::text as output_audio_tokens, ((sum(t.cached_tokens))::bigint)::text as cached_tokens, ((sum(t.cache_write_tokens))::bigint)::text as cache_write_tokens, ((sum(t.cache_write_1h_tokens))::bigint)::text as cache_write_1h_tokens, ((sum(t.reasoning_tokens))::bigint)::text as reasoning_tokens, ((sum(t.time_us))::bigint)::text as time_us, ((sum(t.tool_time_us))::bigint)::text as tool_time_us, ((sum(t.run_time_us))::bigint)::text as run_time_us, ((sum(t.cost_nanos))::bigint)::text as cost_nanos
      from runfold_internal.session t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1))::text as assistant_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error))::text as message_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null))::text as metered_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1))::text as unpriced_messages, (sum(e.input_tokens) filter (where e.type = 1 and e.role = 1))::text as input_tokens, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1))::text as output_tokens, (sum(e.total_tokens) filter (where e.type = 1 and e.role = 1))::text as total_tokens, (sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1))::text as prompt_tokens, (sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1))::text as completion_tokens, (sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1))::text as audio_tokens, (sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as input_audio_tokens, (sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as output_audio_tokens, (sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1))::text as cached_tokens, (sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_tokens, (sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_1h_tokens, (sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1))::text as reasoning_tokens, (runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1))::text as time_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_messages, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_output_tokens, (runfold_internal.total(e.time_to_first_token_us) filter (where e.type = 1 and e.role = 1))::text as time_to_first_token_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null))::text as streamed_messages, (runfold_internal.total(e.cost_nanos) filter (where e.type = 1))::text as cost_nanos
      from runfold_internal.event e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) expected,
    (select (coalesce((sum(t.assistant_messages))::bigint, 0))::text as assistant_messages, (coalesce((sum(t.message_errors))::bigint, 0))::text as message_errors, (coalesce((sum(t.metered_messages))::bigint, 0))::text as metered_messages, (coalesce((sum(t.unpriced_messages))::bigint, 0))::text as unpriced_messages, ((sum(t.input_tokens))::bigint)::text as input_tokens, ((sum(t.output_tokens))::bigint)::text as output_tokens, ((sum(t.total_tokens))::bigint)::text as total_tokens, ((sum(t.prompt_tokens))::bigint)::text as prompt_tokens, ((sum(t.completion_tokens))::bigint)::text as completion_tokens, ((sum(t.audio_tokens))::bigint)::text as audio_tokens, ((sum(t.input_audio_tokens))::bigint)::text as input_audio_tokens, ((sum(t.output_audio_tokens))::bigint)::text as output_audio_tokens, ((sum(t.cached_tokens))::bigint)::text as cached_tokens, ((sum(t.cache_write_tokens))::bigint)::text as cache_write_tokens, ((sum(t.cache_write_1h_tokens))::bigint)::text as cache_write_1h_tokens, ((sum(t.reasoning_tokens))::bigint)::text as reasoning_tokens, ((sum(t.time_us))::bigint)::text as time_us, (coalesce((sum(t.timed_messages))::bigint, 0))::text as timed_messages, ((sum(t.timed_output_tokens))::bigint)::text as timed_output_tokens, ((sum(t.time_to_first_token_us))::bigint)::text as time_to_first_token_us, (coalesce((sum(t.streamed_messages))::bigint, 0))::text as streamed_messages, ((sum(t.cost_nanos))::bigint)::text as cost_nanos
      from runfold_internal.model_usage t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1))::text as assistant_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error))::text as message_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null))::text as metered_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1))::text as unpriced_messages, (sum(e.input_tokens) filter (where e.type = 1 and e.role = 1))::text as input_tokens, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1))::text as output_tokens, (sum(e.total_tokens) filter (where e.type = 1 and e.role = 1))::text as total_tokens, (sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1))::text as prompt_tokens, (sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1))::text as completion_tokens, (sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1))::text as audio_tokens, (sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as input_audio_tokens, (sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as output_audio_tokens, (sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1))::text as cached_tokens, (sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_tokens, (sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_1h_tokens, (sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1))::text as reasoning_tokens, (runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1))::text as time_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_messages, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_output_tokens, (runfold_internal.total(e.time_to_first_token_us) filter (where e.type = 1 and e.role = 1))::text as time_to_first_token_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null))::text as streamed_messages, (runfold_internal.total(e.cost_nanos) filter (where e.type = 1))::text as cost_nanos
      from runfold_internal.event e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) expected,
    (select (coalesce((sum(t.assistant_messages))::bigint, 0))::text as assistant_messages, (coalesce((sum(t.message_errors))::bigint, 0))::text as message_errors, (coalesce((sum(t.metered_messages))::bigint, 0))::text as metered_messages, (coalesce((sum(t.unpriced_messages))::bigint, 0))::text as unpriced_messages, ((sum(t.input_tokens))::bigint)::text as input_tokens, ((sum(t.output_tokens))::bigint)::text as output_tokens, ((sum(t.total_tokens))::bigint)::text as total_tokens, ((sum(t.prompt_tokens))::bigint)::text as prompt_tokens, ((sum(t.completion_tokens))::bigint)::text as completion_tokens, ((sum(t.audio_tokens))::bigint)::text as audio_tokens, ((sum(t.input_audio_tokens))::bigint)::text as input_audio_tokens, ((sum(t.output_audio_tokens))::bigint)::text as output_audio_tokens, ((sum(t.cached_tokens))::bigint)::text as cached_tokens, ((sum(t.cache_write_tokens))::bigint)::text as cache_write_tokens, ((sum(t.cache_write_1h_tokens))::bigint)::text as cache_write_1h_tokens, ((sum(t.reasoning_tokens))::bigint)::text as reasoning_tokens, ((sum(t.time_us))::bigint)::text as time_us, (coalesce((sum(t.timed_messages))::bigint, 0))::text as timed_messages, ((sum(t.timed_output_tokens))::bigint)::text as timed_output_tokens, ((sum(t.time_to_first_token_us))::bigint)::text as time_to_first_token_us, (coalesce((sum(t.streamed_messages))::bigint, 0))::text as streamed_messages, ((sum(t.cost_nanos))::bigint)::text as cost_nanos
      from runfold_internal.model_usage_hour t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1))::text as assistant_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error))::text as message_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null))::text as metered_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1))::text as unpriced_messages, (sum(e.input_tokens) filter (where e.type = 1 and e.role = 1))::text as input_tokens, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1))::text as output_tokens, (sum(e.total_tokens) filter (where e.type = 1 and e.role = 1))::text as total_tokens, (sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1))::text as prompt_tokens, (sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1))::text as completion_tokens, (sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1))::text as audio_tokens, (sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as input_audio_tokens, (sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as output_audio_tokens, (sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1))::text as cached_tokens, (sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_tokens, (sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_1h_tokens, (sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1))::text as reasoning_tokens, (runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1))::text as time_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_messages, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_output_tokens, (runfold_internal.total(e.time_to_first_token_us) filter (where e.type = 1 and e.role = 1))::text as time_to_first_token_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null))::text as streamed_messages, (runfold_internal.total(e.cost_nanos) filter (where e.type = 1))::text as cost_nanos, (count(*) filter (where e.corrects is null and e.type = 2))::text as tool_calls, (count(*) filter (where e.corrects is null and e.type = 2 and e.error))::text as tool_errors, (runfold_internal.total(e.time_us) filter (where e.type = 2))::text as tool_time_us, (count(*) filter (where e.corrects is null and e.type = 2 and e.time_us is not null))::text as timed_tool_calls, (runfold_internal.total(e.cost_nanos) filter (where e.type = 2))::text as tool_cost_nanos, (count(*) filter (where e.corrects is null and e.type = 3 and e.status is distinct from 1))::text as runs, (count(*) filter (where e.corrects is null and e.type = 3 and e.status = 3))::text as failed_runs, (runfold_internal.total(e.time_us) filter (where e.type = 3))::text as run_time_us
      from runfold_internal.event e cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(e.labels::json) j) l where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) expected,
    (select (coalesce((sum(t.assistant_messages))::bigint, 0))::text as assistant_messages, (coalesce((sum(t.message_errors))::bigint, 0))::text as message_errors, (coalesce((sum(t.metered_messages))::bigint, 0))::text as metered_messages, (coalesce((sum(t.unpriced_messages))::bigint, 0))::text as unpriced_messages, ((sum(t.input_tokens))::bigint)::text as input_tokens, ((sum(t.output_tokens))::bigint)::text as output_tokens, ((sum(t.total_tokens))::bigint)::text as total_tokens, ((sum(t.prompt_tokens))::bigint)::text as prompt_tokens, ((sum(t.completion_tokens))::bigint)::text as completion_tokens, ((sum(t.audio_tokens))::bigint)::text as audio_tokens, ((sum(t.input_audio_tokens))::bigint)::text as input_audio_tokens, ((sum(t.output_audio_tokens))::bigint)::text as output_audio_tokens, ((sum(t.cached_tokens))::bigint)::text as cached_tokens, ((sum(t.cache_write_tokens))::bigint)::text as cache_write_tokens, ((sum(t.cache_write_1h_tokens))::bigint)::text as cache_write_1h_tokens, ((sum(t.reasoning_tokens))::bigint)::text as reasoning_tokens, ((sum(t.time_us))::bigint)::text as time_us, (coalesce((sum(t.timed_messages))::bigint, 0))::text as timed_messages, ((sum(t.timed_output_tokens))::bigint)::text as timed_output_tokens, ((sum(t.time_to_first_token_us))::bigint)::text as time_to_first_token_us, (coalesce((sum(t.streamed_messages))::bigint, 0))::text as streamed_messages, ((sum(t.cost_nanos))::bigint)::text as cost_nanos, (coalesce((sum(t.tool_calls))::bigint, 0))::text as tool_calls, (coalesce((sum(t.tool_errors))::bigint, 0))::text as tool_errors, ((sum(t.tool_time_us))::bigint)::text as tool_time_us, (coalesce((sum(t.timed_tool_calls))::bigint, 0))::text as timed_tool_calls, ((sum(t.tool_cost_nanos))::bigint)::text as tool_cost_nanos, (coalesce((sum(t.runs))::bigint, 0))::text as runs, (coalesce((sum(t.failed_runs))::bigint, 0))::text as failed_runs, ((sum(t.run_time_us))::bigint)::text as run_time_us
      from runfold_internal.label_usage t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1))::text as assistant_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error))::text as message_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null))::text as metered_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1))::text as unpriced_messages, (sum(e.input_tokens) filter (where e.type = 1 and e.role = 1))::text as input_tokens, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1))::text as output_tokens, (sum(e.total_tokens) filter (where e.type = 1 and e.role = 1))::text as total_tokens, (sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1))::text as prompt_tokens, (sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1))::text as completion_tokens, (sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1))::text as audio_tokens, (sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as input_audio_tokens, (sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as output_audio_tokens, (sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1))::text as cached_tokens, (sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_tokens, (sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_1h_tokens, (sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1))::text as reasoning_tokens, (runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1))::text as time_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_messages, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_output_tokens, (runfold_internal.total(e.time_to_first_token_us) filter (where e.type = 1 and e.role = 1))::text as time_to_first_token_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null))::text as streamed_messages, (runfold_internal.total(e.cost_nanos) filter (where e.type = 1))::text as cost_nanos, (count(*) filter (where e.corrects is null and e.type = 2))::text as tool_calls, (count(*) filter (where e.corrects is null and e.type = 2 and e.error))::text as tool_errors, (runfold_internal.total(e.time_us) filter (where e.type = 2))::text as tool_time_us, (count(*) filter (where e.corrects is null and e.type = 2 and e.time_us is not null))::text as timed_tool_calls, (runfold_internal.total(e.cost_nanos) filter (where e.type = 2))::text as tool_cost_nanos, (count(*) filter (where e.corrects is null and e.type = 3 and e.status is distinct from 1))::text as runs, (count(*) filter (where e.corrects is null and e.type = 3 and e.status = 3))::text as failed_runs, (runfold_internal.total(e.time_us) filter (where e.type = 3))::text as run_time_us
      from runfold_internal.event e cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(e.labels::json) j) l where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) expected,
    (select (coalesce((sum(t.assistant_messages))::bigint, 0))::text as assistant_messages, (coalesce((sum(t.message_errors))::bigint, 0))::text as message_errors, (coalesce((sum(t.metered_messages))::bigint, 0))::text as metered_messages, (coalesce((sum(t.unpriced_messages))::bigint, 0))::text as unpriced_messages, ((sum(t.input_tokens))::bigint)::text as input_tokens, ((sum(t.output_tokens))::bigint)::text as output_tokens, ((sum(t.total_tokens))::bigint)::text as total_tokens, ((sum(t.prompt_tokens))::bigint)::text as prompt_tokens, ((sum(t.completion_tokens))::bigint)::text as completion_tokens, ((sum(t.audio_tokens))::bigint)::text as audio_tokens, ((sum(t.input_audio_tokens))::bigint)::text as input_audio_tokens, ((sum(t.output_audio_tokens))::bigint)::text as output_audio_tokens, ((sum(t.cached_tokens))::bigint)::text as cached_tokens, ((sum(t.cache_write_tokens))::bigint)::text as cache_write_tokens, ((sum(t.cache_write_1h_tokens))::bigint)::text as cache_write_1h_tokens, ((sum(t.reasoning_tokens))::bigint)::text as reasoning_tokens, ((sum(t.time_us))::bigint)::text as time_us, (coalesce((sum(t.timed_messages))::bigint, 0))::text as timed_messages, ((sum(t.timed_output_tokens))::bigint)::text as timed_output_tokens, ((sum(t.time_to_first_token_us))::bigint)::text as time_to_first_token_us, (coalesce((sum(t.streamed_messages))::bigint, 0))::text as streamed_messages, ((sum(t.cost_nanos))::bigint)::text as cost_nanos, (coalesce((sum(t.tool_calls))::bigint, 0))::text as tool_calls, (coalesce((sum(t.tool_errors))::bigint, 0))::text as tool_errors, ((sum(t.tool_time_us))::bigint)::text as tool_time_us, (coalesce((sum(t.timed_tool_calls))::bigint, 0))::text as timed_tool_calls, ((sum(t.tool_cost_nanos))::bigint)::text as tool_cost_nanos, (coalesce((sum(t.runs))::bigint, 0))::text as runs, (coalesce((sum(t.failed_runs))::bigint, 0))::text as failed_runs, ((sum(t.run_time_us))::bigint)::text as run_time_us
      from runfold_internal.label_usage_hour t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1))::text as assistant_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error))::text as message_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null))::text as metered_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1))::text as unpriced_messages, (sum(e.input_tokens) filter (where e.type = 1 and e.role = 1))::text as input_tokens, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1))::text as output_tokens, (sum(e.total_tokens) filter (where e.type = 1 and e.role = 1))::text as total_tokens, (sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1))::text as prompt_tokens, (sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1))::text as completion_tokens, (sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1))::text as audio_tokens, (sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as input_audio_tokens, (sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as output_audio_tokens, (sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1))::text as cached_tokens, (sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_tokens, (sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_1h_tokens, (sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1))::text as reasoning_tokens, (runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1))::text as time_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_messages, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_output_tokens, (runfold_internal.total(e.time_to_first_token_us) filter (where e.type = 1 and e.role = 1))::text as time_to_first_token_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null))::text as streamed_messages, (runfold_internal.total(e.cost_nanos) filter (where e.type = 1))::text as cost_nanos, (count(*) filter (where e.corrects is null and e.type = 2))::text as tool_calls, (count(*) filter (where e.corrects is null and e.type = 2 and e.error))::text as tool_errors, (runfold_internal.total(e.time_us) filter (where e.type = 2))::text as tool_time_us, (count(*) filter (where e.corrects is null and e.type = 2 and e.time_us is not null))::text as timed_tool_calls, (runfold_internal.total(e.cost_nanos) filter (where e.type = 2))::text as tool_cost_nanos, (count(*) filter (where e.corrects is null and e.type = 3 and e.status is distinct from 1))::text as runs, (count(*) filter (where e.corrects is null and e.type = 3 and e.status = 3))::text as failed_runs, (runfold_internal.total(e.time_us) filter (where e.type = 3))::text as run_time_us
      from runfold_internal.event e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) expected,
    (select (coalesce((sum(t.assistant_messages))::bigint, 0))::text as assistant_messages, (coalesce((sum(t.message_errors))::bigint, 0))::text as message_errors, (coalesce((sum(t.metered_messages))::bigint, 0))::text as metered_messages, (coalesce((sum(t.unpriced_messages))::bigint, 0))::text as unpriced_messages, ((sum(t.input_tokens))::bigint)::text as input_tokens, ((sum(t.output_tokens))::bigint)::text as output_tokens, ((sum(t.total_tokens))::bigint)::text as total_tokens, ((sum(t.prompt_tokens))::bigint)::text as prompt_tokens, ((sum(t.completion_tokens))::bigint)::text as completion_tokens, ((sum(t.audio_tokens))::bigint)::text as audio_tokens, ((sum(t.input_audio_tokens))::bigint)::text as input_audio_tokens, ((sum(t.output_audio_tokens))::bigint)::text as output_audio_tokens, ((sum(t.cached_tokens))::bigint)::text as cached_tokens, ((sum(t.cache_write_tokens))::bigint)::text as cache_write_tokens, ((sum(t.cache_write_1h_tokens))::bigint)::text as cache_write_1h_tokens, ((sum(t.reasoning_tokens))::bigint)::text as reasoning_tokens, ((sum(t.time_us))::bigint)::text as time_us, (coalesce((sum(t.timed_messages))::bigint, 0))::text as timed_messages, ((sum(t.timed_output_tokens))::bigint)::text as timed_output_tokens, ((sum(t.time_to_first_token_us))::bigint)::text as time_to_first_token_us, (coalesce((sum(t.streamed_messages))::bigint, 0))::text as streamed_messages, ((sum(t.cost_nanos))::bigint)::text as cost_nanos, (coalesce((sum(t.tool_calls))::bigint, 0))::text as tool_calls, (coalesce((sum(t.tool_errors))::bigint, 0))::text as tool_errors, ((sum(t.tool_time_us))::bigint)::text as tool_time_us, (coalesce((sum(t.timed_tool_calls))::bigint, 0))::text as timed_tool_calls, ((sum(t.tool_cost_nanos))::bigint)::text as tool_cost_nanos, (coalesce((sum(t.runs))::bigint, 0))::text as runs, (coalesce((sum(t.failed_runs))::bigint, 0))::text as failed_runs, ((sum(t.run_time_us))::bigint)::text as run_time_us
      from runfold_internal.user_usage t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (count(*) filter (where e.corrects is null and e.type = 1))::text as messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1))::text as assistant_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error))::text as message_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null))::text as metered_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1))::text as unpriced_messages, (count(*) filter (where e.corrects is null and e.type = 2))::text as tool_calls, (count(*) filter (where e.corrects is null and e.type = 2 and e.error))::text as tool_errors, (sum(e.input_tokens) filter (where e.type = 1 and e.role = 1))::text as input_tokens, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1))::text as output_tokens, (sum(e.total_tokens) filter (where e.type = 1 and e.role = 1))::text as total_tokens, (sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1))::text as prompt_tokens, (sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1))::text as completion_tokens, (sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1))::text as audio_tokens, (sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as input_audio_tokens, (sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as output_audio_tokens, (sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1))::text as cached_tokens, (sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_tokens, (sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_1h_tokens, (sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1))::text as reasoning_tokens, (runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1))::text as time_us, (runfold_internal.total(e.time_us) filter (where e.type = 2))::text as tool_time_us, (runfold_internal.total(e.time_us) filter (where e.type = 3))::text as run_time_us, (runfold_internal.total(e.cost_nanos) filter (where (e.type = 1 or e.type = 2)))::text as cost_nanos
      from runfold_internal.event e) expected,
    (select (coalesce((sum(t.messages))::bigint, 0))::text as messages, (coalesce((sum(t.assistant_messages))::bigint, 0))::text as assistant_messages, (coalesce((sum(t.message_errors))::bigint, 0))::text as message_errors, (coalesce((sum(t.metered_messages))::bigint, 0))::text as metered_messages, (coalesce((sum(t.unpriced_messages))::bigint, 0))::text as unpriced_messages, (coalesce((sum(t.tool_calls))::bigint, 0))::text as tool_calls, (coalesce((sum(t.tool_errors))::bigint, 0))::text as tool_errors, ((sum(t.input_tokens))::bigint)::text as input_tokens, ((sum(t.output_tokens))::bigint)::text as output_tokens, ((sum(t.total_tokens))::bigint)::text as total_tokens, ((sum(t.prompt_tokens))::bigint)::text as prompt_tokens, ((sum(t.completion_tokens))::bigint)::text as completion_tokens, ((sum(t.audio_tokens))::bigint)::text as audio_tokens, ((sum(t.input_audio_tokens))::bigint)::text as input_audio_tokens, ((sum(t.output_audio_tokens))::bigint)::text as output_audio_tokens, ((sum(t.cached_tokens))::bigint)::text as cached_tokens, ((sum(t.cache_write_tokens))::bigint)::text as cache_write_tokens, ((sum(t.cache_write_1h_tokens))::bigint)::text as cache_write_1h_tokens, ((sum(t.reasoning_tokens))::bigint)::text as reasoning_tokens, ((sum(t.time_us))::bigint)::text as time_us, ((sum(t.tool_time_us))::bigint)::text as tool_time_us, ((sum(t.run_time_us))::bigint)::text as run_time_us, ((sum(t.cost_nanos))::bigint)::text as cost_nanos
      from runfold_internal.run t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (count(*) filter (where e.corrects is null and e.type = 2))::text as tool_calls, (count(*) filter (where e.corrects is null and e.type = 2 and e.error))::text as tool_errors, (runfold_internal.total(e.time_us) filter (where e.type = 2))::text as tool_time_us, (count(*) filter (where e.corrects is null and e.type = 2 and e.time_us is not null))::text as timed_tool_calls, (runfold_internal.total(e.cost_nanos) filter (where e.type = 2))::text as cost_nanos
      from runfold_internal.event e where (e.type = 2)) expected,
    (select (coalesce((sum(t.tool_calls))::bigint, 0))::text as tool_calls, (coalesce((sum(t.tool_errors))::bigint, 0))::text as tool_errors, ((sum(t.tool_time_us))::bigint)::text as tool_time_us, (coalesce((sum(t.timed_tool_calls))::bigint, 0))::text as timed_tool_calls, ((sum(t.cost_nanos))::bigint)::text as cost_nanos
      from runfold_internal.tool_usage t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (count(*) filter (where e.corrects is null and e.type = 2))::text as tool_calls, (count(*) filter (where e.corrects is null and e.type = 2 and e.error))::text as tool_errors, (runfold_internal.total(e.time_us) filter (where e.type = 2))::text as tool_time_us, (count(*) filter (where e.corrects is null and e.type = 2 and e.time_us is not null))::text as timed_tool_calls, (runfold_internal.total(e.cost_nanos) filter (where e.type = 2))::text as cost_nanos
      from runfold_internal.event e where (e.type = 2)) expected,
    (select (coalesce((sum(t.tool_calls))::bigint, 0))::text as tool_calls, (coalesce((sum(t.tool_errors))::bigint, 0))::text as tool_errors, ((sum(t.tool_time_us))::bigint)::text as tool_time_us, (coalesce((sum(t.timed_tool_calls))::bigint, 0))::text as timed_tool_calls, ((sum(t.cost_nanos))::bigint)::text as cost_nanos
      from runfold_internal.tool_usage_hour t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (count(*) filter (where e.corrects is null))::text as runs, (runfold_internal.total(e.time_us))::text as run_time_us
      from runfold_internal.event e where (e.type = 3)) expected,
    (select (coalesce((sum(t.runs))::bigint, 0))::text as runs, ((sum(t.run_time_us))::bigint)::text as run_time_us
      from runfold_internal.run_usage t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (count(*) filter (where e.corrects is null))::text as runs, (runfold_internal.total(e.time_us))::text as run_time_us
      from runfold_internal.event e where (e.type = 3)) expected,
    (select (coalesce((sum(t.runs))::bigint, 0))::text as runs, ((sum(t.run_time_us))::bigint)::text as run_time_us
      from runfold_internal.run_usage_hour t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (runfold_internal.total(e.cost_nanos) filter (where e.type = 1))::text as cost_nanos, (runfold_internal.total(e.cost_nanos) filter (where e.type = 2))::text as tool_cost_nanos, (sum(e.total_tokens) filter (where e.type = 1 and e.role = 1))::text as total_tokens, (count(*) filter (where e.corrects is null and e.type = 3 and e.status is distinct from 1))::text as runs, (count(*) filter (where e.corrects is null and e.type = 2))::text as tool_calls, (count(*) filter (where e.corrects is null and e.type = 2 and e.error))::text as tool_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1))::text as assistant_messages, (sum(e.input_tokens) filter (where e.type = 1 and e.role = 1))::text as input_tokens, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1))::text as output_tokens, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error))::text as message_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null))::text as metered_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1))::text as unpriced_messages, (sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1))::text as prompt_tokens, (sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1))::text as completion_tokens, (sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1))::text as audio_tokens, (sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as input_audio_tokens, (sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as output_audio_tokens, (sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1))::text as cached_tokens, (sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_tokens, (sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_1h_tokens, (sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1))::text as reasoning_tokens, (runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1))::text as time_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_messages, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_output_tokens, (runfold_internal.total(e.time_to_first_token_us) filter (where e.type = 1 and e.role = 1))::text as time_to_first_token_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null))::text as streamed_messages, (runfold_internal.total(e.time_us) filter (where e.type = 2))::text as tool_time_us, (count(*) filter (where e.corrects is null and e.type = 2 and e.time_us is not null))::text as timed_tool_calls, (count(*) filter (where e.corrects is null and e.type = 3 and e.status = 3))::text as failed_runs, (runfold_internal.total(e.time_us) filter (where e.type = 3))::text as run_time_us
      from runfold_internal.event e cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(e.labels::json) j) l where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) expected,
    (select ((sum(t.cost_nanos))::bigint)::text as cost_nanos, ((sum(t.tool_cost_nanos))::bigint)::text as tool_cost_nanos, ((sum(t.total_tokens))::bigint)::text as total_tokens, (coalesce((sum(t.runs))::bigint, 0))::text as runs, (coalesce((sum(t.tool_calls))::bigint, 0))::text as tool_calls, (coalesce((sum(t.tool_errors))::bigint, 0))::text as tool_errors, (coalesce((sum(t.assistant_messages))::bigint, 0))::text as assistant_messages, ((sum(t.input_tokens))::bigint)::text as input_tokens, ((sum(t.output_tokens))::bigint)::text as output_tokens, (coalesce((sum(t.message_errors))::bigint, 0))::text as message_errors, (coalesce((sum(t.metered_messages))::bigint, 0))::text as metered_messages, (coalesce((sum(t.unpriced_messages))::bigint, 0))::text as unpriced_messages, ((sum(t.prompt_tokens))::bigint)::text as prompt_tokens, ((sum(t.completion_tokens))::bigint)::text as completion_tokens, ((sum(t.audio_tokens))::bigint)::text as audio_tokens, ((sum(t.input_audio_tokens))::bigint)::text as input_audio_tokens, ((sum(t.output_audio_tokens))::bigint)::text as output_audio_tokens, ((sum(t.cached_tokens))::bigint)::text as cached_tokens, ((sum(t.cache_write_tokens))::bigint)::text as cache_write_tokens, ((sum(t.cache_write_1h_tokens))::bigint)::text as cache_write_1h_tokens, ((sum(t.reasoning_tokens))::bigint)::text as reasoning_tokens, ((sum(t.time_us))::bigint)::text as time_us, (coalesce((sum(t.timed_messages))::bigint, 0))::text as timed_messages, ((sum(t.timed_output_tokens))::bigint)::text as timed_output_tokens, ((sum(t.time_to_first_token_us))::bigint)::text as time_to_first_token_us, (coalesce((sum(t.streamed_messages))::bigint, 0))::text as streamed_messages, ((sum(t.tool_time_us))::bigint)::text as tool_time_us, (coalesce((sum(t.timed_tool_calls))::bigint, 0))::text as timed_tool_calls, (coalesce((sum(t.failed_runs))::bigint, 0))::text as failed_runs, ((sum(t.run_time_us))::bigint)::text as run_time_us
      from runfold_internal.label_usage_day t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (runfold_internal.total(e.cost_nanos) filter (where e.type = 1))::text as cost_nanos, (runfold_internal.total(e.cost_nanos) filter (where e.type = 2))::text as tool_cost_nanos, (sum(e.total_tokens) filter (where e.type = 1 and e.role = 1))::text as total_tokens, (count(*) filter (where e.corrects is null and e.type = 3 and e.status is distinct from 1))::text as runs, (count(*) filter (where e.corrects is null and e.type = 2))::text as tool_calls, (count(*) filter (where e.corrects is null and e.type = 2 and e.error))::text as tool_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1))::text as assistant_messages, (sum(e.input_tokens) filter (where e.type = 1 and e.role = 1))::text as input_tokens, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1))::text as output_tokens, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error))::text as message_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null))::text as metered_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1))::text as unpriced_messages, (sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1))::text as prompt_tokens, (sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1))::text as completion_tokens, (sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1))::text as audio_tokens, (sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as input_audio_tokens, (sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as output_audio_tokens, (sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1))::text as cached_tokens, (sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_tokens, (sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_1h_tokens, (sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1))::text as reasoning_tokens, (runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1))::text as time_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_messages, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_output_tokens, (runfold_internal.total(e.time_to_first_token_us) filter (where e.type = 1 and e.role = 1))::text as time_to_first_token_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null))::text as streamed_messages, (runfold_internal.total(e.time_us) filter (where e.type = 2))::text as tool_time_us, (count(*) filter (where e.corrects is null and e.type = 2 and e.time_us is not null))::text as timed_tool_calls, (count(*) filter (where e.corrects is null and e.type = 3 and e.status = 3))::text as failed_runs, (runfold_internal.total(e.time_us) filter (where e.type = 3))::text as run_time_us
      from runfold_internal.event e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) expected,
    (select ((sum(t.cost_nanos))::bigint)::text as cost_nanos, ((sum(t.tool_cost_nanos))::bigint)::text as tool_cost_nanos, ((sum(t.total_tokens))::bigint)::text as total_tokens, (coalesce((sum(t.runs))::bigint, 0))::text as runs, (coalesce((sum(t.tool_calls))::bigint, 0))::text as tool_calls, (coalesce((sum(t.tool_errors))::bigint, 0))::text as tool_errors, (coalesce((sum(t.assistant_messages))::bigint, 0))::text as assistant_messages, ((sum(t.input_tokens))::bigint)::text as input_tokens, ((sum(t.output_tokens))::bigint)::text as output_tokens, (coalesce((sum(t.message_errors))::bigint, 0))::text as message_errors, (coalesce((sum(t.metered_messages))::bigint, 0))::text as metered_messages, (coalesce((sum(t.unpriced_messages))::bigint, 0))::text as unpriced_messages, ((sum(t.prompt_tokens))::bigint)::text as prompt_tokens, ((sum(t.completion_tokens))::bigint)::text as completion_tokens, ((sum(t.audio_tokens))::bigint)::text as audio_tokens, ((sum(t.input_audio_tokens))::bigint)::text as input_audio_tokens, ((sum(t.output_audio_tokens))::bigint)::text as output_audio_tokens, ((sum(t.cached_tokens))::bigint)::text as cached_tokens, ((sum(t.cache_write_tokens))::bigint)::text as cache_write_tokens, ((sum(t.cache_write_1h_tokens))::bigint)::text as cache_write_1h_tokens, ((sum(t.reasoning_tokens))::bigint)::text as reasoning_tokens, ((sum(t.time_us))::bigint)::text as time_us, (coalesce((sum(t.timed_messages))::bigint, 0))::text as timed_messages, ((sum(t.timed_output_tokens))::bigint)::text as timed_output_tokens, ((sum(t.time_to_first_token_us))::bigint)::text as time_to_first_token_us, (coalesce((sum(t.streamed_messages))::bigint, 0))::text as streamed_messages, ((sum(t.tool_time_us))::bigint)::text as tool_time_us, (coalesce((sum(t.timed_tool_calls))::bigint, 0))::text as timed_tool_calls, (coalesce((sum(t.failed_runs))::bigint, 0))::text as failed_runs, ((sum(t.run_time_us))::bigint)::text as run_time_us
      from runfold_internal.agent_usage_hour t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (runfold_internal.total(e.cost_nanos) filter (where e.type = 1))::text as cost_nanos, (runfold_internal.total(e.cost_nanos) filter (where e.type = 2))::text as tool_cost_nanos, (sum(e.total_tokens) filter (where e.type = 1 and e.role = 1))::text as total_tokens, (count(*) filter (where e.corrects is null and e.type = 3 and e.status is distinct from 1))::text as runs, (count(*) filter (where e.corrects is null and e.type = 2))::text as tool_calls, (count(*) filter (where e.corrects is null and e.type = 2 and e.error))::text as tool_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1))::text as assistant_messages, (sum(e.input_tokens) filter (where e.type = 1 and e.role = 1))::text as input_tokens, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1))::text as output_tokens, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error))::text as message_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null))::text as metered_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1))::text as unpriced_messages, (sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1))::text as prompt_tokens, (sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1))::text as completion_tokens, (sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1))::text as audio_tokens, (sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as input_audio_tokens, (sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as output_audio_tokens, (sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1))::text as cached_tokens, (sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_tokens, (sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_1h_tokens, (sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1))::text as reasoning_tokens, (runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1))::text as time_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_messages, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_output_tokens, (runfold_internal.total(e.time_to_first_token_us) filter (where e.type = 1 and e.role = 1))::text as time_to_first_token_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null))::text as streamed_messages, (runfold_internal.total(e.time_us) filter (where e.type = 2))::text as tool_time_us, (count(*) filter (where e.corrects is null and e.type = 2 and e.time_us is not null))::text as timed_tool_calls, (count(*) filter (where e.corrects is null and e.type = 3 and e.status = 3))::text as failed_runs, (runfold_internal.total(e.time_us) filter (where e.type = 3))::text as run_time_us
      from runfold_internal.event e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) expected,
    (select ((sum(t.cost_nanos))::bigint)::text as cost_nanos, ((sum(t.tool_cost_nanos))::bigint)::text as tool_cost_nanos, ((sum(t.total_tokens))::bigint)::text as total_tokens, (coalesce((sum(t.runs))::bigint, 0))::text as runs, (coalesce((sum(t.tool_calls))::bigint, 0))::text as tool_calls, (coalesce((sum(t.tool_errors))::bigint, 0))::text as tool_errors, (coalesce((sum(t.assistant_messages))::bigint, 0))::text as assistant_messages, ((sum(t.input_tokens))::bigint)::text as input_tokens, ((sum(t.output_tokens))::bigint)::text as output_tokens, (coalesce((sum(t.message_errors))::bigint, 0))::text as message_errors, (coalesce((sum(t.metered_messages))::bigint, 0))::text as metered_messages, (coalesce((sum(t.unpriced_messages))::bigint, 0))::text as unpriced_messages, ((sum(t.prompt_tokens))::bigint)::text as prompt_tokens, ((sum(t.completion_tokens))::bigint)::text as completion_tokens, ((sum(t.audio_tokens))::bigint)::text as audio_tokens, ((sum(t.input_audio_tokens))::bigint)::text as input_audio_tokens, ((sum(t.output_audio_tokens))::bigint)::text as output_audio_tokens, ((sum(t.cached_tokens))::bigint)::text as cached_tokens, ((sum(t.cache_write_tokens))::bigint)::text as cache_write_tokens, ((sum(t.cache_write_1h_tokens))::bigint)::text as cache_write_1h_tokens, ((sum(t.reasoning_tokens))::bigint)::text as reasoning_tokens, ((sum(t.time_us))::bigint)::text as time_us, (coalesce((sum(t.timed_messages))::bigint, 0))::text as timed_messages, ((sum(t.timed_output_tokens))::bigint)::text as timed_output_tokens, ((sum(t.time_to_first_token_us))::bigint)::text as time_to_first_token_us, (coalesce((sum(t.streamed_messages))::bigint, 0))::text as streamed_messages, ((sum(t.tool_time_us))::bigint)::text as tool_time_us, (coalesce((sum(t.timed_tool_calls))::bigint, 0))::text as timed_tool_calls, (coalesce((sum(t.failed_runs))::bigint, 0))::text as failed_runs, ((sum(t.run_time_us))::bigint)::text as run_time_us
      from runfold_internal.user_usage_day t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (runfold_internal.total(e.cost_nanos) filter (where e.type = 1))::text as cost_nanos, (runfold_internal.total(e.cost_nanos) filter (where e.type = 2))::text as tool_cost_nanos, (sum(e.total_tokens) filter (where e.type = 1 and e.role = 1))::text as total_tokens, (count(*) filter (where e.corrects is null and e.type = 3 and e.status is distinct from 1))::text as runs, (count(*) filter (where e.corrects is null and e.type = 2))::text as tool_calls, (count(*) filter (where e.corrects is null and e.type = 2 and e.error))::text as tool_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1))::text as assistant_messages, (sum(e.input_tokens) filter (where e.type = 1 and e.role = 1))::text as input_tokens, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1))::text as output_tokens, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.error))::text as message_errors, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.total_tokens is not null))::text as metered_messages, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.cost_nanos is null and coalesce(e.total_tokens, e.input_tokens, e.output_tokens, e.prompt_tokens, e.completion_tokens) is not null) - count(*) filter (where e.pricing = 1 and e.type = 1 and e.role = 1))::text as unpriced_messages, (sum(e.prompt_tokens) filter (where e.type = 1 and e.role = 1))::text as prompt_tokens, (sum(e.completion_tokens) filter (where e.type = 1 and e.role = 1))::text as completion_tokens, (sum(e.audio_tokens) filter (where e.type = 1 and e.role = 1))::text as audio_tokens, (sum(e.input_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as input_audio_tokens, (sum(e.output_audio_tokens) filter (where e.type = 1 and e.role = 1))::text as output_audio_tokens, (sum(e.cached_tokens) filter (where e.type = 1 and e.role = 1))::text as cached_tokens, (sum(e.cache_write_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_tokens, (sum(e.cache_write_1h_tokens) filter (where e.type = 1 and e.role = 1))::text as cache_write_1h_tokens, (sum(e.reasoning_tokens) filter (where e.type = 1 and e.role = 1))::text as reasoning_tokens, (runfold_internal.total(e.time_us) filter (where e.type = 1 and e.role = 1))::text as time_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_messages, (sum(e.output_tokens) filter (where e.type = 1 and e.role = 1 and e.time_us is not null))::text as timed_output_tokens, (runfold_internal.total(e.time_to_first_token_us) filter (where e.type = 1 and e.role = 1))::text as time_to_first_token_us, (count(*) filter (where e.corrects is null and e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null))::text as streamed_messages, (runfold_internal.total(e.time_us) filter (where e.type = 2))::text as tool_time_us, (count(*) filter (where e.corrects is null and e.type = 2 and e.time_us is not null))::text as timed_tool_calls, (count(*) filter (where e.corrects is null and e.type = 3 and e.status = 3))::text as failed_runs, (runfold_internal.total(e.time_us) filter (where e.type = 3))::text as run_time_us
      from runfold_internal.event e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) expected,
    (select ((sum(t.cost_nanos))::bigint)::text as cost_nanos, ((sum(t.tool_cost_nanos))::bigint)::text as tool_cost_nanos, ((sum(t.total_tokens))::bigint)::text as total_tokens, (coalesce((sum(t.runs))::bigint, 0))::text as runs, (coalesce((sum(t.tool_calls))::bigint, 0))::text as tool_calls, (coalesce((sum(t.tool_errors))::bigint, 0))::text as tool_errors, (coalesce((sum(t.assistant_messages))::bigint, 0))::text as assistant_messages, ((sum(t.input_tokens))::bigint)::text as input_tokens, ((sum(t.output_tokens))::bigint)::text as output_tokens, (coalesce((sum(t.message_errors))::bigint, 0))::text as message_errors, (coalesce((sum(t.metered_messages))::bigint, 0))::text as metered_messages, (coalesce((sum(t.unpriced_messages))::bigint, 0))::text as unpriced_messages, ((sum(t.prompt_tokens))::bigint)::text as prompt_tokens, ((sum(t.completion_tokens))::bigint)::text as completion_tokens, ((sum(t.audio_tokens))::bigint)::text as audio_tokens, ((sum(t.input_audio_tokens))::bigint)::text as input_audio_tokens, ((sum(t.output_audio_tokens))::bigint)::text as output_audio_tokens, ((sum(t.cached_tokens))::bigint)::text as cached_tokens, ((sum(t.cache_write_tokens))::bigint)::text as cache_write_tokens, ((sum(t.cache_write_1h_tokens))::bigint)::text as cache_write_1h_tokens, ((sum(t.reasoning_tokens))::bigint)::text as reasoning_tokens, ((sum(t.time_us))::bigint)::text as time_us, (coalesce((sum(t.timed_messages))::bigint, 0))::text as timed_messages, ((sum(t.timed_output_tokens))::bigint)::text as timed_output_tokens, ((sum(t.time_to_first_token_us))::bigint)::text as time_to_first_token_us, (coalesce((sum(t.streamed_messages))::bigint, 0))::text as streamed_messages, ((sum(t.tool_time_us))::bigint)::text as tool_time_us, (coalesce((sum(t.timed_tool_calls))::bigint, 0))::text as timed_tool_calls, (coalesce((sum(t.failed_runs))::bigint, 0))::text as failed_runs, ((sum(t.run_time_us))::bigint)::text as run_time_us
      from runfold_internal.user_usage_month t) actual;

select to_jsonb(expected) as expected, to_jsonb(actual) as actual
    from (select (runfold_internal.total(e.cost_nanos) filter (where e.type = 2))::text as cost_nanos, (count(*) filter (where e.corrects is null and e.type = 2))::text as tool_calls, (count(*) filter (where e.corrects is null and e.type = 2 and e.error))::text as tool_errors, (runfold_internal.total(e.time_us) filter (where e.type = 2))::text as tool_time_us, (count(*) filter (where e.corrects is null and e.type = 2 and e.time_us is not null))::text as timed_tool_calls
      from runfold_internal.event e where (e.type = 2)) expected,
    (select ((sum(t.cost_nanos))::bigint)::text as cost_nanos, (coalesce((sum(t.tool_calls))::bigint, 0))::text as tool_calls, (coalesce((sum(t.tool_errors))::bigint, 0))::text as tool_errors, ((sum(t.tool_time_us))::bigint)::text as tool_time_us, (coalesce((sum(t.timed_tool_calls))::bigint, 0))::text as timed_tool_calls
      from runfold_internal.agent_tool_hour t) actual;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of label_usage>
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
    from runfold_internal.event e where e.labels is not null and ((e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) group by 1, 2, 3, 4, 5) p
  cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(p.labels::json) j) l group by 1, 2, 3, 4, 5, 6) x
full join runfold_internal.label_usage t on x.project = t.project and x.name = t.name and x.bucket = t.bucket and x.value = t.value and x.provider = t.provider and x.model = t.model
where x.project is null or t.project is null
  or (<x.measures of user_usage>) is distinct from (<t.measures of user_usage>)
order by coalesce(x.project, t.project), coalesce(x.name, t.name), coalesce(x.bucket, t.bucket), coalesce(x.value, t.value), coalesce(x.provider, t.provider), coalesce(x.model, t.model)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of agent_tool_hour>
  from (select f.*, 1 as rows_added from (select <fold of tool_usage>
  from runfold_internal.event e where (e.type = 2) group by 1, 2, 3, 4, 5, 6) f) p group by 1, 2, 3, 4, 5, 6) x
full join runfold_internal.agent_tool_hour t on x.project = t.project and x.hour = t.hour and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.tool_name = t.tool_name
where x.project is null or t.project is null
  or (x.cost_nanos, x.tool_calls, x.tool_errors, x.tool_time_us, x.timed_tool_calls) is distinct from (t.cost_nanos, t.tool_calls, t.tool_errors, t.tool_time_us, t.timed_tool_calls)
order by coalesce(x.project, t.project), coalesce(x.hour, t.hour), coalesce(x.agent_id, t.agent_id), coalesce(x.team_id, t.team_id), coalesce(x.workflow_id, t.workflow_id), coalesce(x.tool_name, t.tool_name)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of agent_usage_hour>
  from (select f.*, 1 as rows_added from (select <fold of user_usage>
  from runfold_internal.event e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3)) group by 1, 2, 3, 4, 5, 6, 7, 8) f) p group by 1, 2, 3, 4, 5, 6, 7) x
full join runfold_internal.agent_usage_hour t on x.project = t.project and x.hour = t.hour and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.provider = t.provider and x.model = t.model
where x.project is null or t.project is null
  or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>)
order by coalesce(x.project, t.project), coalesce(x.hour, t.hour), coalesce(x.agent_id, t.agent_id), coalesce(x.team_id, t.team_id), coalesce(x.workflow_id, t.workflow_id), coalesce(x.provider, t.provider), coalesce(x.model, t.model)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of label_usage_day>
  from (select f.*, 1 as rows_added from (select <fold of partials of label_usage_hour>
  from (select f.*, 1 as rows_added from (select <fold of label_usage>
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
    from runfold_internal.event e where e.labels is not null and ((e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) group by 1, 2, 3, 4, 5) p
  cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(p.labels::json) j) l group by 1, 2, 3, 4, 5, 6) f) p group by 1, 2, 3, 4, 5, 6) f) p group by 1, 2, 3, 4, 5, 6) x
full join runfold_internal.label_usage_day t on x.project = t.project and x.name = t.name and x.day = t.day and x.value = t.value and x.provider = t.provider and x.model = t.model
where x.project is null or t.project is null
  or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>)
order by coalesce(x.project, t.project), coalesce(x.name, t.name), coalesce(x.day, t.day), coalesce(x.value, t.value), coalesce(x.provider, t.provider), coalesce(x.model, t.model)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of label_usage_hour>
  from (select f.*, 1 as rows_added from (select <fold of label_usage>
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
    from runfold_internal.event e where e.labels is not null and ((e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3))) group by 1, 2, 3, 4, 5) p
  cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(p.labels::json) j) l group by 1, 2, 3, 4, 5, 6) f) p group by 1, 2, 3, 4, 5, 6) x
full join runfold_internal.label_usage_hour t on x.project = t.project and x.name = t.name and x.hour = t.hour and x.value = t.value and x.provider = t.provider and x.model = t.model
where x.project is null or t.project is null
  or (<x.measures of user_usage>) is distinct from (<t.measures of user_usage>)
order by coalesce(x.project, t.project), coalesce(x.name, t.name), coalesce(x.hour, t.hour), coalesce(x.value, t.value), coalesce(x.provider, t.provider), coalesce(x.model, t.model)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of model_usage>
  from (select f.*, 1 as rows_added from (select <fold of user_usage>
  from runfold_internal.event e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3)) group by 1, 2, 3, 4, 5, 6, 7, 8) f) p where coalesce(nullif(p.assistant_messages, 0), nullif(p.message_errors, 0), nullif(p.metered_messages, 0), nullif(p.unpriced_messages, 0), p.input_tokens, p.output_tokens, p.total_tokens, p.prompt_tokens, p.completion_tokens, p.audio_tokens, p.input_audio_tokens, p.output_audio_tokens, p.cached_tokens, p.cache_write_tokens, p.cache_write_1h_tokens, p.reasoning_tokens, p.time_us, nullif(p.timed_messages, 0), p.timed_output_tokens, p.time_to_first_token_us, nullif(p.streamed_messages, 0), p.cost_nanos) is not null group by 1, 2, 3, 4, 5, 6, 7) x
full join runfold_internal.model_usage t on x.project = t.project and x.bucket = t.bucket and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.provider = t.provider and x.model = t.model
where x.project is null or t.project is null
  or (<x.measures of model_usage>) is distinct from (<t.measures of model_usage>)
order by coalesce(x.project, t.project), coalesce(x.bucket, t.bucket), coalesce(x.agent_id, t.agent_id), coalesce(x.team_id, t.team_id), coalesce(x.workflow_id, t.workflow_id), coalesce(x.provider, t.provider), coalesce(x.model, t.model)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of model_usage_hour>
  from (select f.*, 1 as rows_added from (select <fold of partials of model_usage>
  from (select f.*, 1 as rows_added from (select <fold of user_usage>
  from runfold_internal.event e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3)) group by 1, 2, 3, 4, 5, 6, 7, 8) f) p where coalesce(nullif(p.assistant_messages, 0), nullif(p.message_errors, 0), nullif(p.metered_messages, 0), nullif(p.unpriced_messages, 0), p.input_tokens, p.output_tokens, p.total_tokens, p.prompt_tokens, p.completion_tokens, p.audio_tokens, p.input_audio_tokens, p.output_audio_tokens, p.cached_tokens, p.cache_write_tokens, p.cache_write_1h_tokens, p.reasoning_tokens, p.time_us, nullif(p.timed_messages, 0), p.timed_output_tokens, p.time_to_first_token_us, nullif(p.streamed_messages, 0), p.cost_nanos) is not null group by 1, 2, 3, 4, 5, 6, 7) f) p group by 1, 2, 3, 4) x
full join runfold_internal.model_usage_hour t on x.project = t.project and x.hour = t.hour and x.provider = t.provider and x.model = t.model
where x.project is null or t.project is null
  or (<x.measures of model_usage>) is distinct from (<t.measures of model_usage>)
order by coalesce(x.project, t.project), coalesce(x.hour, t.hour), coalesce(x.provider, t.provider), coalesce(x.model, t.model)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of session>
  from (select f.*, 1 as rows_added from (select <fold of run>
  from (select found.* from unnest($2::integer[], $3::text[]) as chosen(project, session_id),
    lateral (select * from runfold_internal.event r
      where r.project = chosen.project and r.session_id = chosen.session_id offset 0) found) e group by 1, 2, 3) f) p group by 1, 2) x
full join (select found.* from unnest($2::integer[], $3::text[]) as chosen(project, session_id),
    lateral (select * from runfold_internal.session r
      where r.project = chosen.project and r.session_id = chosen.session_id offset 0) found) t on x.project = t.project and x.session_id = t.session_id
where x.project is null or t.project is null
  or (<x.measures of session>) is distinct from (<t.measures of session>)
order by coalesce(x.project, t.project), coalesce(x.session_id, t.session_id)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of session>
  from (select f.*, 1 as rows_added from (select <fold of run>
  from runfold_internal.event e group by 1, 2, 3) f) p group by 1, 2) x
full join runfold_internal.session t on x.project = t.project and x.session_id = t.session_id
where x.project is null or t.project is null
  or (<x.measures of session>) is distinct from (<t.measures of session>)
order by coalesce(x.project, t.project), coalesce(x.session_id, t.session_id)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of tool_usage_hour>
  from (select f.*, 1 as rows_added from (select <fold of partials of agent_tool_hour>
  from (select f.*, 1 as rows_added from (select <fold of tool_usage>
  from runfold_internal.event e where (e.type = 2) group by 1, 2, 3, 4, 5, 6) f) p group by 1, 2, 3, 4, 5, 6) f) p group by 1, 2, 3) x
full join runfold_internal.tool_usage_hour t on x.project = t.project and x.hour = t.hour and x.tool_name = t.tool_name
where x.project is null or t.project is null
  or (x.tool_calls, x.tool_errors, x.tool_time_us, x.timed_tool_calls, x.cost_nanos) is distinct from (t.tool_calls, t.tool_errors, t.tool_time_us, t.timed_tool_calls, t.cost_nanos)
order by coalesce(x.project, t.project), coalesce(x.hour, t.hour), coalesce(x.tool_name, t.tool_name)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of user_usage_day>
  from (select f.*, 1 as rows_added from (select <fold of user_usage>
  from runfold_internal.event e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3)) group by 1, 2, 3, 4, 5, 6, 7, 8) f) p group by 1, 2, 3, 4, 5, 6) x
full join runfold_internal.user_usage_day t on x.project = t.project and x.day = t.day and x.user_id = t.user_id and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id
where x.project is null or t.project is null
  or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>)
order by coalesce(x.project, t.project), coalesce(x.day, t.day), coalesce(x.user_id, t.user_id), coalesce(x.agent_id, t.agent_id), coalesce(x.team_id, t.team_id), coalesce(x.workflow_id, t.workflow_id)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of user_usage_month>
  from (select f.*, 1 as rows_added from (select <fold of partials of user_usage_day>
  from (select f.*, 1 as rows_added from (select <fold of user_usage>
  from runfold_internal.event e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3)) group by 1, 2, 3, 4, 5, 6, 7, 8) f) p group by 1, 2, 3, 4, 5, 6) f) p group by 1, 2, 3, 4, 5, 6) x
full join runfold_internal.user_usage_month t on x.project = t.project and x.month = t.month and x.user_id = t.user_id and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id
where x.project is null or t.project is null
  or (<x.measures of user_usage_day>) is distinct from (<t.measures of user_usage_day>)
order by coalesce(x.project, t.project), coalesce(x.month, t.month), coalesce(x.user_id, t.user_id), coalesce(x.agent_id, t.agent_id), coalesce(x.team_id, t.team_id), coalesce(x.workflow_id, t.workflow_id)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of run>
  from (select found.* from unnest($2::integer[], $3::text[]) as chosen(project, session_id),
    lateral (select * from runfold_internal.event r
      where r.project = chosen.project and r.session_id = chosen.session_id offset 0) found) e group by 1, 2, 3) x
full join (select found.* from unnest($2::integer[], $3::text[]) as chosen(project, session_id),
    lateral (select * from runfold_internal.run r
      where r.project = chosen.project and r.session_id = chosen.session_id offset 0) found) t on x.project = t.project and x.session_id = t.session_id and x.run_id = t.run_id
where x.project is null or t.project is null
  or (<x.measures of run>) is distinct from (<t.measures of run>)
order by coalesce(x.project, t.project), coalesce(x.session_id, t.session_id), coalesce(x.run_id, t.run_id)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of run>
  from runfold_internal.event e group by 1, 2, 3) x
full join runfold_internal.run t on x.project = t.project and x.session_id = t.session_id and x.run_id = t.run_id
where x.project is null or t.project is null
  or (<x.measures of run>) is distinct from (<t.measures of run>)
order by coalesce(x.project, t.project), coalesce(x.session_id, t.session_id), coalesce(x.run_id, t.run_id)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of run_label>
  from (select e.project,
      e.session_id,
      e.run_id,
      e.labels
    from (select found.* from unnest($2::integer[], $3::text[]) as chosen(project, session_id),
    lateral (select * from runfold_internal.event r
      where r.project = chosen.project and r.session_id = chosen.session_id offset 0) found) e where e.labels is not null group by 1, 2, 3, 4) p
  cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(p.labels::json) j) l group by 1, 2, 3, 4) x
full join (select found.* from unnest($2::integer[], $3::text[]) as chosen(project, session_id),
    lateral (select * from runfold_internal.run_label r
      where r.project = chosen.project and r.session_id = chosen.session_id offset 0) found) t on x.project = t.project and x.session_id = t.session_id and x.run_id = t.run_id and x.name = t.name
where x.project is null or t.project is null
  or (x.value) is distinct from (t.value)
order by coalesce(x.project, t.project), coalesce(x.session_id, t.session_id), coalesce(x.run_id, t.run_id), coalesce(x.name, t.name)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of run_label>
  from (select e.project,
      e.session_id,
      e.run_id,
      e.labels
    from runfold_internal.event e where e.labels is not null group by 1, 2, 3, 4) p
  cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(p.labels::json) j) l group by 1, 2, 3, 4) x
full join runfold_internal.run_label t on x.project = t.project and x.session_id = t.session_id and x.run_id = t.run_id and x.name = t.name
where x.project is null or t.project is null
  or (x.value) is distinct from (t.value)
order by coalesce(x.project, t.project), coalesce(x.session_id, t.session_id), coalesce(x.run_id, t.run_id), coalesce(x.name, t.name)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of session_user>
  from (select found.* from unnest($2::integer[], $3::text[]) as chosen(project, session_id),
    lateral (select * from runfold_internal.event r
      where r.project = chosen.project and r.session_id = chosen.session_id offset 0) found) e where (e.user_id is not null) group by 1, 2, 3) x
full join (select found.* from unnest($2::integer[], $3::text[]) as chosen(project, session_id),
    lateral (select * from runfold_internal.session_user r
      where r.project = chosen.project and r.session_id = chosen.session_id offset 0) found) t on x.project = t.project and x.user_id = t.user_id and x.session_id = t.session_id
where x.project is null or t.project is null
  or (x.started_at_us, x.ended_at_us) is distinct from (t.started_at_us, t.ended_at_us)
order by coalesce(x.project, t.project), coalesce(x.user_id, t.user_id), coalesce(x.session_id, t.session_id)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of session_user>
  from runfold_internal.event e where (e.user_id is not null) group by 1, 2, 3) x
full join runfold_internal.session_user t on x.project = t.project and x.user_id = t.user_id and x.session_id = t.session_id
where x.project is null or t.project is null
  or (x.started_at_us, x.ended_at_us) is distinct from (t.started_at_us, t.ended_at_us)
order by coalesce(x.project, t.project), coalesce(x.user_id, t.user_id), coalesce(x.session_id, t.session_id)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of tool_usage>
  from runfold_internal.event e where (e.type = 2) group by 1, 2, 3, 4, 5, 6) x
full join runfold_internal.tool_usage t on x.project = t.project and x.bucket = t.bucket and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.tool_name = t.tool_name
where x.project is null or t.project is null
  or (x.tool_calls, x.tool_errors, x.tool_time_us, x.timed_tool_calls, x.cost_nanos) is distinct from (t.tool_calls, t.tool_errors, t.tool_time_us, t.timed_tool_calls, t.cost_nanos)
order by coalesce(x.project, t.project), coalesce(x.bucket, t.bucket), coalesce(x.agent_id, t.agent_id), coalesce(x.team_id, t.team_id), coalesce(x.workflow_id, t.workflow_id), coalesce(x.tool_name, t.tool_name)
limit $1;

select to_jsonb(x) as expected, to_jsonb(t) as actual,
  count(*) over ()::float8 as total
from (select <fold of user_usage>
  from runfold_internal.event e where (e.type = 1 and e.role = 1) or (e.type = 1 and e.cost_nanos is not null) or ((e.type = 2 or e.type = 3)) group by 1, 2, 3, 4, 5, 6, 7, 8) x
full join runfold_internal.user_usage t on x.project = t.project and x.bucket = t.bucket and x.user_id = t.user_id and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.provider = t.provider and x.model = t.model
where x.project is null or t.project is null
  or (<x.measures of user_usage>) is distinct from (<t.measures of user_usage>)
order by coalesce(x.project, t.project), coalesce(x.bucket, t.bucket), coalesce(x.user_id, t.user_id), coalesce(x.agent_id, t.agent_id), coalesce(x.team_id, t.team_id), coalesce(x.workflow_id, t.workflow_id), coalesce(x.provider, t.provider), coalesce(x.model, t.model)
limit $1;

select to_jsonb(x) || jsonb_build_object('time_levels', x.time_levels::text) as expected, to_jsonb(t) || jsonb_build_object('time_levels', t.time_levels::text) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of run_usage_hour>
  from (select f.*, 1 as rows_added from (select <fold of run_usage>
  from runfold_internal.event e where (e.type = 3) group by 1, 2, 3, 4, 5, 6) f) p group by 1, 2, 3, 4, 5, 6) x
full join runfold_internal.run_usage_hour t on x.project = t.project and x.hour = t.hour and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.status = t.status
where x.project is null or t.project is null
  or (x.runs, x.run_time_us, x.time_levels) is distinct from (t.runs, t.run_time_us, t.time_levels)
order by coalesce(x.project, t.project), coalesce(x.hour, t.hour), coalesce(x.agent_id, t.agent_id), coalesce(x.team_id, t.team_id), coalesce(x.workflow_id, t.workflow_id), coalesce(x.status, t.status)
limit $1;

select to_jsonb(x) || jsonb_build_object('time_levels', x.time_levels::text) as expected, to_jsonb(t) || jsonb_build_object('time_levels', t.time_levels::text) as actual,
  count(*) over ()::float8 as total
from (select <fold of run_usage>
  from runfold_internal.event e where (e.type = 3) group by 1, 2, 3, 4, 5, 6) x
full join runfold_internal.run_usage t on x.project = t.project and x.bucket = t.bucket and x.agent_id = t.agent_id and x.team_id = t.team_id and x.workflow_id = t.workflow_id and x.status = t.status
where x.project is null or t.project is null
  or (x.runs, x.run_time_us, x.time_levels) is distinct from (t.runs, t.run_time_us, t.time_levels)
order by coalesce(x.project, t.project), coalesce(x.bucket, t.bucket), coalesce(x.agent_id, t.agent_id), coalesce(x.team_id, t.team_id), coalesce(x.workflow_id, t.workflow_id), coalesce(x.status, t.status)
limit $1;

select to_jsonb(x) || jsonb_build_object('time_levels', x.time_levels::text) || jsonb_build_object('first_token_levels', x.first_token_levels::text) as expected, to_jsonb(t) || jsonb_build_object('time_levels', t.time_levels::text) || jsonb_build_object('first_token_levels', t.first_token_levels::text) as actual,
  count(*) over ()::float8 as total
from (select <fold of latency>
  from runfold_internal.event e where (e.type = 1 and e.role = 1 and e.time_us is not null and e.corrects is null) or (e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null and e.corrects is null) or ((e.type = 2 or e.type = 3) and e.time_us is not null and e.corrects is null) group by 1, 2, 3, 4, 5) x
full join runfold_internal.latency t on x.project = t.project and x.bucket = t.bucket and x.type = t.type and x.provider = t.provider and x.name = t.name
where x.project is null or t.project is null
  or (x.time_levels, x.first_token_levels) is distinct from (t.time_levels, t.first_token_levels)
order by coalesce(x.project, t.project), coalesce(x.bucket, t.bucket), coalesce(x.type, t.type), coalesce(x.provider, t.provider), coalesce(x.name, t.name)
limit $1;

select to_jsonb(x) || jsonb_build_object('time_levels', x.time_levels::text) || jsonb_build_object('first_token_levels', x.first_token_levels::text) as expected, to_jsonb(t) || jsonb_build_object('time_levels', t.time_levels::text) || jsonb_build_object('first_token_levels', t.first_token_levels::text) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of latency_day>
  from (select f.*, 1 as rows_added from (select <fold of partials of latency_hour>
  from (select f.*, 1 as rows_added from (select <fold of latency>
  from runfold_internal.event e where (e.type = 1 and e.role = 1 and e.time_us is not null and e.corrects is null) or (e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null and e.corrects is null) or ((e.type = 2 or e.type = 3) and e.time_us is not null and e.corrects is null) group by 1, 2, 3, 4, 5) f) p group by 1, 2, 3, 4, 5) f) p group by 1, 2, 3, 4, 5) x
full join runfold_internal.latency_day t on x.project = t.project and x.day = t.day and x.type = t.type and x.provider = t.provider and x.name = t.name
where x.project is null or t.project is null
  or (x.time_levels, x.first_token_levels) is distinct from (t.time_levels, t.first_token_levels)
order by coalesce(x.project, t.project), coalesce(x.day, t.day), coalesce(x.type, t.type), coalesce(x.provider, t.provider), coalesce(x.name, t.name)
limit $1;

select to_jsonb(x) || jsonb_build_object('time_levels', x.time_levels::text) || jsonb_build_object('first_token_levels', x.first_token_levels::text) as expected, to_jsonb(t) || jsonb_build_object('time_levels', t.time_levels::text) || jsonb_build_object('first_token_levels', t.first_token_levels::text) as actual,
  count(*) over ()::float8 as total
from (select <fold of partials of latency_hour>
  from (select f.*, 1 as rows_added from (select <fold of latency>
  from runfold_internal.event e where (e.type = 1 and e.role = 1 and e.time_us is not null and e.corrects is null) or (e.type = 1 and e.role = 1 and e.time_to_first_token_us is not null and e.corrects is null) or ((e.type = 2 or e.type = 3) and e.time_us is not null and e.corrects is null) group by 1, 2, 3, 4, 5) f) p group by 1, 2, 3, 4, 5) x
full join runfold_internal.latency_hour t on x.project = t.project and x.hour = t.hour and x.type = t.type and x.provider = t.provider and x.name = t.name
where x.project is null or t.project is null
  or (x.time_levels, x.first_token_levels) is distinct from (t.time_levels, t.first_token_levels)
order by coalesce(x.project, t.project), coalesce(x.hour, t.hour), coalesce(x.type, t.type), coalesce(x.provider, t.provider), coalesce(x.name, t.name)
limit $1
