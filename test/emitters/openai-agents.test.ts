import {
  OpenAIProvider,
  Runner,
  type RunStreamEvent,
  setDefaultOpenAIClient,
  setOpenAIAPI,
  setTraceProcessors,
  setTracingDisabled,
} from '@openai/agents';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { runfoldProcessor, timeFirstTokens } from '#runfold/openai-agents.js';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { waitUntil } from '../../harness/wait-until.js';
import { type HookStore, withHookStore } from './hook-store.js';
import { makeAgents } from './openai-agents.js';
import { drain, openaiTokens, openaiUsage, treeOf, weatherCalls } from './scenarios.js';

let store: HookStore;
withHookStore((opened) => {
  store = opened;
});
const agents = makeAgents();
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
  // In a test runner the SDK does not trace by default.
  setTracingDisabled(false);
  setTraceProcessors([
    runfoldProcessor(store.emitter, {
      on_error: (error) => expect.fail(`The hook failed: ${error.stack}`),
    }),
  ]);
  const options = { baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 };
  setDefaultOpenAIClient(new OpenAI(options) as never);
});
afterEach(() => server.reset());
afterAll(() => server.close());

const hi = { text: 'Hi.', usage: openaiUsage };
const asks = { tool_calls: [{ name: 'ask', input: { input: 'Rome?' } }], usage: openaiUsage };
const runner = (groupId: string, settings = {}) =>
  new Runner({
    groupId,
    traceMetadata: { user_id: 'ann' },
    modelProvider: timeFirstTokens(new OpenAIProvider()),
    ...settings,
  });

test.each(['responses', 'chat_completions'] as const)(
  'records tools and handoffs by %s, streamed or not',
  async (api) => {
    setOpenAIAPI(api);
    const answers = [
      { text: 'Let me see.', tool_calls: weatherCalls, usage: openaiUsage },
      { tool_calls: [{ name: 'transfer_to_specialist', input: {} }], usage: openaiUsage },
      hi,
    ];
    server.plan(...answers, ...answers);
    const [whole, streamed] = [`s-${api}`, `s-${api}-streamed`];
    const flow = { workflowName: 'flow' };
    await runner(whole, flow).run(agents.helper, 'How is the weather?');
    await drain(
      await runner(streamed, flow).run(agents.helper, 'How is the weather?', { stream: true }),
    );
    for (const session of [whole, streamed]) {
      const runs = await store.runs(session);
      expect(treeOf(runs)).toEqual(['unnamed', 'unnamed > helper', 'unnamed > specialist']);
      const of = (name: string | null) => runs.find(({ agent_name }) => agent_name === name);
      const who = { user_id: 'ann', workflow_id: 'flow', status: 'completed' };
      expect(of(null)).toMatchObject({ ...who, messages: 0 });
      expect(of('helper')).toMatchObject({ ...who, ...openaiTokens(2), tool_errors: 1 });
      expect(of('specialist')).toMatchObject({ ...who, ...openaiTokens(1), tool_calls: 0 });
      expect(of('helper')).toMatchObject({
        model: 'gpt-5-mini',
        provider: 'openai',
        cost: 0.000112,
      });
      const tools = (await store.toolCalls(session)).map(({ tool_name, error }) => [
        tool_name,
        error,
      ]);
      expect(tools.sort()).toEqual([
        ['handoff_to_specialist', false],
        ['weather', false],
        ['weather', true],
      ]);
      const timed = (await store.messages(session)).map(
        ({ time, time_to_first_token: first }) => first !== null && first <= Number(time),
      );
      expect(timed).toEqual(Array(3).fill(session === streamed));
    }
  },
);

test.each([true, false])('counts an agent that is a tool, with content %s', async (content) => {
  setOpenAIAPI('responses');
  server.plan(asks, hi, hi);
  const session = `s-tool-${content}`;
  const settings = { traceIncludeSensitiveData: content };
  await runner(session, settings).run(agents.boss, 'How is the weather?');
  const runs = await store.runs(session);
  expect(treeOf(runs)).toEqual(['boss > specialist', 'unnamed', 'unnamed > boss']);
  // The SDK runs an agent that is used as a tool in a separate runner, which traces content.
  const specialist = runs.find(({ agent_name }) => agent_name === 'specialist');
  expect(specialist).toMatchObject(openaiTokens(1));
  expect(runs.find(({ agent_name }) => agent_name === 'boss')).toMatchObject({
    messages: 2,
    input_tokens: 200,
    output_tokens: 40,
    cached_tokens: 80,
    reasoning_tokens: content ? 10 : null,
    tool_calls: 1,
  });
});

test('records how runs end that fail, are left, or wait for approval', async () => {
  setOpenAIAPI('responses');
  const statusesOf = async (session: string) =>
    (await store.runs(session)).map(({ status }) => status);
  server.plan({ status: 500 });
  await expect(runner('s-fails').run(agents.specialist, 'Hi')).rejects.toThrow();
  expect(await statusesOf('s-fails')).toEqual(['error', 'error']);
  expect(await store.messages('s-fails')).toMatchObject([{ error_text: 'Error 500' }]);

  server.plan({ text: 'Hi.', after_text: 'hold' });
  const aborting = new AbortController();
  const { signal } = aborting;
  const stream = await runner('s-left').run(agents.specialist, 'Hi', { stream: true, signal });
  for await (const event of stream as AsyncIterable<RunStreamEvent>) {
    if (event.type === 'raw_model_stream_event' && event.data.type === 'output_text_delta') {
      aborting.abort();
    }
  }
  await stream.completed;
  // The SDK ends the trace a little after the stream.
  await waitUntil(
    () => statusesOf('s-left'),
    (statuses) => statuses.every((status) => status === 'cancelled'),
  );
  expect(await store.messages('s-left')).toMatchObject([{ error_text: 'aborted' }]);

  server.plan({ tool_calls: [{ name: 'remove', input: {} }], usage: openaiUsage }, hi);
  const waits = await runner('s-waits').run(agents.careful, 'Remove it');
  expect(await statusesOf('s-waits')).toEqual(['paused', 'paused']);
  for (const one of waits.interruptions) waits.state.approve(one);
  await runner('s-waits').run(agents.careful, waits.state);
  const runs = await store.runs('s-waits');
  expect(treeOf(runs)).toEqual(['unnamed', 'unnamed > careful', 'unnamed > careful']);
  expect(runs.find(({ agent_name }) => agent_name === null)?.status).toBe('completed');
  expect(await store.toolCalls('s-waits')).toMatchObject([{ tool_name: 'remove', error: false }]);
});

test('has no effect on the agent when events cannot be recorded', async () => {
  const errors: Error[] = [];
  const emit = () => {
    throw new RangeError('away');
  };
  setTraceProcessors([runfoldProcessor({ emit }, { on_error: (error) => errors.push(error) })]);
  server.plan(asks, hi, hi);
  const { finalOutput } = await runner('s-away').run(agents.boss, 'How is the weather?');
  expect(finalOutput).toBe('Hi.');
  expect(errors.map(({ message }) => message)).toEqual(['away']);
});
