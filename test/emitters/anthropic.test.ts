import Anthropic from '@anthropic-ai/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { trackAnthropic, trackRun, withIdentity } from '#runfold/anthropic.js';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { type HookStore, withHookStore } from './hook-store.js';

let store: HookStore;
withHookStore((opened) => {
  store = opened;
});
let server: ModelServer;
let plain: Anthropic;
beforeAll(async () => {
  server = await startModelServer();
  plain = new Anthropic({ baseURL: server.url, apiKey: 'none' });
});
afterEach(() => {
  expect(server.unused()).toBe(0);
  server.reset();
});
afterAll(() => server?.close());

const tracked = (options = {}) =>
  trackAnthropic(plain, store.emitter, { provider: 'anthropic', ...options });
const request = {
  model: 'claude-opus-4-6',
  max_tokens: 1_000,
  messages: [{ role: 'user' as const, content: 'How is the weather in Rome?' }],
};
const usage = { input: 100, cached: 40, cache_write: 10, cache_write_1h: 4, output: 20 };
const totals = {
  input_tokens: 100,
  cached_tokens: 40,
  cache_write_tokens: 10,
  cache_write_1h_tokens: 4,
  output_tokens: 20,
  total_tokens: 120,
};

describe('an agent on the client of Anthropic', () => {
  test('is a run; a failing tool and a failing model are errors of it', async () => {
    const anthropic = tracked();
    server.plan(
      { tool_calls: [{ id: 'toolu_1', name: 'weather', input: {} }], usage },
      { status: 529 },
      { text: 'Nobody knows.', usage },
    );
    await trackRun(store.emitter, { session_id: 'agent', error_text: true }, async (run) => {
      const { content } = await anthropic.messages.create(request);
      const [use] = content.filter(({ type }) => type === 'tool_use');
      const tool_call_id = use?.type === 'tool_use' ? use.id : undefined;
      await run
        .tool('weather', () => Promise.reject(new Error('no city')), { tool_call_id })
        .catch(() => undefined);
      await anthropic.messages.create(request);
    });
    expect(await store.run('agent')).toMatchObject({
      status: 'completed',
      model: 'claude-opus-4-6',
      provider: 'anthropic',
      assistant_messages: 3,
      message_errors: 1,
      input_tokens: 200,
      cached_tokens: 80,
      cache_write_tokens: 20,
      cache_write_1h_tokens: 8,
      output_tokens: 40,
      tool_calls: 1,
      tool_errors: 1,
    });
    expect(await store.toolCalls('agent')).toMatchObject([
      { tool_call_id: 'toolu_1', error_text: 'Error: no city' },
    ]);
  });

  test('streams, with helpers and without, in the stable API and the beta one', async () => {
    const anthropic = tracked();
    server.plan(...Array(4).fill({ text: 'Sunny.', usage }));
    await withIdentity({ session_id: 'streams', user_id: 'ann' }, async () => {
      const final = await anthropic.messages.stream(request).finalMessage();
      expect(final.usage.output_tokens).toBe(20);
      const types: string[] = [];
      const stream = await anthropic.messages.create({ ...request, stream: true });
      for await (const event of stream) types.push(event.type);
      expect(types.at(-1)).toBe('message_stop');
      const { data, request_id } = await anthropic.messages.create(request).withResponse();
      expect([data.content[0]?.type, request_id]).toEqual(['text', null]);
      expect((await anthropic.beta.messages.create(request)).content).toHaveLength(1);
    });
    const runs = await store.runs('streams');
    expect(runs).toHaveLength(4);
    for (const run of runs) {
      expect(run).toMatchObject({ ...totals, status: 'completed', user_id: 'ann' });
    }
    expect(runs.filter(({ time_to_first_token }) => time_to_first_token !== null)).toHaveLength(2);
  });

  test('that leaves a stream has used what was told until then', async () => {
    const anthropic = tracked({ session_id: 'leaves' });
    server.plan({ text: 'Sun', usage, after_text: 'hold' });
    const stream = anthropic.messages.stream(request);
    stream.on('text', () => stream.abort());
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
    expect(await store.run('leaves')).toMatchObject({
      status: 'cancelled',
      message_errors: 1,
      input_tokens: 100,
      output_tokens: 1,
    });
  });

  test('whose stream breaks off fails', async () => {
    const anthropic = tracked({ session_id: 'breaks' });
    server.plan({ text: 'Sun', usage, after_text: 'error' }, { text: 'Sun', after_text: 'cut' });
    await expect(anthropic.messages.stream(request).finalMessage()).rejects.toThrow();
    await expect(anthropic.messages.stream(request).finalMessage()).rejects.toThrow();
    expect((await store.messages('breaks')).map(({ error_text }) => error_text)).toEqual([
      'overloaded_error',
      'TypeError',
    ]);
    expect((await store.runs('breaks')).map(({ status }) => status)).toEqual(['error', 'error']);
  });

  test('does not notice an emitter that throws or rejects', async () => {
    const errors: Error[] = [];
    const on_error = (error: Error) => {
      errors.push(error);
      throw error;
    };
    server.plan(...Array(2).fill({ text: 'Sunny.', usage }));
    const throwing = trackAnthropic(
      plain,
      {
        emit() {
          throw new Error('away');
        },
      },
      { on_error },
    );
    expect((await throwing.messages.create(request)).stop_reason).toBe('end_turn');
    const rejecting = trackAnthropic(
      plain,
      { emit: () => Promise.reject(new RangeError('full')) },
      { on_error: (error) => void errors.push(error) },
    );
    expect((await rejecting.messages.create(request)).stop_reason).toBe('end_turn');
    expect(errors.map(({ message }) => message)).toEqual(['away', 'full']);
  });
});
