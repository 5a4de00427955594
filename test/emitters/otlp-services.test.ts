import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { context, propagation } from '@opentelemetry/api';
import { generateText, registerTelemetry, stepCountIs, tool } from 'ai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { startNode } from '../../harness/processes.js';
import { type OtlpHome, withOtlpService } from './otlp-service.js';
import { openaiTokens, openaiUsage, treeOf } from './scenarios.js';

const { record, waiting } = withOtlpService();
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
  registerTelemetry(new OpenTelemetry({ usage: true, runtimeContext: true }));
});
afterAll(() => server.close());

/**
 * An agent in a separate process with its own exporter. It has exported everything when this
 * resolves.
 */
async function askService({ url, headers }: OtlpHome): Promise<string> {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  const script = new URL('service-agent.mjs', import.meta.url).pathname;
  const child = startNode([script], {
    cwd: import.meta.dirname,
    env: {
      MODEL_URL: server.url,
      TRACEPARENT: String(carrier.traceparent),
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(headers.authorization ?? '')}`,
    },
  });
  const { code, stdout, stderr } = await child.exit;
  expect(code, stderr).toBe(0);
  return stdout;
}

test('joins a trace across two processes, of which the inner one exports first', async () => {
  const openai = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' });
  server.plan(
    { tool_calls: [{ name: 'ask', input: {} }], usage: openaiUsage },
    { text: 'Sunny.', usage: openaiUsage },
    { text: 'It is sunny.', usage: openaiUsage },
  );
  const waited: unknown[] = [];
  const { runs, sessions, messages } = await record((home) =>
    generateText({
      model: openai('gpt-5-mini'),
      prompt: 'How is the weather?',
      stopWhen: stepCountIs(3),
      runtimeContext: { sessionId: 'session-1', userId: 'user-1' },
      telemetry: {
        functionId: 'front',
        includeRuntimeContext: { sessionId: true, userId: true },
      },
      tools: {
        ask: tool({
          inputSchema: z.object({}),
          execute: async () => {
            const answer = await askService(home);
            waited.push(...(await waiting(home)));
            return answer;
          },
        }),
      },
    }),
  );
  // Its message, its run and the first message of the caller wait for their parents.
  expect(waited).toHaveLength(3);
  expect(treeOf(runs)).toEqual(['front', 'front > service']);
  const who = { session_id: 'session-1', user_id: 'user-1', status: 'completed' };
  expect(runs).toMatchObject([
    { ...who, ...openaiTokens(2), agent_name: 'front', tool_calls: 1 },
    { ...who, ...openaiTokens(1), agent_name: 'service', tool_calls: 0 },
  ]);
  expect(sessions).toMatchObject([{ ...openaiTokens(3), runs: 2, cost: 0.000168 }]);
  expect(messages).toHaveLength(3);
});
