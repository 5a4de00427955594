import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import type { MastraModelConfig } from '@mastra/core/llm';
import type { ObservabilityExporter } from '@mastra/core/observability';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { Observability } from '@mastra/observability';
import { z } from 'zod';
import { weather } from './scenarios.js';

/**
 * A model of the AI SDK. Mastra accepts it, but its types declare streaming that it does not have.
 */
const modelOf = (model: unknown) => model as MastraModelConfig;

/**
 * A Mastra with a helper that has a tool and a specialist, a Claude agent, and a workflow that
 * calls it.
 */
export function openMastra(url: string, exporter: ObservabilityExporter) {
  const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: 'none' });
  const anthropic = createAnthropic({ baseURL: `${url}/v1`, apiKey: 'none' });
  const instructions = 'Be helpful.';
  const specialist = new Agent({
    id: 'specialist',
    name: 'specialist',
    description: 'Knows the weather.',
    instructions,
    model: modelOf(openai.chat('gpt-5-mini')),
    maxRetries: 0,
  });
  const helper = new Agent({
    id: 'helper',
    name: 'helper',
    instructions,
    model: modelOf(openai('gpt-5-mini')),
    maxRetries: 0,
    agents: { specialist },
    tools: {
      weather: createTool({
        id: 'weather',
        description: 'Tells the weather.',
        inputSchema: z.object({ city: z.string() }),
        execute: weather,
      }),
    },
  });
  const claude = new Agent({
    id: 'claude',
    name: 'claude',
    instructions,
    model: modelOf(anthropic('claude-opus-4-6')),
    maxRetries: 0,
  });
  const schema = z.object({ text: z.string() });
  const step = createStep({
    id: 'ask',
    inputSchema: schema,
    outputSchema: schema,
    execute: async ({ inputData, tracingContext }) => {
      const { text } = await claude.generate(
        inputData.text,
        tracingContext === undefined ? {} : { tracingContext },
      );
      return { text };
    },
  });
  const flow = createWorkflow({ id: 'flow', inputSchema: schema, outputSchema: schema })
    .then(step)
    .commit();
  const configs = { default: { serviceName: 'test', exporters: [exporter] } };
  const mastra = new Mastra({
    agents: { helper, specialist, claude },
    workflows: { flow },
    storage: new InMemoryStore(),
    logger: false,
    observability: new Observability({ configs }),
  });
  return { mastra, helper: mastra.getAgent('helper'), claude: mastra.getAgent('claude') };
}
