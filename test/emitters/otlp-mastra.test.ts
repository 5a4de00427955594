import { OtelExporter } from '@mastra/otel-exporter';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { openMastra } from './mastra-agents.js';
import { type Recorded, withOtlpService } from './otlp-service.js';
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

const { home, read } = withOtlpService();
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterEach(() => server.reset());
afterAll(() => server.close());

/** Runs agents of a Mastra that exports to a separate project. */
async function record(
  work: (mastra: ReturnType<typeof openMastra>) => Promise<unknown>,
): Promise<Recorded> {
  const here = await home();
  const exporter = new OtelExporter({
    signals: { logs: false },
    provider: {
      custom: {
        endpoint: `${here.url}/v1/traces`,
        protocol: 'http/json',
        headers: { ...here.headers },
      },
    },
  });
  const mastra = openMastra(server.url, exporter);
  await work(mastra);
  await mastra.mastra.observability.flush();
  await exporter.flush();
  await mastra.mastra.shutdown();
  return read(here);
}

test('counts a run with tools once, the failing one as an error', async () => {
  server.plan(
    { text: 'Let me see.', tool_calls: weatherCalls, usage: openaiUsage },
    { text: 'Sunny.', usage: openaiUsage },
  );
  const { runs, tool_calls, messages } = await record(({ helper }) =>
    helper.generate('How is the weather?', {
      runId: 'run-1',
      tracingOptions: { metadata: { sessionId: 'session-1', userId: 'user-1' } },
    }),
  );
  expect(runs).toMatchObject([
    {
      ...openaiTokens(2),
      run_id: 'run-1',
      session_id: 'session-1',
      user_id: 'user-1',
      agent_id: 'helper',
      provider: 'openai',
      status: 'completed',
      messages: 2,
      message_errors: 0,
      tool_calls: 2,
      tool_errors: 1,
      cost: 0.000112,
    },
  ]);
  expect(byId(tool_calls).map(({ tool_call_id, error }) => [tool_call_id, error])).toEqual([
    ['call_nowhere', true],
    ['call_rome', null],
  ]);
  // It repeats the instant of the first call's first token in all calls.
  expect(messages.map(({ time_to_first_token }) => time_to_first_token !== null)).toEqual([
    true,
    false,
  ]);
});

test('joins a specialist to the run that asked it, streamed', async () => {
  server.plan(
    { tool_calls: [{ name: 'agent-specialist', input: { prompt: 'Rome?' } }], usage: openaiUsage },
    { text: 'Sunny.', usage: openaiUsage },
    { text: 'It is sunny.', usage: openaiUsage },
  );
  const { runs, sessions } = await record(async ({ helper }) =>
    drain((await helper.stream('How is the weather?')).fullStream),
  );
  expect(treeOf(runs)).toEqual(['helper', 'helper > specialist']);
  expect(sessions).toMatchObject([{ ...openaiTokens(3), runs: 2, tool_calls: 1, tool_errors: 0 }]);
});

test("counts Anthropic's cache inside the input, in a workflow and streamed", async () => {
  server.plan({ text: 'Hi.', usage: anthropicUsage }, { text: 'Hi.', usage: anthropicUsage });
  const { runs } = await record(async ({ mastra, claude }) => {
    const run = await mastra.getWorkflow('flow').createRun();
    await run.start({ inputData: { text: 'Hi' } });
    await drain((await claude.stream('Hi')).fullStream);
  });
  expect(treeOf(runs)).toEqual(['claude', 'unnamed', 'unnamed > claude']);
  const counted = runs.filter(({ agent_id }) => agent_id === 'claude');
  expect(counted).toMatchObject([anthropicTokens(1), anthropicTokens(1)]);
});

test('counts a failed call as one that failed', async () => {
  server.plan({ status: 500 });
  const { runs, messages } = await record(({ helper }) =>
    helper.generate('Hi').catch(() => undefined),
  );
  expect(runs).toMatchObject([{ status: 'error', messages: 1, message_errors: 1 }]);
  expect(messages).toMatchObject([{ error: true, input_tokens: null }]);
});
