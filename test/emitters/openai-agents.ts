import { Agent, tool } from '@openai/agents';
import { z } from 'zod';
import { weather } from './scenarios.js';

const model = 'gpt-5-mini';

/** Agents of OpenAI's SDK: one with a tool that hands over, and one that uses another as a tool. */
export function makeAgents() {
  const specialist = new Agent({ name: 'specialist', model });
  const helper = new Agent({
    name: 'helper',
    model,
    handoffs: [specialist],
    tools: [
      tool({
        name: 'weather',
        description: 'Tells the weather.',
        parameters: z.object({ city: z.string() }),
        execute: weather,
      }),
    ],
  });
  const boss = new Agent({
    name: 'boss',
    model,
    tools: [specialist.asTool({ toolName: 'ask', toolDescription: 'Asks the specialist.' })],
  });
  const careful = new Agent({
    name: 'careful',
    model,
    tools: [
      tool({
        name: 'remove',
        description: 'Removes everything.',
        parameters: z.object({}),
        needsApproval: true,
        execute: async () => 'Gone.',
      }),
    ],
  });
  return { specialist, helper, boss, careful };
}
