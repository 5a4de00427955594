create view runfold.waiting_spans as select
  s.project as project,
  replace(s.trace_id::text, '-', '') as trace_id,
  lpad(to_hex(s.span_id), 16, '0') as span_id,
  s.event->>'type' as type,
  s.event->>'model' as model,
  s.event->>'tool_name' as tool_name,
  (s.event->'metrics'->>'input_tokens')::integer as input_tokens,
  (s.event->'metrics'->>'output_tokens')::integer as output_tokens,
  t.open_since as waiting_since,
  t.due_at as due_at
from runfold_internal.otlp_span s
  join runfold_internal.otlp_trace t on t.project = s.project and t.trace_id = s.trace_id
  where s.event is not null;

comment on view runfold.waiting_spans is 'One row per OpenTelemetry span that waits for its parents: its figures are in no total yet.';
comment on column runfold.waiting_spans.project is 'The project; 1 unless projects are used';
comment on column runfold.waiting_spans.trace_id is 'The trace';
comment on column runfold.waiting_spans.span_id is 'The span';
comment on column runfold.waiting_spans.type is 'message, tool_call or run: what it will be';
comment on column runfold.waiting_spans.model is 'The model of a message';
comment on column runfold.waiting_spans.tool_name is 'The tool of a call';
comment on column runfold.waiting_spans.input_tokens is 'Tokens sent to the model';
comment on column runfold.waiting_spans.output_tokens is 'Tokens the model produced';
comment on column runfold.waiting_spans.waiting_since is 'When its trace began to have waiting spans';
comment on column runfold.waiting_spans.due_at is 'When it is settled, even if parents are missing';
