import { describe, expect, test } from 'vitest';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import { anthropicApis } from '#runfold/hooks/calls/anthropic-apis.js';
import { createEventBlocks, parseData } from '#runfold/hooks/calls/event-blocks.js';
import {
  type ClientOptions,
  type Fetch,
  observeFetch,
} from '#runfold/hooks/calls/observe-fetch.js';
import { openaiApis } from '#runfold/hooks/calls/openai-apis.js';
import { providerOf } from '#runfold/hooks/calls/provider-of.js';
import { createRecorder } from '#runfold/hooks/record/recorder.js';

const url = 'https://api.openai.com/v1/chat/completions';
const encoder = new TextEncoder();

/** A fetch with planned responses, observed by the hook, and the hook's events. */
function observed(answer: (init?: RequestInit) => Response | Promise<Response>, options = {}) {
  const events: MetricEventInput[] = [];
  const errors: Error[] = [];
  const requests: (RequestInit | undefined)[] = [];
  const recorder = createRecorder(
    { emit: (event) => events.push(event) },
    { on_error: (error) => errors.push(error) },
  );
  const inner: Fetch = async (_input, init) => {
    requests.push(init);
    return await answer(init);
  };
  const settings: ClientOptions = options;
  const apis = [...openaiApis, ...anthropicApis];
  const fetch = observeFetch(inner, apis, recorder, { ...settings, max_retries: 2 });
  return { fetch, events, errors, requests };
}

const post = (body: unknown, retry = 0): RequestInit => ({
  method: 'POST',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'x-stainless-retry-count': String(retry) },
});
const json = (body: unknown, status = 200) => Response.json(body, { status });

/** A body in the given pieces. */
function streamed(pieces: readonly Uint8Array[], type = 'text/event-stream'): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': type } });
}

const block = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const delta = { model: 'gpt-5', choices: [{ index: 0, delta: { content: 'größer' } }] };
const last = { model: 'gpt-5', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

describe('the events of a stream', () => {
  test('are the same blocks wherever the bytes are cut, and however lines end', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = `: ping${end}${end}event: a${end}data: {"a":"ü"}${end}${end}data: [DONE]${end}${end}`;
      const bytes = encoder.encode(text);
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const blocks = createEventBlocks();
        const all = [...blocks.add(bytes.slice(0, cut)), ...blocks.add(bytes.slice(cut))];
        expect(all.map(parseData)).toEqual([undefined, { a: 'ü' }, undefined]);
        expect(all.join('') + blocks.rest()).toBe(text);
      }
    }
  });

  test('that were asked for their usage look as if they had not been, wherever they are cut', async () => {
    const asked = [
      block({ ...delta, usage: null }),
      block({ ...last, usage: null }),
      block({ model: 'gpt-5', choices: [], usage }),
      'data: [DONE]\n\n',
    ].join('');
    const expected = [block(delta), block(last), 'data: [DONE]\n\n'].join('');
    const bytes = encoder.encode(asked);
    for (let cut = 0; cut <= bytes.length; cut += 7) {
      const { fetch, events, requests } = observed(() =>
        streamed([bytes.slice(0, cut), bytes.slice(cut)]),
      );
      const response = await fetch(url, post({ model: 'gpt-5', stream: true }));
      expect(await response.text()).toBe(expected);
      expect(JSON.parse(String(requests[0]?.body))).toEqual({
        model: 'gpt-5',
        stream: true,
        stream_options: { include_usage: true },
      });
      expect(events[0]).toMatchObject({ error: false, metrics: { input_tokens: 10 } });
    }
  });
});

describe('a stream that says it failed', () => {
  test('has failed, however the SDK then ends it', async () => {
    const error = block({ error: { type: 'server_error', message: 'a secret' } });
    for (const leave of ['cancel', 'abort']) {
      let broken: ((reason: unknown) => void) | undefined;
      const { fetch, events } = observed(() => {
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            controller.enqueue(encoder.encode(error));
            broken = (reason) => controller.error(reason);
          },
        });
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      });
      const response = await fetch(url, post({ model: 'gpt-5' }));
      const reader = response.body?.getReader();
      await reader?.read();
      if (leave === 'cancel') await reader?.cancel();
      else broken?.(new DOMException('left', 'AbortError'));
      await new Promise(setImmediate);
      expect(events).toMatchObject([{ error: 'server_error' }, { status: 'error' }]);
    }
  });
});

