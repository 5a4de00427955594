import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { runfoldExporter } from '#runfold/mastra.js';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { waitUntil } from '../../harness/wait-until.js';
import { type HookStore, withHookStore } from './hook-store.js';
import { openMastra } from './mastra-agents.js';
import {
  anthropicTokens,
  anthropicUsage,
  byId,
  drain,
  openaiTokens,
  openaiUsage,
  treeOf,
  weatherCalls,
} from './scenarios.js';

let store: HookStore;
withHookStore((opened) => {
  store = opened;
});
let server: ModelServer;
let mastra: ReturnType<typeof openMastra>;
beforeAll(async () => {
  server = await startModelServer();
  const on_error = (error: Error) => expect.fail(`The hook failed: ${error.stack}`);
  mastra = openMastra(server.url, runfoldExporter(store.emitter, { on_error }));
});
afterEach(() => server.reset());
afterAll(() => server.close());

const inSession = (sessionId: string) => ({
  tracingOptions: { metadata: { sessionId, userId: 'ann' } },
});
/** The runs of a session once all of them have ended. */
const ended = (session: string, count = 1) =>
  waitUntil(
    () => store.runs(session),
    (runs) => runs.length === count && runs.every(({ status }) => status !== null),
  );

test('records a run with tools, the failing one as an error', async () => {
  server.plan(
    { text: 'Let me see.', tool_calls: weatherCalls, usage: openaiUsage },
    { text: 'Sunny.', usage: openaiUsage },
  );
  const session = inSession('s-tools');
  await mastra.helper.generate('How is the weather?', { runId: 'run-tools', ...session });
  expect(await ended('s-tools')).toMatchObject([
    {
      ...openaiTokens(2),
      run_id: 'run-tools',
      user_id: 'ann',
      agent_id: 'helper',
      model: 'gpt-5-mini',
      provider: 'openai',
      status: 'completed',
      messages: 2,
      message_errors: 0,
      tool_errors: 1,
      cost: 0.000112,
    },
  ]);
  const tools = await store.toolCalls('s-tools');
  expect(byId(tools)).toMatchObject([
    { tool_name: 'weather', tool_call_id: 'call_nowhere', error: true, error_text: 'RangeError' },
    { tool_name: 'weather', tool_call_id: 'call_rome', error: false },
  ]);
  const [first] = await store.messages('s-tools');
  expect(first?.time_to_first_token).toBeGreaterThan(0);
  // A call ends before the tools that it requests.
  const began = ({ occurred_at, time }: { occurred_at: string; time: number | null }) =>
    Date.parse(occurred_at) - Number(time) * 1_000;
  expect(Date.parse(String(first?.occurred_at))).toBeLessThanOrEqual(Math.min(...tools.map(began)));
});

test('records a specialist below the run that asked it, streamed', async () => {
  server.plan(
    { tool_calls: [{ name: 'agent-specialist', input: { prompt: 'Rome?' } }], usage: openaiUsage },
    { text: 'Sunny.', usage: openaiUsage },
    { text: 'It is sunny.', usage: openaiUsage },
  );
  const { fullStream } = await mastra.helper.stream('How is the weather?', inSession('s-sub'));
  await drain(fullStream);
  const runs = await ended('s-sub', 2);
  expect(treeOf(runs)).toEqual(['helper', 'helper > specialist']);
  expect(runs).toMatchObject([
    { ...openaiTokens(2), tool_calls: 1, tool_errors: 0 },
    { ...openaiTokens(1), tool_calls: 0 },
  ]);
});

test("records an agent of a workflow, with Anthropic's cache inside the input", async () => {
  server.plan({ text: 'Hi.', usage: anthropicUsage });
  const run = await mastra.mastra.getWorkflow('flow').createRun();
  await run.start({ inputData: { text: 'Hi' }, ...inSession('s-flow') });
  const runs = await ended('s-flow', 2);
  expect(treeOf(runs)).toEqual(['unnamed', 'unnamed > claude']);
  expect(runs).toMatchObject([
    { workflow_id: 'flow', messages: 0 },
    { workflow_id: 'flow', ...anthropicTokens(1) },
  ]);
});

test('records how runs end that fail or are aborted', async () => {
  server.plan({ status: 500 });
  await expect(mastra.helper.generate('Hi', inSession('s-fails'))).rejects.toThrow();
  expect(await ended('s-fails')).toMatchObject([{ status: 'error', message_errors: 1 }]);

  server.plan({ text: 'Hi.', after_text: 'hold' });
  const aborting = new AbortController();
  const { fullStream } = await mastra.helper.stream('Hi', {
    ...inSession('s-aborted'),
    abortSignal: aborting.signal,
  });
  for await (const { type } of fullStream) if (type === 'text-delta') aborting.abort();
  expect(await ended('s-aborted')).toMatchObject([{ status: 'cancelled', messages: 1 }]);
  expect(await store.messages('s-aborted')).toMatchObject([{ error_text: 'aborted' }]);
});

test('has no effect on the agent when events cannot be recorded', async () => {
  const errors: Error[] = [];
  const emit = () => {
    throw new RangeError('away');
  };
  const on_error = (error: Error) => errors.push(error);
  const { helper } = openMastra(server.url, runfoldExporter({ emit }, { on_error }));
  server.plan({ text: 'Hi.', usage: openaiUsage });
  expect((await helper.generate('Hi')).text).toBe('Hi.');
  await waitUntil(() => errors.length > 0);
  expect(errors.map(({ message }) => message)).toEqual(['away']);
});
