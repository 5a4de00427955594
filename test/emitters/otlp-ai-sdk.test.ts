import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { generateText, registerTelemetry, stepCountIs, streamText, tool } from 'ai';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { withOtlpService } from './otlp-service.js';
import {
  anthropicTokens,
  anthropicUsage,
  byId,
  drain,
  openaiTokens,
  openaiUsage,
  treeOf,
  weather,
  weatherCalls,
} from './scenarios.js';

const { record } = withOtlpService();
let server: ModelServer;
let openai: ReturnType<typeof createOpenAI>;
let anthropic: ReturnType<typeof createAnthropic>;
beforeAll(async () => {
  server = await startModelServer();
  openai = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' });
  anthropic = createAnthropic({ baseURL: `${server.url}/v1`, apiKey: 'none' });
  registerTelemetry(
    new OpenTelemetry({ usage: true, runtimeContext: true, providerMetadata: true }),
  );
});
afterEach(() => server.reset());
afterAll(() => server.close());

const helper = {
  prompt: 'How is the weather?',
  stopWhen: stepCountIs(5),
  maxRetries: 0,
  runtimeContext: { sessionId: 'session-1', userId: 'user-1' },
  telemetry: {
    functionId: 'helper',
    includeRuntimeContext: { sessionId: true, userId: true },
  },
} as const;
const tools = {
  weather: tool({ inputSchema: z.object({ city: z.string() }), execute: weather }),
};
const who = {
  session_id: 'session-1',
  user_id: 'user-1',
  agent_name: 'helper',
  provider: 'openai',
};

test('counts a run with tools once, the failing one as an error', async () => {
  server.plan(
    { text: 'Let me see.', tool_calls: weatherCalls, usage: openaiUsage },
    { text: 'Sunny.', usage: openaiUsage },
  );
  const { runs, tool_calls } = await record(() =>
    generateText({ ...helper, tools, model: openai('gpt-5-mini') }),
  );
  expect(runs).toMatchObject([
    {
      ...who,
      ...openaiTokens(2),
      model: 'gpt-5-mini',
      status: 'completed',
      messages: 2,
      message_errors: 0,
      tool_calls: 2,
      tool_errors: 1,
      // 60 fresh tokens, 40 from the cache and 20 written, twice.
      cost: 0.000112,
    },
  ]);
  expect(byId(tool_calls)).toMatchObject([
    { tool_name: 'weather', tool_call_id: 'call_nowhere', error: true, error_text: 'RangeError' },
    { tool_name: 'weather', tool_call_id: 'call_rome', error: null },
  ]);
});

test('counts a streamed run, with the time to its first token', async () => {
  server.plan(
    { text: 'Let me see.', tool_calls: weatherCalls.slice(0, 1), usage: openaiUsage },
    { text: 'Sunny.', usage: openaiUsage },
  );
  const { runs, messages } = await record(() =>
    drain(streamText({ ...helper, tools, model: openai.chat('gpt-5-mini') }).textStream),
  );
  expect(runs).toMatchObject([
    { ...who, ...openaiTokens(2), status: 'completed', tool_calls: 1, tool_errors: 0 },
  ]);
  expect(messages).toHaveLength(2);
  for (const { time, time_to_first_token } of messages) {
    expect(time_to_first_token).toBeGreaterThan(0);
    expect(time_to_first_token).toBeLessThanOrEqual(Number(time));
  }
});

test("counts Anthropic's cache inside the input, streamed or not", async () => {
  server.plan({ text: 'Hi.', usage: anthropicUsage }, { text: 'Hi.', usage: anthropicUsage });
  const model = anthropic('claude-opus-4-6');
  const { runs, sessions } = await record(async () => {
    await generateText({ ...helper, model });
    await drain(streamText({ ...helper, model }).textStream);
  });
  expect(runs).toHaveLength(2);
  expect(sessions).toMatchObject([
    // 50 fresh tokens, 40 from the cache, 10 written to it and 20 of output, twice.
    { session_id: 'session-1', runs: 2, ...anthropicTokens(2), cost: 0.001665 },
  ]);
});

test('counts a failed call as one message, and one that was tried again as one too', async () => {
  server.plan({ status: 500 });
  const failed = await record(() =>
    generateText({ ...helper, model: openai('gpt-5-mini') }).catch(() => undefined),
  );
  expect(failed.runs).toMatchObject([
    { ...who, status: 'error', messages: 1, message_errors: 1, metered_messages: 0 },
  ]);
  expect(failed.messages).toMatchObject([{ error: true, error_text: 'AI_APICallError' }]);
  server.plan({ status: 500 }, { text: 'Hi.', usage: openaiUsage });
  const retried = await record(() =>
    generateText({ ...helper, maxRetries: 1, model: openai('gpt-5-mini') }),
  );
  expect(retried.runs).toMatchObject([
    { ...who, ...openaiTokens(1), status: 'completed', messages: 1, message_errors: 0 },
  ]);
});

test('joins an agent that a tool calls to the run of the tool', async () => {
  server.plan(
    { tool_calls: [{ name: 'ask', input: {} }], usage: openaiUsage },
    { text: 'Sunny.', usage: openaiUsage },
    { text: 'It is sunny.', usage: openaiUsage },
  );
  const model = openai('gpt-5-mini');
  const ask = tool({
    inputSchema: z.object({}),
    execute: async () => {
      const { text } = await generateText({
        model,
        prompt: 'q',
        telemetry: { functionId: 'inner' },
      });
      return text;
    },
  });
  const { runs, sessions } = await record(() => generateText({ ...helper, model, tools: { ask } }));
  expect(treeOf(runs)).toEqual(['helper', 'helper > inner']);
  expect(sessions).toMatchObject([{ ...openaiTokens(3), runs: 2, tool_calls: 1 }]);
});
