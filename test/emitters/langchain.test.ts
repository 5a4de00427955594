import { ChatAnthropic } from '@langchain/anthropic';
import { tool } from '@langchain/core/tools';
import {
  Annotation,
  Command,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  StateGraph,
} from '@langchain/langgraph';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent } from 'langchain';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { runfoldCallbacks } from '#runfold/langchain.js';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { waitUntil } from '../../harness/wait-until.js';
import { type HookStore, withHookStore } from './hook-store.js';
import {
  anthropicTokens,
  anthropicUsage,
  byId,
  drain,
  openaiTokens,
  openaiUsage,
  treeOf,
  weather,
  weatherCalls,
} from './scenarios.js';

let store: HookStore;
withHookStore((opened) => {
  store = opened;
});
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterEach(() => server.reset());
afterAll(() => server.close());

const question = { messages: [{ role: 'user', content: 'How is the weather?' }] };
const hi = { text: 'Hi.', usage: openaiUsage };
const modelOf = () =>
  new ChatOpenAI({
    model: 'gpt-5-mini',
    apiKey: 'none',
    maxRetries: 0,
    configuration: { baseURL: `${server.url}/v1` },
  });
const helper = () =>
  createAgent({
    name: 'helper',
    model: modelOf(),
    tools: [tool(weather, { name: 'weather', schema: z.object({ city: z.string() }) })],
  });
const fails = (error: Error) => expect.fail(`The hook failed: ${error.stack}`);
/** Settings of a call in a session. */
const inSession = (thread_id: string) => ({
  callbacks: [runfoldCallbacks(store.emitter, { on_error: fails })],
  configurable: { thread_id },
});

test('records an agent with tools, the failing one as an error', async () => {
  server.plan({ text: 'Let me see.', tool_calls: weatherCalls, usage: openaiUsage }, hi);
  await helper().invoke(question, { ...inSession('s-tools'), metadata: { user_id: 'ann' } });
  expect(await store.run('s-tools')).toMatchObject({
    ...openaiTokens(2),
    agent_id: 'helper',
    user_id: 'ann',
    model: 'gpt-5-mini',
    provider: 'openai',
    status: 'completed',
    messages: 2,
    message_errors: 0,
    tool_errors: 1,
    cost: 0.000112,
  });
  expect(byId(await store.toolCalls('s-tools'))).toMatchObject([
    { tool_name: 'weather', tool_call_id: 'call_nowhere', error: true, error_text: 'RangeError' },
    { tool_name: 'weather', tool_call_id: 'call_rome', error: false },
  ]);
});

test("records streams with their first token, and Anthropic's output once", async () => {
  const claude = new ChatAnthropic({
    model: 'claude-opus-4-6',
    apiKey: 'none',
    anthropicApiUrl: server.url,
    maxRetries: 0,
  });
  const usage = { ...anthropicUsage, cache_write_1h: 4 };
  server.plan({ text: 'Hi.', usage }, { text: 'Hi.', usage });
  const { callbacks } = inSession('s-claude');
  const metadata = { session_id: 's-claude' };
  await claude.invoke('Hi', { callbacks, metadata });
  await drain(await claude.stream('Hi', { callbacks, metadata }));
  const runs = await store.runs('s-claude');
  expect(runs).toMatchObject([anthropicTokens(1), anthropicTokens(1)]);
  const [whole, streamed] = await store.messages('s-claude');
  expect(whole).toMatchObject({ time_to_first_token: null, cache_write_1h_tokens: 4 });
  expect(streamed).toMatchObject({ output_tokens: 20, cache_write_1h_tokens: 4 });
  expect(streamed?.time_to_first_token).toBeGreaterThan(0);
});

test('records agents in agents and handoffs as a tree', async () => {
  const to = tool(async () => new Command({ goto: 'expert', graph: Command.PARENT, update: {} }), {
    name: 'to_expert',
    schema: z.object({}),
  });
  const inner = createAgent({ name: 'inner', model: modelOf(), tools: [] });
  const ask = tool(async () => String((await inner.invoke(question)).messages.at(-1)?.content), {
    name: 'ask',
    schema: z.object({}),
  });
  const front = createAgent({ name: 'front', model: modelOf(), tools: [to] });
  const expert = createAgent({ name: 'expert', model: modelOf(), tools: [ask] });
  const team = new StateGraph(MessagesAnnotation)
    .addNode('front', front.graph, { ends: ['expert'] })
    .addNode('expert', expert.graph)
    .addEdge('__start__', 'front')
    .compile({ name: 'team' });
  const calls = (name: string) => ({ tool_calls: [{ name, input: {} }], usage: openaiUsage });
  server.plan(calls('to_expert'), calls('ask'), hi, hi);
  await team.invoke(question as never, inSession('s-team'));
  const runs = await store.runs('s-team');
  expect(treeOf(runs)).toEqual(['expert > inner', 'team', 'team > expert', 'team > front']);
  expect(runs.every(({ status }) => status === 'completed')).toBe(true);
  expect(runs.map(({ total_tokens }) => total_tokens ?? 0).sort()).toEqual([0, 120, 120, 240]);
  expect(await store.toolCalls('s-team')).toMatchObject([{ error: false }, { error: false }]);
});

test('records how runs end that fail, are aborted, are left, or wait', async () => {
  server.plan({ status: 500 });
  await expect(helper().invoke(question, inSession('s-fails'))).rejects.toThrow();
  expect(await store.run('s-fails')).toMatchObject({ status: 'error', message_errors: 1 });
  expect(await store.messages('s-fails')).toMatchObject([{ error_text: 'Error 500' }]);

  const ended = (session: string) =>
    waitUntil(
      () => store.run(session),
      ({ status }) => status === 'cancelled',
    );
  server.plan({ text: 'Hi.', after_text: 'hold' });
  const aborting = new AbortController();
  const streamMode = 'messages' as const;
  const stream = await helper().stream(question, {
    ...inSession('s-aborted'),
    signal: aborting.signal,
    streamMode,
  });
  const read = async () => {
    for await (const _ of stream) aborting.abort();
  };
  await expect(read()).rejects.toThrow();
  await ended('s-aborted');
  expect(await store.messages('s-aborted')).toMatchObject([{ error_text: 'aborted' }]);

  server.plan({ text: 'Hi.', after_text: 'hold' });
  for await (const _ of await helper().stream(question, { ...inSession('s-left'), streamMode }))
    break;
  await ended('s-left');

  const state = Annotation.Root({ answer: Annotation<string> });
  const graph = new StateGraph(state)
    .addNode('ask', () => ({ answer: String(interrupt('Sure?')) }))
    .addEdge('__start__', 'ask')
    .compile({ checkpointer: new MemorySaver() });
  await graph.invoke({ answer: '' }, inSession('s-waits'));
  await graph.invoke(new Command({ resume: 'yes' }), inSession('s-waits'));
  const statuses = (await store.runs('s-waits')).map(({ status }) => status);
  expect(statuses).toEqual(['paused', 'completed']);
});

test('has no effect on the agent when events cannot be recorded', async () => {
  const errors: Error[] = [];
  const emit = () => {
    throw new RangeError('away');
  };
  server.plan({ tool_calls: weatherCalls, usage: openaiUsage }, hi);
  const { messages } = await helper().invoke(question, {
    callbacks: [runfoldCallbacks({ emit }, { on_error: (error) => errors.push(error) })],
  });
  expect(messages.at(-1)?.content).toBe('Hi.');
  expect(errors.map(({ message }) => message)).toEqual(['away']);
});
