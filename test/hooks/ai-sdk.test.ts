import { describe, expect, test } from 'vitest';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import { runfoldMiddleware } from '#runfold/hooks/ai-sdk/middleware.js';

const usage = { inputTokens: { total: 100, cacheRead: 40 }, outputTokens: { total: 20 } };

/** Reads a stream of parts of the AI SDK through the middleware, and returns the events. */
async function streamed(parts: readonly object[], model = {}) {
  const events: MetricEventInput[] = [];
  const { wrapStream } = runfoldMiddleware({ emit: (event) => events.push(event) });
  const { stream } = await wrapStream({
    model: { provider: 'openai', modelId: 'gpt-5', ...model },
    doStream: async () => ({
      stream: new ReadableStream<object>({
        start(controller) {
          for (const part of parts) controller.enqueue(part);
          controller.close();
        },
      }),
    }),
  });
  const seen: object[] = [];
  for await (const part of stream) seen.push(part);
  expect(seen).toEqual(parts);
  return events;
}

describe('a stream of a model of the AI SDK', () => {
  test('has the usage of its last part, and the model that answered', async () => {
    const events = await streamed([
      { type: 'response-metadata', modelId: 'gpt-5-2026' },
      { type: 'text-delta', delta: 'x' },
      { type: 'finish', usage },
    ]);
    expect(events).toMatchObject([
      {
        model: 'gpt-5-2026',
        provider: 'openai',
        error: false,
        metrics: { input_tokens: 100, cached_tokens: 40, output_tokens: 20 },
      },
      { type: 'run', status: 'completed' },
    ]);
  });

  test('has failed where a part of it is an error, though it ends as others do', async () => {
    const error = Object.assign(new TypeError('a secret'), { status: 529 });
    const events = await streamed([
      { type: 'text-delta', delta: 'x' },
      { type: 'error', error },
      { type: 'finish', usage },
    ]);
    expect(events).toMatchObject([
      { error: 'TypeError 529', metrics: { output_tokens: 20 } },
      { type: 'run', status: 'error' },
    ]);
  });

  test("through Vercel's gateway names the maker of its model as the provider", async () => {
    const finish = [{ type: 'finish', usage }];
    const gateway = { provider: 'gateway', modelId: 'anthropic/claude-opus-5' };
    expect((await streamed(finish, gateway))[0]).toMatchObject({
      provider: 'anthropic',
      model: 'claude-opus-5',
    });
    // Elsewhere a slash is part of the name.
    const other = { provider: 'openrouter', modelId: 'anthropic/claude-opus-5' };
    expect((await streamed(finish, other))[0]).toMatchObject({
      provider: 'openrouter',
      model: 'anthropic/claude-opus-5',
    });
  });
});
