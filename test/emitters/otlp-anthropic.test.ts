import Anthropic from '@anthropic-ai/sdk';
import { trace } from '@opentelemetry/api';
import { AnthropicInstrumentation } from '@traceloop/instrumentation-anthropic';
import * as anthropicSdk0 from 'anthropic-sdk-0';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { withOtlpService } from './otlp-service.js';
import { anthropicTokens, anthropicUsage, drain } from './scenarios.js';

const { record, provider } = withOtlpService();
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterEach(() => server.reset());
afterAll(() => server.close());

const request = {
  model: 'claude-opus-4-6',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'How is the weather?' }],
};
const hi = { text: 'Hi.', usage: anthropicUsage };
const options = () => ({ baseURL: server.url, apiKey: 'none', maxRetries: 0 });

describe("the spans of Anthropic's own SDK", () => {
  test('are a message each, streamed or not, below the agent around them', async () => {
    server.plan(hi, { ...hi, tool_calls: [{ name: 'weather', input: { city: 'Rome' } }] });
    const client = new Anthropic(options());
    const attributes = {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'helper',
      'gen_ai.conversation.id': 'session-1',
      'user.id': 'user-1',
    };
    const { runs, messages } = await record(() =>
      trace.getTracer('app').startActiveSpan('helper', { attributes }, async (span) => {
        await client.messages.create(request);
        await client.messages.stream(request).finalMessage();
        span.end();
      }),
    );
    expect(runs).toMatchObject([
      {
        ...anthropicTokens(2),
        session_id: 'session-1',
        user_id: 'user-1',
        agent_name: 'helper',
        status: 'completed',
        provider: 'anthropic',
        messages: 2,
        message_errors: 0,
        cost: 0.001665,
      },
    ]);
    const [whole, streamed] = messages;
    expect(whole?.time_to_first_token).toBeNull();
    expect(streamed?.time_to_first_token).toBeGreaterThan(0);
  });

  test('name how a call failed, and hold all its attempts', async () => {
    server.plan({ status: 529 }, { status: 529 }, hi);
    const { messages } = await record(async () => {
      await new Anthropic(options()).messages.create(request).catch(() => undefined);
      await new Anthropic({ ...options(), maxRetries: 1 }).messages.create(request);
    });
    expect(messages).toMatchObject([
      { error: true, error_text: 'overloaded_error', input_tokens: null },
      { error: null, input_tokens: 100, output_tokens: 20, cached_tokens: 40 },
    ]);
  });
});

describe("Traceloop's instrumentation", () => {
  test('counts the cache inside the input, and failed calls', async () => {
    const instrumentation = new AnthropicInstrumentation({ traceContent: false });
    instrumentation.setTracerProvider(provider);
    // It does not support version 1 of the SDK.
    instrumentation.manuallyInstrument(anthropicSdk0 as never);
    server.plan(hi, hi, { status: 529 });
    const client = new anthropicSdk0.default(options());
    const { messages, sessions } = await record(async () => {
      await client.messages.create(request);
      await drain(await client.messages.create({ ...request, stream: true }));
      await client.messages.create(request).catch(() => undefined);
    });
    const figures = { input_tokens: 100, cached_tokens: 40, cache_write_tokens: 10, error: null };
    expect(messages).toMatchObject([figures, figures, { error: true, input_tokens: null }]);
    expect(sessions).toHaveLength(3);
  });
});
