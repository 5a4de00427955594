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
