import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import {
  generateObject,
  generateText,
  isStepCount,
  registerTelemetry,
  streamText,
  ToolLoopAgent,
  tool,
} from 'ai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runfoldTelemetry, withIdentity } from '#runfold/ai-sdk.js';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { type HookStore, withHookStore } from './hook-store.js';

let store: HookStore;
withHookStore((opened) => {
  store = opened;
});
let server: ModelServer;
let openai: ReturnType<typeof createOpenAI>;
let anthropic: ReturnType<typeof createAnthropic>;
beforeAll(async () => {
  server = await startModelServer();
  openai = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' });
  anthropic = createAnthropic({ baseURL: `${server.url}/v1`, apiKey: 'none' });
  registerTelemetry(runfoldTelemetry(store.emitter));
});
afterEach(() => {
  expect(server.unused()).toBe(0);
  server.reset();
});
afterAll(() => server?.close());

const usage = { input: 100, cached: 40, output: 20, reasoning: 5 };
const prompt = 'How is the weather in Rome?';
const weather = tool({
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }): string => {
    if (city === 'Atlantis') throw new RangeError('no such city');
    return 'sunny';
  },
});
const call = (city: string) => ({ name: 'weather', input: { city } });

describe('AI SDK 7 with the telemetry of Runfold', () => {
  test('records an agent: its calls, its tools, and its figures', async () => {
    server.plan(
      { tool_calls: [call('Rome'), call('Atlantis')], usage },
      { text: 'Sunny.', usage: { input: 150, output: 10 } },
    );
    const { text } = await withIdentity({ session_id: 'agent' }, () =>
      generateText({
        model: openai.chat('gpt-5-mini'),
        prompt,
        tools: { weather },
        stopWhen: isStepCount(5),
        telemetry: { functionId: 'forecaster' },
      }),
    );
    expect(text).toBe('Sunny.');
    expect(await store.run('agent')).toMatchObject({
      status: 'completed',
      agent_id: 'forecaster',
      model: 'gpt-5-mini',
      provider: 'openai',
      assistant_messages: 2,
      input_tokens: 250,
      output_tokens: 30,
      cached_tokens: 40,
      reasoning_tokens: 5,
      tool_calls: 2,
      tool_errors: 1,
    });
    const calls = await store.toolCalls('agent');
    expect(calls.map(({ error_text }) => error_text).sort()).toEqual(['RangeError', null]);
  });

  test('takes session and user from the runtime context, and retries as the SDK makes them', async () => {
    server.plan({ status: 500 }, { status: 429 }, { text: 'Sunny.', usage });
    await generateText({
      model: openai.responses('gpt-5-mini'),
      prompt,
      runtimeContext: { sessionId: 'retries', userId: 'ann', secret: 'x' },
      telemetry: { includeRuntimeContext: { sessionId: true, userId: true } },
    });
    expect(await store.run('retries')).toMatchObject({
      status: 'completed',
      user_id: 'ann',
      assistant_messages: 3,
      message_errors: 2,
      total_tokens: 120,
    });
    expect((await store.messages('retries')).map(({ error_text }) => error_text)).toEqual([
      'AI_APICallError 500',
      'AI_APICallError 429',
      null,
    ]);
  });

  test('records streams with the time to their first token', async () => {
    server.plan(
      { tool_calls: [call('Rome')], usage },
      {
        text: 'Sunny.',
        usage: { input: 50, cached: 20, cache_write: 10, cache_write_1h: 4, output: 5 },
      },
    );
    await withIdentity({ session_id: 'stream' }, async () => {
      const agent = new ToolLoopAgent({ model: anthropic('claude-opus-4-6'), tools: { weather } });
      const { textStream } = await agent.stream({ prompt });
      let text = '';
      for await (const part of textStream) text += part;
      expect(text).toBe('Sunny.');
    });
    const run = await store.run('stream');
    expect(run).toMatchObject({
      status: 'completed',
      provider: 'anthropic',
      model: 'claude-opus-4-6',
      assistant_messages: 2,
      input_tokens: 150,
      cached_tokens: 60,
      cache_write_tokens: 10,
      cache_write_1h_tokens: 4,
      output_tokens: 25,
      tool_calls: 1,
      tool_errors: 0,
    });
    expect(run.time_to_first_token).toBeGreaterThan(0);
  });

  test('makes an agent that a tool calls a run below', async () => {
    server.planFor(
      'gpt-5',
      { tool_calls: [{ name: 'research', input: {} }], usage },
      { text: 'Done.', usage },
    );
    server.planFor('gpt-5-nano', { text: 'Found.', usage: { input: 7, output: 3 } });
    const research = tool({
      inputSchema: z.object({}),
      execute: async () =>
        (
          await generateText({
            model: openai.chat('gpt-5-nano'),
            prompt,
            telemetry: { functionId: 'researcher' },
          })
        ).text,
    });
    await withIdentity({ session_id: 'tree' }, () =>
      generateText({
        model: openai.chat('gpt-5'),
        prompt,
        tools: { research },
        stopWhen: isStepCount(3),
        telemetry: { functionId: 'chief' },
      }),
    );
    const root = (await store.runs('tree')).find(({ agent_id }) => agent_id === 'chief');
    if (root === undefined) throw new Error('Expected a root');
    const tree = await store.tree(root);
    expect(tree.self).toMatchObject({ total_tokens: 240, tool_calls: 1 });
    expect(tree.subtree).toMatchObject({ total_tokens: 250, assistant_messages: 3 });
    expect(tree.children.map(({ run }) => [run.agent_id, run.total_tokens])).toEqual([
      ['researcher', 10],
    ]);
  });

  test('tells errors and aborts apart', async () => {
    const bad = withIdentity({ session_id: 'bad' }, () =>
      generateText({ model: openai.chat('gpt-5'), prompt }),
    );
    server.plan({ status: 400 });
    await expect(bad).rejects.toThrow();
    expect(await store.run('bad')).toMatchObject({ status: 'error', message_errors: 1 });

    server.plan({ text: 'Sun', after_text: 'hold' });
    const controller = new AbortController();
    await withIdentity({ session_id: 'abort' }, async () => {
      const { fullStream } = streamText({
        model: openai.chat('gpt-5'),
        prompt,
        abortSignal: controller.signal,
      });
      for await (const part of fullStream) if (part.type === 'text-delta') controller.abort();
    });
    expect(await store.run('abort')).toMatchObject({ status: 'cancelled', message_errors: 1 });

    server.plan({ text: 'Sun', after_text: 'cut' });
    await withIdentity({ session_id: 'cut' }, async () => {
      const { fullStream } = streamText({
        model: openai.chat('gpt-5'),
        prompt,
        onError: () => undefined,
      });
      const read = async () => {
        for await (const _part of fullStream);
      };
      await read().catch(() => undefined);
    });
    expect(await store.run('cut')).toMatchObject({ status: 'error', message_errors: 1 });
  });

  test('records objects', async () => {
    server.plan({ text: '{"city":"Rome"}', usage });
    const { object } = await withIdentity({ session_id: 'object' }, () =>
      generateObject({
        model: openai.chat('gpt-5'),
        prompt,
        schema: z.object({ city: z.string() }),
      }),
    );
    expect(object).toEqual({ city: 'Rome' });
    expect(await store.run('object')).toMatchObject({
      status: 'completed',
      assistant_messages: 1,
      total_tokens: 120,
      cached_tokens: 40,
    });
  });

  test('goes on when nothing can be recorded', async () => {
    const errors: Error[] = [];
    const telemetry = runfoldTelemetry(
      {
        emit() {
          throw new Error('away');
        },
      },
      { on_error: (error) => errors.push(error) },
    );
    server.plan({ tool_calls: [call('Rome')], usage }, { text: 'Sunny.', usage });
    const { text } = await generateText({
      model: openai.chat('gpt-5'),
      prompt,
      tools: { weather },
      stopWhen: isStepCount(3),
      telemetry: { integrations: [telemetry] },
    });
    expect(text).toBe('Sunny.');
    expect(errors.map(({ message }) => message)).toEqual(['away']);
  });
});
