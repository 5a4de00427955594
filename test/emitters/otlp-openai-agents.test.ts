import { OpenAIAgentsInstrumentation } from '@arizeai/openinference-instrumentation-openai-agents';
import * as agentsSdk from '@openai/agents';
import { run, setDefaultOpenAIClient, setOpenAIAPI, setTracingDisabled } from '@openai/agents';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { makeAgents } from './openai-agents.js';
import { withOtlpService } from './otlp-service.js';
import { drain, openaiTokens, openaiUsage, treeOf, weatherCalls } from './scenarios.js';

const { record, provider } = withOtlpService();
const agents = makeAgents();
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
  new OpenAIAgentsInstrumentation({ tracerProvider: provider }).manuallyInstrument(agentsSdk);
  // In a test runner the SDK does not trace by default.
  setTracingDisabled(false);
  const options = { baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 };
  setDefaultOpenAIClient(new OpenAI(options) as never);
});
afterEach(() => server.reset());
afterAll(() => server.close());

test.each(['responses', 'chat_completions'] as const)(
  'counts runs with tools and handoffs by %s, streamed or not',
  async (api) => {
    setOpenAIAPI(api);
    const answers = [
      { text: 'Let me see.', tool_calls: weatherCalls, usage: openaiUsage },
      { tool_calls: [{ name: 'transfer_to_specialist', input: {} }], usage: openaiUsage },
      { text: 'Sunny.', usage: openaiUsage },
    ];
    server.plan(...answers, ...answers);
    const { runs, tool_calls, sessions } = await record(async () => {
      await run(agents.helper, 'How is the weather?');
      await drain(await run(agents.helper, 'How is the weather?', { stream: true }));
    });
    const tree = ['Agent workflow', 'Agent workflow > helper', 'Agent workflow > specialist'];
    expect(treeOf(runs)).toEqual(tree.flatMap((line) => [line, line]));
    expect(sessions).toMatchObject([
      { ...openaiTokens(3), runs: 3, messages: 3, tool_calls: 3, tool_errors: 1 },
      { ...openaiTokens(3), runs: 3, messages: 3, tool_calls: 3, tool_errors: 1 },
    ]);
    expect(new Set(tool_calls.map(({ tool_name }) => tool_name))).toEqual(
      new Set(['weather', 'handoff_to_specialist']),
    );
    expect(runs.every(({ status }) => status === 'completed')).toBe(true);
  },
);

test('joins an agent that is called as a tool', async () => {
  setOpenAIAPI('responses');
  server.plan(
    { tool_calls: [{ name: 'ask', input: { input: 'Rome?' } }], usage: openaiUsage },
    { text: 'Sunny.', usage: openaiUsage },
    { text: 'It is sunny.', usage: openaiUsage },
  );
  const { runs, sessions } = await record(() => run(agents.boss, 'How is the weather?'));
  expect(treeOf(runs)).toEqual(['Agent workflow', 'Agent workflow > boss', 'boss > specialist']);
  expect(sessions).toMatchObject([openaiTokens(3)]);
});

test('counts a failed call where its trace never ends', async () => {
  setOpenAIAPI('responses');
  server.plan({ status: 500 });
  // The SDK does not end the trace of a run that threw, so its agent and its call wait for the root
  // in vain.
  const { runs, messages } = await record(() => run(agents.helper, 'Hi').catch(() => undefined), {
    waiting: 2,
    unfinished: 1,
  });
  expect(messages).toMatchObject([{ error: true, provider: 'openai' }]);
  expect(runs).toMatchObject([{ agent_name: 'helper', status: 'error', message_errors: 1 }]);
});
