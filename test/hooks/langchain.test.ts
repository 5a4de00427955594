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

test('a run has the id that LangChain gave it, and ends as its chain did', () => {
  const aborted = new Error('Aborted');
  const ends = [undefined, new Error('no such city'), aborted].map((error, at) => {
    const events: MetricEventInput[] = [];
    const handler = runfoldCallbacks({ emit: (event) => events.push(event) });
    handler.handleChainStart({}, {}, `run-${at}`);
    if (error === undefined) handler.handleChainEnd({}, `run-${at}`);
    else handler.handleChainError(error, `run-${at}`);
    return events;
  });
  expect(ends).toMatchObject([
    [{ type: 'run', run_id: 'run-0', status: 'completed' }],
    [{ type: 'run', run_id: 'run-1', status: 'error' }],
    [{ type: 'run', run_id: 'run-2', status: 'cancelled' }],
  ]);
});
