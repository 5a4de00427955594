import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import type { PlannedReply } from '../../harness/models/planned-answer.js';

let server: ModelServer;
let openai: OpenAI;
let anthropic: Anthropic;
beforeAll(async () => {
  server = await startModelServer();
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' });
  anthropic = new Anthropic({ baseURL: server.url, apiKey: 'none' });
});
afterEach(() => server.reset());
afterAll(() => server.close());

const reply: PlannedReply = {
  text: 'Let me see.',
  tool_calls: [{ id: 'call_1', name: 'weather', input: { city: 'Rome' } }],
  usage: { input: 100, cached: 40, cache_write: 10, cache_write_1h: 4, output: 20, reasoning: 5 },
};
const question = [{ role: 'user' as const, content: 'How is the weather in Rome?' }];

describe('the server of planned answers, as the SDKs read it', () => {
  test('speaks chat completions, whole and streamed', async () => {
    server.plan(reply, reply);
    const request = { model: 'gpt-5-mini', messages: question };
    const whole = await openai.chat.completions.create(request);
    expect(whole.choices[0]?.message.content).toBe('Let me see.');
    expect(whole.choices[0]?.message.tool_calls).toMatchObject([
      { id: 'call_1', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
    ]);
    expect(whole.usage).toMatchObject({
      prompt_tokens: 100,
      completion_tokens: 20,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 5 },
    });
    const stream = openai.chat.completions.stream({
      ...request,
      stream_options: { include_usage: true },
    });
    const { id, ...final } = await stream.finalChatCompletion();
    expect(final).toMatchObject({ usage: whole.usage, model: 'gpt-5-mini' });
    expect(final.choices[0]?.message.tool_calls).toMatchObject([
      { id: 'call_1', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
    ]);
    expect(id).not.toBe(whole.id);
    expect(server.unused()).toBe(0);
  });

  test('speaks responses, whole and streamed', async () => {
    server.plan(reply, reply);
    const request = { model: 'gpt-5-mini', input: question };
    const whole = await openai.responses.create(request);
    expect(whole.output_text).toBe('Let me see.');
    expect(whole.usage).toMatchObject({
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 40 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 5 },
    });
    const final = await openai.responses.stream(request).finalResponse();
    expect(final.output.map(({ type }) => type)).toEqual(['message', 'function_call']);
    expect(final.usage).toEqual(whole.usage);
  });

  test('speaks messages, whole and streamed', async () => {
    server.plan(reply, reply);
    const request = { model: 'claude-opus-4-6', max_tokens: 1_000, messages: question };
    const whole = await anthropic.messages.create(request);
    expect(whole.content.map(({ type }) => type)).toEqual(['text', 'tool_use']);
    expect(whole.usage).toMatchObject({
      input_tokens: 50,
      cache_read_input_tokens: 40,
      cache_creation_input_tokens: 10,
      cache_creation: { ephemeral_1h_input_tokens: 4, ephemeral_5m_input_tokens: 6 },
      output_tokens: 20,
    });
    const final = await anthropic.messages.stream(request).finalMessage();
    expect(final.content).toMatchObject([{ text: 'Let me see.' }, { input: { city: 'Rome' } }]);
    expect(final.usage).toMatchObject({ input_tokens: 50, output_tokens: 20 });
    expect(final.stop_reason).toBe('tool_use');
  });

  test('fails as planned, and SDKs try again at once', async () => {
    server.plan({ status: 429 }, { status: 500 }, { text: 'Here.' });
    const request = { model: 'gpt-5-mini', messages: question };
    const { choices } = await openai.chat.completions.create(request);
    expect(choices[0]?.message.content).toBe('Here.');
    expect(server.requests).toHaveLength(3);
    server.plan({ status: 529 }, { text: 'Here.' });
    const message = { model: 'claude-opus-4-6', max_tokens: 10, messages: question };
    expect((await anthropic.messages.create(message)).stop_reason).toBe('end_turn');
    await expect(openai.chat.completions.create(request)).rejects.toThrow(/Nothing was planned/);
  });

  test('answers by model, and breaks off streams', async () => {
    server.planFor('gpt-5', { text: 'five' });
    server.plan({ text: 'a beginning', after_text: 'error' });
    const first = await openai.chat.completions.create({
      model: 'gpt-5-mini',
      messages: question,
      stream: true,
    });
    const texts: (string | null | undefined)[] = [];
    const read = async () => {
      for await (const { choices } of first) texts.push(choices[0]?.delta.content);
    };
    await expect(read()).rejects.toThrow();
    expect(texts).toEqual(['', 'a beginning']);
    const second = await openai.chat.completions.create({ model: 'gpt-5', messages: question });
    expect(second.choices[0]?.message.content).toBe('five');
  });
});
