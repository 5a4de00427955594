import { context, trace } from '@opentelemetry/api';
import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { withOtlpService } from './otlp-service.js';
import { drain, openaiUsage } from './scenarios.js';

const { record, provider } = withOtlpService('json');
let server: ModelServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startModelServer();
  const instrumentation = new OpenAIInstrumentation({ traceContent: false });
  instrumentation.setTracerProvider(provider);
  instrumentation.manuallyInstrument(OpenAI as never);
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterEach(() => server.reset());
afterAll(() => server.close());

const hi = { text: 'Hi.', usage: openaiUsage };
const messages = [{ role: 'user' as const, content: 'How is the weather?' }];

/** Work in the span of a workflow, as with Traceloop's decorators. */
async function inWorkflow(work: () => Promise<unknown>): Promise<void> {
  const tracer = trace.getTracer('@traceloop/node-server-sdk');
  const attributes = {
    'traceloop.span.kind': 'workflow',
    'traceloop.workflow.name': 'helper',
    'traceloop.entity.name': 'helper',
    'traceloop.association.properties.session_id': 'session-1',
    'traceloop.association.properties.user_id': 'user-1',
  };
  const span = tracer.startSpan('helper.workflow', { attributes });
  await context.with(trace.setSpan(context.active(), span), async () => {
    await work();
    const tool = { 'traceloop.span.kind': 'tool', 'traceloop.entity.name': 'weather' };
    tracer.startSpan('weather.tool', { attributes: tool }).end();
  });
  span.end();
}

test('counts chat completions and responses in a workflow', async () => {
  server.plan(hi, hi);
  const { runs, tool_calls } = await record(() =>
    inWorkflow(async () => {
      await client.chat.completions.create({ model: 'gpt-5-mini', messages });
      await client.responses.create({ model: 'gpt-5-mini', input: 'Hi' });
    }),
  );
  expect(runs).toMatchObject([
    {
      session_id: 'session-1',
      user_id: 'user-1',
      workflow_id: 'helper',
      status: 'completed',
      model: 'gpt-5-mini',
      provider: 'openai',
      messages: 2,
      metered_messages: 2,
      input_tokens: 200,
      output_tokens: 40,
      total_tokens: 240,
      // It does not report them.
      cached_tokens: null,
      reasoning_tokens: null,
      tool_calls: 1,
    },
  ]);
  expect(tool_calls).toMatchObject([{ tool_name: 'weather', error: null }]);
});

test('reports no tokens of streams, and nothing of failed calls', async () => {
  server.plan(hi, { status: 500 });
  const { runs } = await record(
    () =>
      inWorkflow(async () => {
        const request = { model: 'gpt-5-mini', messages };
        const include_usage = { stream: true as const, stream_options: { include_usage: true } };
        await drain(await client.chat.completions.create({ ...request, ...include_usage }));
        await client.chat.completions.create(request).catch(() => undefined);
      }),
    { unfinished: 1 },
  );
  expect(runs).toMatchObject([
    { status: 'completed', messages: 1, metered_messages: 0, message_errors: 0 },
  ]);
});
