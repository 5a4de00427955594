import type { View } from './view.js';

const figure = (name: string) => `(s.event->'metrics'->>'${name}')::integer`;

/** Spans of OpenTelemetry that are in no total yet. */
export const waitingView: View = {
  name: 'waiting_spans',
  doc: 'One row per OpenTelemetry span that waits for its parents: its figures are in no total yet.',
  columns: [
    { name: 'project', sql: 's.project', doc: 'The project; 1 unless projects are used' },
    { name: 'trace_id', sql: "replace(s.trace_id::text, '-', '')", doc: 'The trace' },
    { name: 'span_id', sql: "lpad(to_hex(s.span_id), 16, '0')", doc: 'The span' },
    { name: 'type', sql: "s.event->>'type'", doc: 'message, tool_call or run: what it will be' },
    { name: 'model', sql: "s.event->>'model'", doc: 'The model of a message' },
    { name: 'tool_name', sql: "s.event->>'tool_name'", doc: 'The tool of a call' },
    { name: 'input_tokens', sql: figure('input_tokens'), doc: 'Tokens sent to the model' },
    { name: 'output_tokens', sql: figure('output_tokens'), doc: 'Tokens the model produced' },
    {
      name: 'waiting_since',
      sql: 't.open_since',
      doc: 'When its trace began to have waiting spans',
    },
    { name: 'due_at', sql: 't.due_at', doc: 'When it is settled, even if parents are missing' },
  ],
  from: `runfold_internal.otlp_span s
  join runfold_internal.otlp_trace t on t.project = s.project and t.trace_id = s.trace_id
  where s.event is not null`,
};
