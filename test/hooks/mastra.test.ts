import { expect, test } from 'vitest';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import { type MastraTracingEvent, runfoldExporter } from '#runfold/hooks/mastra/exporter.js';

type Span = MastraTracingEvent['exportedSpan'];

const traceId = '0af7651916cd43dd8448eb211c80319c';
const span = (id: string, type: string, rest: Partial<Span> = {}): Span => ({
  id,
  traceId,
  type,
  name: id,
  startTime: new Date('2026-06-01T10:00:00Z'),
  ...rest,
});
const endTime = new Date('2026-06-01T10:00:02Z');
const agent = span('agent', 'agent_run', { metadata: { runId: 'run-1' } });
const model = span('model', 'model_generation', { parentSpanId: 'agent' });
const endedModel = {
  ...model,
  endTime,
  attributes: {
    model: 'gpt-5-mini',
    provider: 'openai',
    finishReason: 'stop',
    usage: { inputTokens: 100, outputTokens: 20 },
  },
};
/** The memory and the scorers of this run made calls that Mastra does not show. */
const endedAgent = {
  ...agent,
  endTime,
  attributes: {
    internalUsage: { inputTokens: 7_000, outputTokens: 30, inputDetails: { cacheRead: 6_000 } },
  },
};

function record(events: readonly (readonly [string, Span])[]): readonly MetricEventInput[] {
  const emitted: MetricEventInput[] = [];
  const on_error = (error: Error) => expect.fail(`The hook failed: ${error.stack}`);
  const emitter = { emit: (event: MetricEventInput) => emitted.push(event) };
  const exporter = runfoldExporter(emitter, { on_error });
  for (const [type, exportedSpan] of events) exporter.onTracingEvent({ type, exportedSpan });
  return emitted;
}

test('counts what Mastra used internally once, in the run that caused it', () => {
  const events = record([
    ['span_started', agent],
    ['span_started', model],
    ['span_ended', endedModel],
    ['span_updated', endedAgent],
    ['span_ended', endedAgent],
  ]);
  expect(events).toMatchObject([
    { type: 'message', run_id: 'run-1', metrics: { input_tokens: 100, output_tokens: 20 } },
    {
      type: 'message',
      run_id: 'run-1',
      metrics: { input_tokens: 7_000, output_tokens: 30, cached_tokens: 6_000 },
    },
    { type: 'run', run_id: 'run-1', status: 'completed' },
  ]);
});

test('records nothing more when the end of a span is repeated', () => {
  const once = [
    ['span_started', agent],
    ['span_started', model],
    ['span_ended', endedModel],
    ['span_ended', endedAgent],
  ] as const;
  const repeated = once.flatMap((event) => [event, event]);
  expect(record(repeated)).toHaveLength(record(once).length);
  expect(record([...once, ...once])).toHaveLength(record(once).length);
});

test.each([
  [{ threadId: 'thread', sessionId: 'told' }, 'thread'],
  [{ sessionId: 'told' }, 'told'],
  [{}, traceId],
])(
  'the session is the thread, or what the metadata says, or the trace: %j',
  (metadata, session_id) => {
    const run = span('agent', 'agent_run', { metadata: { runId: 'run-1', ...metadata } });
    expect(record([['span_ended', { ...run, endTime }]])).toMatchObject([
      { type: 'run', session_id, run_id: 'run-1' },
    ]);
  },
);

test('a run below another has the names of its entity, and ids of its own', () => {
  const flow = span('flow', 'workflow_run', {
    entityId: 'report',
    metadata: { threadId: 'thread', userId: 'ann' },
  });
  const inner = span('inner', 'agent_run', {
    parentSpanId: 'flow',
    entityId: 'writer',
    entityName: 'The writer',
  });
  const call = span('tool', 'mcp_tool_call', {
    parentSpanId: 'inner',
    entityId: 'weather',
    attributes: { toolCallId: 'call_rome', success: false },
  });
  const events = record([
    ['span_started', flow],
    ['span_started', inner],
    ['span_started', call],
    ['span_ended', { ...call, endTime }],
    ['span_ended', { ...inner, endTime }],
    ['span_ended', { ...flow, endTime }],
  ]);
  const below = {
    session_id: 'thread',
    user_id: 'ann',
    run_id: `${traceId}.inner`,
    parent_run_id: traceId,
    agent_id: 'writer',
    agent_name: 'The writer',
    workflow_id: 'report',
  };
  expect(events).toMatchObject([
    {
      type: 'tool_call',
      ...below,
      tool_name: 'weather',
      tool_call_id: 'call_rome',
      error: true,
      metrics: { time: 2 },
    },
    { type: 'run', ...below },
    { type: 'run', run_id: traceId, session_id: 'thread', workflow_id: 'report' },
  ]);
  expect(events.at(-1)).not.toHaveProperty('agent_id');
});

test('a call has all tokens that its usage tells, and the model that answered', () => {
  const usage = {
    inputTokens: 100,
    outputTokens: 20,
    inputDetails: { cacheRead: 40, cacheWrite: 30, cacheWrite1h: 10, audio: 3 },
    outputDetails: { reasoning: 5, audio: 2 },
  };
  const attributes = { ...endedModel.attributes, responseModel: 'gpt-5-mini-2026', usage };
  const [message] = record([
    ['span_started', agent],
    ['span_started', { ...model, attributes: { provider: 'openai' } }],
    ['span_ended', { ...endedModel, attributes }],
  ]);
  expect(message).toMatchObject({
    model: 'gpt-5-mini-2026',
    provider: 'openai',
    occurred_at: endTime,
    metrics: {
      input_tokens: 100,
      output_tokens: 20,
      cached_tokens: 40,
      cache_write_tokens: 30,
      cache_write_1h_tokens: 10,
      reasoning_tokens: 5,
      input_audio_tokens: 3,
      output_audio_tokens: 2,
      time: 2,
    },
  });
});
