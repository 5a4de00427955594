import * as ai5 from 'ai-5';
import * as ai6 from 'ai-6';
import { createAnthropic as createAnthropic2 } from 'ai-sdk-anthropic-2';
import { createOpenAI as createOpenAI2 } from 'ai-sdk-openai-2';
import { createOpenAI as createOpenAI3 } from 'ai-sdk-openai-3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runfoldMiddleware, trackRun, trackTools } from '#runfold/ai-sdk.js';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { type HookStore, withHookStore } from './hook-store.js';

let store: HookStore;
withHookStore((opened) => {
  store = opened;
});
let server: ModelServer;
let account: { readonly baseURL: string; readonly apiKey: string };
beforeAll(async () => {
  server = await startModelServer();
  account = { baseURL: `${server.url}/v1`, apiKey: 'none' };
});
afterEach(() => {
  expect(server.unused()).toBe(0);
  server.reset();
});
afterAll(() => server?.close());

const usage = { input: 100, cached: 40, output: 20, reasoning: 5 };
const prompt = 'How is the weather in Rome?';
const inputSchema = z.object({ city: z.string() });
const execute = async ({ city }: { city: string }): Promise<string> => {
  if (city === 'Atlantis') throw new RangeError('no such city');
  return 'sunny';
};

/** An agent with tools, and a stream, in the code of each version. */
const versions = [
  {
    name: 'AI SDK 5',
    async answer(session_id: string) {
      const model = ai5.wrapLanguageModel({
        model: createOpenAI2(account).chat('gpt-5-mini'),
        middleware: runfoldMiddleware(store.emitter, { session_id }),
      });
      const tools = trackTools({ weather: ai5.tool({ inputSchema, execute }) });
      return await ai5.generateText({ model, prompt, tools, stopWhen: ai5.stepCountIs(3) });
    },
    async stream(session_id: string, abortSignal?: AbortSignal, onText?: () => void) {
      const model = ai5.wrapLanguageModel({
        model: createOpenAI2(account)('gpt-5-mini'),
        middleware: runfoldMiddleware(store.emitter, { session_id }),
      });
      const { fullStream } = ai5.streamText({ model, prompt, ...(abortSignal && { abortSignal }) });
      for await (const part of fullStream) if (part.type === 'text-delta') onText?.();
    },
  },
  {
    name: 'AI SDK 6',
    async answer(session_id: string) {
      const model = ai6.wrapLanguageModel({
        model: createOpenAI3(account).chat('gpt-5-mini'),
        middleware: runfoldMiddleware(store.emitter, { session_id }),
      });
      const tools = trackTools({ weather: ai6.tool({ inputSchema, execute }) });
      return await ai6.generateText({ model, prompt, tools, stopWhen: ai6.stepCountIs(3) });
    },
    async stream(session_id: string, abortSignal?: AbortSignal, onText?: () => void) {
      const model = ai6.wrapLanguageModel({
        model: createOpenAI3(account)('gpt-5-mini'),
        middleware: runfoldMiddleware(store.emitter, { session_id }),
      });
      const { fullStream } = ai6.streamText({ model, prompt, ...(abortSignal && { abortSignal }) });
      for await (const part of fullStream) if (part.type === 'text-delta') onText?.();
    },
  },
];

describe.each(versions)('$name with the middleware of Runfold', ({ name, answer, stream }) => {
  const session = (what: string) => `${name} ${what}`;

  test('records an agent in a run, with its tools and the attempts of the SDK', async () => {
    const call = (city: string) => ({ name: 'weather', input: { city } });
    server.plan(
      { status: 500 },
      { tool_calls: [call('Rome'), call('Atlantis')], usage },
      { text: 'Sunny.', usage: { input: 150, output: 10 } },
    );
    const session_id = session('agent');
    const { text } = await trackRun(store.emitter, { session_id, agent_id: 'forecaster' }, () =>
      answer(session_id),
    );
    expect(text).toBe('Sunny.');
    expect(await store.run(session_id)).toMatchObject({
      status: 'completed',
      agent_id: 'forecaster',
      model: 'gpt-5-mini',
      provider: 'openai',
      assistant_messages: 3,
      message_errors: 1,
      input_tokens: 250,
      output_tokens: 30,
      cached_tokens: 40,
      reasoning_tokens: 5,
      tool_calls: 2,
      tool_errors: 1,
    });
  });

  test('records a stream outside a run as one of its own, and an abort', async () => {
    server.plan({ text: 'Sunny.', usage }, { text: 'Sun', after_text: 'hold' });
    await stream(session('stream'));
    const run = await store.run(session('stream'));
    expect(run).toMatchObject({ status: 'completed', total_tokens: 120, cached_tokens: 40 });
    expect(run.time_to_first_token).toBeGreaterThan(0);
    const controller = new AbortController();
    await stream(session('abort'), controller.signal, () => controller.abort());
    expect(await store.run(session('abort'))).toMatchObject({
      status: 'cancelled',
      message_errors: 1,
    });
  });
});

test('AI SDK 5 counts the cache of Anthropic beside the input; Runfold counts it in', async () => {
  server.plan({
    text: 'Sunny.',
    usage: { input: 100, cached: 40, cache_write: 10, cache_write_1h: 4, output: 20 },
  });
  const model = ai5.wrapLanguageModel({
    model: createAnthropic2(account)('claude-opus-4-6'),
    middleware: runfoldMiddleware(store.emitter, { session_id: 'five' }),
  });
  await ai5.generateText({ model, prompt });
  expect(await store.run('five')).toMatchObject({
    provider: 'anthropic',
    input_tokens: 100,
    cached_tokens: 40,
    cache_write_tokens: 10,
    cache_write_1h_tokens: 4,
    output_tokens: 20,
  });
});
