import { expect, test } from 'vitest';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import { runfoldCallbacks } from '#runfold/hooks/langchain/callbacks.js';

test("an answer of LangChain's own cache has no tokens, and that of a model has its own", () => {
  const events: MetricEventInput[] = [];
  const handler = runfoldCallbacks({ emit: (event) => events.push(event) });
  const message = { usage_metadata: { input_tokens: 10, output_tokens: 5, total_tokens: 15 } };
  const output = { generations: [[{ message }]] };
  handler.handleChainStart({}, {}, 'run');
  for (const [id, cached] of [
    ['asked', false],
    ['cached', true],
  ] as const) {
    handler.handleChatModelStart({}, [], id, 'run', {}, [], { ls_provider: 'openai' });
    handler.handleLLMEnd(output, id, 'run', [], { cached });
  }
  expect(events).toMatchObject([
    { provider: 'openai', metrics: { input_tokens: 10, output_tokens: 5 } },
    { metrics: { input_tokens: 0, output_tokens: 0 } },
  ]);
});
