import { describe, expect, test } from 'vitest';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import { runfoldMiddleware } from '#runfold/hooks/ai-sdk/middleware.js';
import { runfoldTelemetry } from '#runfold/hooks/ai-sdk/telemetry.js';

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

describe('the telemetry of AI SDK 7', () => {
  function telemetry(options = {}) {
    const events: MetricEventInput[] = [];
    const on_error = (error: Error) => expect.fail(`The hook failed: ${error.stack}`);
    const hook = runfoldTelemetry(
      { emit: (event) => events.push(event) },
      { on_error, ...options },
    );
    return { hook, events };
  }
  const start = { callId: 'c-1', operationId: 'ai.generateText', functionId: 'forecaster' };

  test('has the id, the time and the error of each tool call', () => {
    const { hook, events } = telemetry();
    hook.onStart(start);
    for (const [toolCallId, toolOutput] of [
      ['call_rome', { type: 'tool-result' }],
      ['call_nowhere', { type: 'tool-error', error: new RangeError('no such city') }],
    ] as const) {
      const toolCall = { toolName: 'weather', toolCallId };
      hook.onToolExecutionEnd({ callId: 'c-1', toolCall, toolOutput, toolExecutionMs: 250 });
    }
    const called = { type: 'tool_call', tool_name: 'weather', metrics: { time: 0.25 } };
    expect(events).toMatchObject([
      { ...called, tool_call_id: 'call_rome', error: false, agent_id: 'forecaster' },
      { ...called, tool_call_id: 'call_nowhere', error: 'RangeError' },
    ]);
  });

  test('takes whose run it is from the runtime context, under names of both kinds', () => {
    const ids = { session: 's', user: 'ann', team: 't', workflow: 'w' };
    for (const nameOf of [(name: string) => `${name}_id`, (name: string) => `${name}Id`]) {
      const { hook, events } = telemetry({ agent_id: 'chief', session_id: 'default' });
      const runtimeContext = Object.fromEntries(
        Object.entries(ids).map(([name, id]) => [nameOf(name), id]),
      );
      hook.onStart({ ...start, runtimeContext });
      hook.onEnd({ callId: 'c-1', finishReason: 'stop' });
      expect(events).toMatchObject([
        {
          type: 'run',
          session_id: 's',
          user_id: 'ann',
          team_id: 't',
          workflow_id: 'w',
          agent_id: 'chief',
          status: 'completed',
        },
      ]);
    }
  });

  test('ends a run as the SDK says, and none of an operation that calls no language model', () => {
    const waiting = { finishReason: 'stop', content: [{ type: 'tool-approval-request' }] };
    const aborted = new DOMException('left', 'AbortError');
    const ends = [
      (hook: Hook) => hook.onEnd({ callId: 'c-1', finishReason: 'error' }),
      (hook: Hook) => hook.onEnd({ callId: 'c-1', ...waiting }),
      (hook: Hook) => hook.onAbort({ callId: 'c-1' }),
      (hook: Hook) => hook.onError({ callId: 'c-1', error: new Error('x') }),
      (hook: Hook) => hook.onError({ callId: 'c-1', error: aborted }),
    ].map((end) => {
      const { hook, events } = telemetry();
      hook.onStart(start);
      end(hook);
      return events.map((event) => event.type === 'run' && event.status);
    });
    expect(ends).toEqual([['error'], ['paused'], ['cancelled'], ['error'], ['cancelled']]);
    const { hook, events } = telemetry();
    hook.onStart({ ...start, operationId: 'ai.embed' });
    hook.onEnd({ callId: 'c-1', finishReason: 'stop' });
    expect(events).toEqual([]);
  });

  test('records each step of an object with its usage and the model that answered', () => {
    const { hook, events } = telemetry();
    hook.onStart({ ...start, operationId: 'ai.streamObject' });
    hook.onObjectStepStart({ callId: 'c-1' });
    hook.onObjectStepEnd({
      callId: 'c-1',
      provider: 'openai.chat',
      modelId: 'gpt-5',
      response: { modelId: 'gpt-5-2026' },
      usage,
      msToFirstChunk: 30,
    });
    expect(events).toMatchObject([
      {
        model: 'gpt-5-2026',
        provider: 'openai',
        metrics: { input_tokens: 100, cached_tokens: 40, time_to_first_token: 0.03 },
      },
    ]);
  });
});

type Hook = ReturnType<typeof runfoldTelemetry>;
