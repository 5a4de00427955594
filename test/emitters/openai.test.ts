import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createProducer } from '#runfold/ingest/producer.js';
import { trackOpenAI, trackRun } from '#runfold/openai.js';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { type HookStore, withHookStore } from './hook-store.js';

let store: HookStore;
withHookStore((opened) => {
  store = opened;
});
let server: ModelServer;
let plain: OpenAI;
beforeAll(async () => {
  server = await startModelServer();
  plain = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' });
});
afterEach(() => {
  expect(server.unused()).toBe(0);
  server.reset();
});
afterAll(() => server?.close());

const tracked = (session_id: string, options = {}) =>
  trackOpenAI(plain, store.emitter, { session_id, provider: 'openai', ...options });
const messages = [{ role: 'user' as const, content: 'How is the weather in Rome?' }];
const request = { model: 'gpt-5-mini', messages };
const usage = { input: 100, cached: 40, output: 20, reasoning: 5, input_audio: 7, output_audio: 3 };

async function textOf(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<string> {
  let text = '';
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
  return text;
}

describe('an agent on the client of OpenAI', () => {
  test('is a run with its messages, its tools and its figures', async () => {
    const openai = tracked('agent');
    server.plan(
      { tool_calls: [{ id: 'call_1', name: 'weather', input: { city: 'Rome' } }], usage },
      { text: 'Nobody knows.', usage: { input: 150, output: 10 }, model: 'gpt-5-mini-2025-08-07' },
    );
    const answer = await trackRun(
      store.emitter,
      { session_id: 'agent', user_id: 'ann', agent_id: 'helper' },
      async (run) => {
        const first = await openai.chat.completions.create(request);
        const [call] = first.choices[0]?.message.tool_calls ?? [];
        const failing = run.tool('weather', () => Promise.reject(new TypeError('no city')), {
          tool_call_id: call?.id,
        });
        await expect(failing).rejects.toThrow('no city');
        const second = await openai.chat.completions.create(request);
        return second.choices[0]?.message.content;
      },
    );
    expect(answer).toBe('Nobody knows.');
    expect(await store.run('agent')).toMatchObject({
      status: 'completed',
      user_id: 'ann',
      agent_id: 'helper',
      model: 'gpt-5-mini-2025-08-07',
      provider: 'openai',
      assistant_messages: 2,
      message_errors: 0,
      metered_messages: 2,
      input_tokens: 250,
      output_tokens: 30,
      total_tokens: 280,
      cached_tokens: 40,
      reasoning_tokens: 5,
      input_audio_tokens: 7,
      output_audio_tokens: 3,
      tool_calls: 1,
      tool_errors: 1,
    });
    expect(await store.toolCalls('agent')).toMatchObject([
      { tool_name: 'weather', tool_call_id: 'call_1', error: true, error_text: 'TypeError' },
    ]);
  });

  test('delegates to agents that are runs below it, in its session', async () => {
    const openai = tracked('own session of the client');
    server.planFor('gpt-5', { text: 'a', usage: { input: 10, output: 1 } });
    server.planFor('gpt-5-nano', { text: 'b', usage: { input: 20, output: 2 } });
    await trackRun(store.emitter, { session_id: 'tree', agent_id: 'chief' }, async (run) => {
      await openai.chat.completions.create({ ...request, model: 'gpt-5' });
      await run.tool('research', () =>
        trackRun(store.emitter, { agent_id: 'researcher' }, () =>
          openai.responses.create({ model: 'gpt-5-nano', input: 'Look it up.' }),
        ),
      );
    });
    const runs = await store.runs('tree');
    const root = runs.find(({ agent_id }) => agent_id === 'chief');
    if (root === undefined) throw new Error('Expected a root');
    const tree = await store.tree(root);
    expect(tree.self).toMatchObject({ total_tokens: 11, tool_calls: 1, tool_errors: 0 });
    expect(tree.subtree).toMatchObject({ total_tokens: 33, assistant_messages: 2 });
    expect(tree.children.map(({ run }) => [run.agent_id, run.total_tokens, run.status])).toEqual([
      ['researcher', 22, 'completed'],
    ]);
  });

  test('that throws is a run that failed, and the error is its own', async () => {
    const openai = tracked('throws');
    server.plan({ status: 400, type: 'invalid_request_error', message: 'a secret' });
    const failing = trackRun(store.emitter, { session_id: 'throws' }, () =>
      openai.chat.completions.create(request),
    );
    await expect(failing).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    expect(await store.run('throws')).toMatchObject({ status: 'error', message_errors: 1 });
    expect(await store.messages('throws')).toMatchObject([
      { model: 'gpt-5-mini', error: true, error_text: 'HTTP 400', total_tokens: null },
    ]);
  });
});

describe('a call without a run', () => {
  test('is a run of its own with all attempts of the SDK, each a message', async () => {
    const openai = tracked('retries');
    server.plan({ status: 429 }, { status: 500 }, { text: 'Here.', usage });
    await openai.chat.completions.create(request);
    expect(await store.run('retries')).toMatchObject({
      status: 'completed',
      assistant_messages: 3,
      message_errors: 2,
      metered_messages: 1,
      total_tokens: 120,
    });
    expect((await store.messages('retries')).map(({ error_text }) => error_text)).toEqual([
      'HTTP 429',
      'HTTP 500',
      null,
    ]);
  });

  test('fails when the SDK gives up', async () => {
    const openai = tracked('gives up');
    server.plan({ status: 500 }, { status: 500 }, { status: 503 });
    await expect(openai.chat.completions.create(request)).rejects.toThrow('503');
    expect(await store.run('gives up')).toMatchObject({ status: 'error', message_errors: 3 });
  });

  test('belongs to the run that the options name', async () => {
    const openai = tracked('named', { run_id: 'run-of-mine' });
    server.plan({ usage }, { usage });
    await openai.chat.completions.create(request);
    await openai.chat.completions.create(request);
    expect(await store.run('named')).toMatchObject({
      run_id: 'run-of-mine',
      status: null,
      assistant_messages: 2,
    });
  });
});

describe('what the caller sees', () => {
  const without = ({ id, created, ...chunk }: OpenAI.ChatCompletionChunk) => chunk;

  test('of a stream is what it sees without the hook, and its usage is recorded', async () => {
    const reply = { text: 'Sunny.', tool_calls: [{ id: 'c', name: 'f', input: {} }], usage };
    server.plan(reply, reply, reply);
    const chunks = async (client: OpenAI, options = {}) => {
      const stream = await client.chat.completions.create({ ...request, ...options, stream: true });
      const seen: OpenAI.ChatCompletionChunk[] = [];
      for await (const chunk of stream) seen.push(chunk);
      return seen.map(without);
    };
    const expected = await chunks(plain);
    expect(await chunks(tracked('stream'))).toEqual(expected);
    const asked = await chunks(tracked('stream asked'), {
      stream_options: { include_usage: true },
    });
    expect(asked).toHaveLength(expected.length + 1);
    expect(asked.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 100 } });
    for (const session of ['stream', 'stream asked']) {
      const run = await store.run(session);
      expect(run).toMatchObject({ total_tokens: 120, status: 'completed' });
      expect(run.time_to_first_token).toBeGreaterThan(0);
    }
  });

  test('can be left without usage', async () => {
    server.plan({ text: 'Sunny.', usage });
    const openai = tracked('not asked', { stream_usage: false });
    await textOf(await openai.chat.completions.create({ ...request, stream: true }));
    expect(server.requests[0]?.body.stream_options).toBeUndefined();
    expect(await store.run('not asked')).toMatchObject({ metered_messages: 0, total_tokens: null });
  });

  test('of helpers, parsers and raw responses is the same as ever', async () => {
    const openai = tracked('helpers');
    const text = '{"city":"Rome"}';
    server.plan(...Array(7).fill({ text, usage }));
    const final = await openai.chat.completions.stream(request).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(text);
    const parsed = await openai.chat.completions.parse({
      ...request,
      response_format: zodResponseFormat(z.object({ city: z.string() }), 'place'),
    });
    expect(parsed.choices[0]?.message.parsed).toEqual({ city: 'Rome' });
    const { data, response } = await openai.chat.completions.create(request).withResponse();
    expect([data.choices[0]?.message.content, response.url]).toEqual([
      text,
      `${server.url}/v1/chat/completions`,
    ]);
    const raw = await openai.chat.completions.create(request).asResponse();
    expect(await raw.json()).toMatchObject({ object: 'chat.completion' });
    const whole = await openai.responses.create({ model: 'gpt-5-mini', input: 'Hello' });
    expect(whole.output_text).toBe(text);
    const streamed = openai.responses.stream({ model: 'gpt-5-mini', input: 'Hello' });
    expect((await streamed.finalResponse()).output_text).toBe(text);
    let events = 0;
    const input = { model: 'gpt-5-mini', input: 'Hello', stream: true } as const;
    for await (const _event of await openai.responses.create(input)) events += 1;
    expect(events).toBeGreaterThan(5);
    expect(openai).toBeInstanceOf(OpenAI);
    const runs = await store.runs('helpers');
    expect(runs.map(({ status, total_tokens }) => [status, total_tokens])).toEqual(
      Array(7).fill(['completed', 120]),
    );
    expect(
      runs.map(({ cached_tokens, reasoning_tokens }) => [cached_tokens, reasoning_tokens]),
    ).toEqual(Array(7).fill([40, 5]));
  });

  test('of a stream that breaks is its error, and the message failed', async () => {
    const openai = tracked('breaks');
    const streamed = { ...request, stream: true } as const;
    server.plan({ text: 'Sun', after_text: 'error' }, { text: 'Sun', after_text: 'cut' });
    await expect(textOf(await openai.chat.completions.create(streamed))).rejects.toThrow();
    await expect(textOf(await openai.chat.completions.create(streamed))).rejects.toThrow();
    server.plan({ text: 'Sun', usage, after_text: 'error' });
    const response = openai.responses.stream({ model: 'gpt-5-mini', input: 'Hello' });
    await response.finalResponse();
    const texts = (await store.messages('breaks')).map(({ error_text }) => error_text);
    expect(texts).toEqual(['server_error', 'TypeError', 'server_error']);
    expect((await store.runs('breaks')).map(({ status }) => status)).toEqual(
      Array(3).fill('error'),
    );
  });

  test('of a stream that it aborts is an abort, and the run is cancelled', async () => {
    const openai = tracked('aborts');
    server.plan({ text: 'Sun', after_text: 'hold' }, { text: 'Sun', after_text: 'hold' });
    const stream = await openai.chat.completions.create({ ...request, stream: true });
    for await (const { choices } of stream) {
      if (choices[0]?.delta.content === 'Sun') stream.controller.abort();
    }
    for await (const { choices } of await openai.chat.completions.create({
      ...request,
      stream: true,
    })) {
      if (choices[0]?.delta.content === 'Sun') break;
    }
    const runs = await store.runs('aborts');
    expect(runs.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    expect((await store.messages('aborts')).map(({ error_text }) => error_text)).toEqual([
      'aborted',
      'aborted',
    ]);
  });

  test('does not change while Runfold is away, which is reported once', async () => {
    const producer = await createProducer({
      queue: { kind: 'redis', url: 'redis://127.0.0.1:1' },
      max_buffered_events: 1,
      on_error: () => undefined,
    });
    const errors: Error[] = [];
    const openai = trackOpenAI(plain, producer, { on_error: (error) => errors.push(error) });
    server.plan(...Array(3).fill({ text: 'Sunny.', usage }));
    for (let call = 0; call < 3; call += 1) {
      const { choices } = await openai.chat.completions.create(request);
      expect(choices[0]?.message.content).toBe('Sunny.');
    }
    expect(errors).toMatchObject([{ code: 'buffer_full' }]);
    await expect(producer.close({ timeout_ms: 1 })).rejects.toThrow(/The queue did not accept/);
  });
});