describe('a request that is watched', () => {
  test('that calls no model passes, and one that does says who served it', async () => {
    const { fetch, events } = observed(() => json({ model: 'gpt-5-2025', usage }));
    for (const path of ['models', 'embeddings', 'responses/resp_1/cancel', 'messages/batches']) {
      await (await fetch(`https://api.openai.com/v1/${path}`, post({}))).json();
    }
    await (await fetch(url)).json();
    expect(events).toEqual([]);
    await (await fetch(url, post({ model: 'gpt-5' }))).json();
    expect(events).toMatchObject([
      { type: 'message', model: 'gpt-5-2025', provider: 'openai', metrics: { output_tokens: 5 } },
      { type: 'run', status: 'completed' },
    ]);
    expect(providerOf(new URL('https://my.openai.azure.com/openai'))).toBe('azure');
    expect(providerOf(new URL('http://localhost:4000'))).toBeUndefined();
  });

  test('keeps its run until the last attempt, or until the SDK would give up', async () => {
    let status = 500;
    const { fetch, events } = observed(() => json({ model: 'gpt-5', usage }, status));
    await fetch(url, post({ model: 'gpt-5' }));
    await fetch(url, post({ model: 'gpt-5' }, 1));
    expect(events.map(({ type }) => type)).toEqual(['message', 'message']);
    status = 200;
    await (await fetch(url, post({ model: 'gpt-5' }, 2))).json();
    expect(new Set(events.map(({ run_id }) => run_id)).size).toBe(1);
    expect(events.at(-1)).toMatchObject({ type: 'run', status: 'completed' });
    status = 500;
    await fetch(url, post({ model: 'gpt-5' }, 2));
    expect(events.at(-1)).toMatchObject({ type: 'run', status: 'error' });
  });

  test('is told apart: aborted by the caller, too slow for the SDK, without a connection', async () => {
    const { fetch, events } = observed((init) => {
      throw init?.body === 'null'
        ? new TypeError('fetch failed')
        : new DOMException('x', 'AbortError');
    });
    await expect(fetch(url, post({}))).rejects.toThrow('x');
    const slow = { ...post({ a: 1 }), headers: { 'x-stainless-timeout': '1e-9' } };
    await expect(fetch(url, slow)).rejects.toThrow('x');
    await expect(fetch(url, post('null'))).rejects.toThrow('fetch failed');
    const messages = events.filter(({ type }) => type === 'message');
    expect(messages).toMatchObject([
      { error: 'aborted' },
      { error: 'timeout' },
      { error: 'TypeError' },
    ]);
  });

  test('passes on what it cannot read, and reports that once', async () => {
    const bodies = ['no json', 'no json', '{"usage":{"prompt_tokens":-1}}'];
    const { fetch, events, errors } = observed(() =>
      streamed([encoder.encode(bodies.shift())], 'application/json'),
    );
    for (const expected of [...bodies]) {
      expect(await (await fetch(url, post({ model: 'gpt-5' }))).text()).toBe(expected);
    }
    expect(errors.map(({ name }) => name)).toEqual(['SyntaxError', 'InvalidRecordError']);
    expect(events.filter(({ type }) => type === 'message')).toHaveLength(3);
    const binary = observed(() => streamed([encoder.encode('x')], 'audio/mpeg'));
    expect(await (await binary.fetch(url, post('no json'))).text()).toBe('x');
    expect(binary.errors.map(({ name }) => name)).toEqual(['SyntaxError']);
  });

  test('has failed where the response says so, though its status is 200', async () => {
    const answers = [
      { status: 'failed', error: { code: 'server_error', message: 'a secret' } },
      { status: 'failed', error: null },
      { status: 'cancelled' },
      { status: 'completed' },
    ];
    const { fetch, events } = observed(() =>
      json({ object: 'response', model: 'gpt-5', usage: null, ...answers.shift() }),
    );
    for (const _answer of [...answers]) {
      await (await fetch('https://api.openai.com/v1/responses', post({ model: 'gpt-5' }))).json();
    }
    const messages = events.filter(({ type }) => type === 'message');
    expect(messages.map((event) => 'error' in event && event.error)).toEqual([
      'server_error',
      'failed',
      'aborted',
      false,
    ]);
  });

  test('has a model name of its own where its service has a price of its own, streamed or not', async () => {
    const answers = [
      json({ model: 'gpt-5', service_tier: 'flex', usage }),
      json({ model: 'gpt-5', service_tier: 'default', usage }),
      streamed([
        encoder.encode(block({ ...last, service_tier: 'priority' })),
        encoder.encode(block({ model: 'gpt-5', service_tier: 'priority', choices: [], usage })),
      ]),
    ];
    const { fetch, events } = observed(() => answers.shift() ?? json({}));
    for (const _answer of [...answers]) {
      await (await fetch(url, post({ model: 'gpt-5' }))).text();
    }
    const messages = events.filter(({ type }) => type === 'message');
    expect(messages).toMatchObject([
      { model: 'flex/gpt-5', metrics: { output_tokens: 5 } },
      { model: 'gpt-5' },
      { model: 'priority/gpt-5', metrics: { output_tokens: 5 } },
    ]);
  });

  test('whose stream is left before its end is aborted, and one that is left after it is not', async () => {
    for (const [texts, error, status] of [
      [[block(delta)], 'aborted', 'cancelled'],
      [[block(delta), block(last)], false, 'completed'],
    ] as const) {
      const { fetch, events } = observed(
        () =>
          new Response(
            new ReadableStream({
              start: (controller) =>
                controller.enqueue(encoder.encode((texts as readonly string[]).join(''))),
            }),
            { headers: { 'content-type': 'text/event-stream' } },
          ),
      );
      const reader = (await fetch(url, post({ model: 'gpt-5' }))).body?.getReader();
      await reader?.read();
      await reader?.cancel();
      await new Promise(setImmediate);
      expect(events).toMatchObject([{ error }, { type: 'run', status }]);
    }
  });

  test('of Anthropic has the counts of its last event, where null changes nothing', async () => {
    const start = { input_tokens: 25, cache_read_input_tokens: 5, output_tokens: 1 };
    const end = { input_tokens: null, cache_read_input_tokens: null, output_tokens: 15 };
    const { fetch, events } = observed(() =>
      streamed(
        [
          { type: 'message_start', message: { id: 'msg_1', model: 'claude-opus-5', usage: start } },
          { type: 'content_block_delta' },
          { type: 'message_delta', usage: end },
          { type: 'message_stop' },
        ].map((event) => encoder.encode(block(event))),
      ),
    );
    await (await fetch('https://api.anthropic.com/v1/messages', post({}))).text();
    expect(events[0]).toMatchObject({
      model: 'claude-opus-5',
      metrics: { input_tokens: 30, cached_tokens: 5, output_tokens: 15 },
    });
  });

  test('of Anthropic is a call on Vertex AI and on Bedrock too', async () => {
    const vertex =
      'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/anthropic/models/claude-opus-5:rawPredict';
    const bedrock =
      'https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-opus-5-v1:0/invoke';
    const { fetch, events } = observed(() =>
      json({ model: 'claude-opus-5', usage: { input_tokens: 10, output_tokens: 5 } }),
    );
    for (const one of [vertex, bedrock]) await (await fetch(one, post({}))).json();
    const messages = events.filter(({ type }) => type === 'message');
    expect(messages).toMatchObject([
      { provider: 'google', metrics: { input_tokens: 10 } },
      { provider: 'aws', metrics: { input_tokens: 10 } },
    ]);
  });

  test('is in the run of the options, which it does not end, or in a run of its own', async () => {
    const answer = () =>
      json({ model: 'claude-opus-5', usage: { input_tokens: 10, output_tokens: 5 } });
    const url = 'https://api.anthropic.com/v1/messages';
    const who = { session_id: 's', user_id: 'ann', agent_id: 'chief' };
    const one = observed(answer, { ...who, run_id: 'run-1' });
    for (let call = 0; call < 2; call++) await (await one.fetch(url, post({}))).json();
    expect(one.events).toMatchObject([
      { type: 'message', ...who, run_id: 'run-1' },
      { type: 'message', ...who, run_id: 'run-1' },
    ]);
    const own = observed(answer, who);
    for (let call = 0; call < 2; call++) await (await own.fetch(url, post({}))).json();
    const [first, end, second] = own.events;
    expect(first).toMatchObject({ type: 'message', ...who });
    expect(end).toMatchObject({ type: 'run', run_id: first?.run_id, status: 'completed' });
    expect(second?.run_id).not.toBe(first?.run_id);
  });

  test('has the calls that were made within it, and the price of its kind of service', async () => {
    const { fetch, events } = observed(() =>
      json({
        id: 'msg_1',
        model: 'claude-opus-4-6',
        usage: {
          input_tokens: 10,
          output_tokens: 5,
          speed: 'fast',
          iterations: [
            { type: 'message', input_tokens: 10, output_tokens: 5 },
            { type: 'advisor_message', model: 'claude-opus-5', input_tokens: 3, output_tokens: 1 },
          ],
        },
      }),
    );
    await (await fetch('https://api.anthropic.com/v1/messages', post({}))).json();
    expect(events).toMatchObject([
      { model: 'fast/claude-opus-4-6', provider: 'anthropic', metrics: { input_tokens: 10 } },
      { model: 'claude-opus-5', metrics: { input_tokens: 3, output_tokens: 1 } },
      { type: 'run' },
    ]);
  });
});
