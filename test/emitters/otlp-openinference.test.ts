import { setSession, setUser } from '@arizeai/openinference-core';
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain';
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import { ChatAnthropic } from '@langchain/anthropic';
import * as callbackManager from '@langchain/core/callbacks/manager';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { context } from '@opentelemetry/api';
import { createAgent } from 'langchain';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { withOtlpService } from './otlp-service.js';
import {
  anthropicUsage,
  drain,
  openaiTokens,
  openaiUsage,
  treeOf,
  weather,
  weatherCalls,
} from './scenarios.js';

const { record, provider } = withOtlpService();
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterEach(() => server.reset());
afterAll(() => server.close());

const hi = { text: 'Hi.', usage: openaiUsage };

describe("OpenInference's instrumentation of OpenAI", () => {
  const messages = [{ role: 'user' as const, content: 'How is the weather?' }];
  let client: OpenAI;
  beforeAll(() => {
    const instrumentation = new OpenAIInstrumentation();
    instrumentation.setTracerProvider(provider);
    instrumentation.manuallyInstrument(OpenAI as never);
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
  });
  const inSession = (work: () => Promise<void>) =>
    context.with(
      setSession(setUser(context.active(), { userId: 'user-1' }), { sessionId: 'session-1' }),
      work,
    );

  test('counts chat completions and responses, and streams of the latter', async () => {
    server.plan(hi, hi, hi);
    const { sessions, runs } = await record(() =>
      inSession(async () => {
        await client.chat.completions.create({ model: 'gpt-5-mini', messages });
        await client.responses.create({ model: 'gpt-5-mini', input: 'Hi' });
        await drain(
          await client.responses.create({ model: 'gpt-5-mini', input: 'Hi', stream: true }),
        );
      }),
    );
    expect(sessions).toMatchObject([
      { ...openaiTokens(3), session_id: 'session-1', runs: 3, messages: 3, cost: 0.000168 },
    ]);
    expect(new Set(runs.map(({ user_id }) => user_id))).toEqual(new Set(['user-1']));
  });

  test('reports no tokens of streamed chat completions, and no end of failed calls', async () => {
    server.plan(hi, { status: 500 });
    const include_usage = { stream: true as const, stream_options: { include_usage: true } };
    const { sessions } = await record(
      () =>
        inSession(async () => {
          const request = { model: 'gpt-5-mini', messages };
          await drain(await client.chat.completions.create({ ...request, ...include_usage }));
          await client.chat.completions.create(request).catch(() => undefined);
        }),
      { unfinished: 1 },
    );
    expect(sessions).toMatchObject([{ messages: 1, metered_messages: 0, message_errors: 0 }]);
  });
});

describe("OpenInference's instrumentation of LangChain", () => {
  beforeAll(() => {
    const instrumentation = new LangChainInstrumentation();
    instrumentation.setTracerProvider(provider);
    instrumentation.manuallyInstrument(callbackManager as never);
  });
  const agent = () =>
    createAgent({
      name: 'helper',
      model: new ChatOpenAI({
        model: 'gpt-5-mini',
        apiKey: 'none',
        maxRetries: 0,
        configuration: { baseURL: `${server.url}/v1` },
      }),
      tools: [tool(weather, { name: 'weather', schema: z.object({ city: z.string() }) })],
    });
  const question = { messages: [{ role: 'user', content: 'How is the weather?' }] };

  test('counts an agent with tools, streamed or not', async () => {
    server.plan({ tool_calls: weatherCalls, usage: openaiUsage }, hi, hi);
    const { runs, tool_calls } = await record(async () => {
      await agent().invoke(question, { metadata: { session_id: 'session-1', user_id: 'user-1' } });
      const streamed = {
        configurable: { thread_id: 'session-1' },
        streamMode: 'messages',
      } as const;
      await drain(await agent().stream(question, streamed));
    });
    const who = { session_id: 'session-1', agent_name: 'helper', status: 'completed' };
    expect(runs).toMatchObject([
      { ...who, ...openaiTokens(2), user_id: 'user-1', tool_calls: 2, tool_errors: 1 },
      { ...who, ...openaiTokens(1), tool_calls: 0 },
    ]);
    expect(tool_calls.map(({ tool_name, error }) => [tool_name, error])).toEqual([
      ['weather', null],
      ['weather', true],
    ]);
    expect(treeOf(runs)).toEqual(['helper', 'helper']);
  });

  test('counts failed calls, and the cache that it reports', async () => {
    server.plan({ status: 500 }, { text: 'Hi.', usage: anthropicUsage });
    const claude = new ChatAnthropic({
      model: 'claude-opus-4-6',
      apiKey: 'none',
      anthropicApiUrl: server.url,
      maxRetries: 0,
    });
    const { runs, messages } = await record(async () => {
      await agent()
        .invoke(question)
        .catch(() => undefined);
      await claude.invoke('Hi');
    });
    expect(runs[0]).toMatchObject({ status: 'error', messages: 1, message_errors: 1 });
    // Tokens written to the cache are included in the input, and not reported separately.
    expect(messages).toMatchObject([
      { error: true },
      { input_tokens: 100, output_tokens: 20, cached_tokens: 40, cache_write_tokens: null },
    ]);
  });
});
