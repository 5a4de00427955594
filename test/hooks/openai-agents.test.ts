import { expect, test } from 'vitest';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import type { AgentsSpan, AgentsTrace } from '#runfold/hooks/openai-agents/agents-shapes.js';
import { runfoldProcessor } from '#runfold/hooks/openai-agents/processor.js';
import type { HookOptions } from '#runfold/hooks/record/emitter.js';

type Step = readonly ['begin' | 'end', AgentsSpan];

const traceId = 'trace_1';
const trace = (rest: Partial<AgentsTrace> = {}): AgentsTrace => ({
  traceId,
  name: 'Agent workflow',
  groupId: null,
  ...rest,
});
const span = (
  spanId: string,
  type: string,
  rest: { readonly parentId?: string; readonly data?: object } = {},
): AgentsSpan => ({
  spanId,
  traceId,
  parentId: rest.parentId ?? null,
  spanData: { type, ...rest.data },
  error: null,
});

/** The events of a trace with some spans. */
async function record(
  traced: AgentsTrace,
  steps: readonly Step[] = [],
  options: HookOptions = {},
): Promise<readonly MetricEventInput[]> {
  const events: MetricEventInput[] = [];
  const on_error = (error: Error) => expect.fail(`The hook failed: ${error.stack}`);
  const processor = runfoldProcessor(
    { emit: (event) => events.push(event) },
    { on_error, ...options },
  );
  await processor.onTraceStart(traced);
  for (const [what, one] of steps) {
    await (what === 'begin' ? processor.onSpanStart(one) : processor.onSpanEnd(one));
  }
  await processor.onTraceEnd(traced);
  return events;
}

test.each([
  [trace({ groupId: 'group', metadata: { session_id: 'told' } }), 'group'],
  [trace({ metadata: { session_id: 'told' } }), 'told'],
  [trace(), 'default'],
])(
  'the session is the group, or what the metadata says, or that of the options: %j',
  async (traced, session_id) => {
    const [run, ...others] = await record(traced, [], { session_id: 'default', agent_id: 'chief' });
    expect(others).toEqual([]);
    expect(run).toMatchObject({ type: 'run', run_id: traceId, session_id, status: 'completed' });
    // The SDK's name for a trace without one is no workflow.
    expect(run).not.toHaveProperty('workflow_id');
  },
);

test('a trace without a session is one, with the user of its metadata and its own name', async () => {
  const [run] = await record(trace({ name: 'flow', metadata: { user_id: 'ann' } }));
  expect(run).toMatchObject({ session_id: traceId, user_id: 'ann', workflow_id: 'flow' });
});

test('an agent is a run below its trace, with its calls and tools', async () => {
  const agent = span('span_agent', 'agent', { data: { name: 'helper' } });
  const body = {
    object: 'response',
    model: 'gpt-5-mini-2026',
    usage: {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 40 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 5 },
    },
  };
  const inAgent = { parentId: 'span_agent' };
  const model = span('span_model', 'response', { ...inAgent, data: { _response: body } });
  const chat = span('span_chat', 'generation', {
    ...inAgent,
    data: {
      model: 'anthropic:claude-opus-5',
      output: [{ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } }],
    },
  });
  const tool = span('span_tool', 'function', { ...inAgent, data: { name: 'weather' } });
  const handoff = span('span_handoff', 'handoff', { ...inAgent, data: { to_agent: 'aide' } });
  const inner = [model, chat, tool, handoff].flatMap((one): Step[] => [
    ['begin', one],
    ['end', one],
  ]);
  const events = await record(trace({ groupId: 'group' }), [
    ['begin', agent],
    ...inner,
    ['end', agent],
  ]);
  const below = { session_id: 'group', run_id: 'span_agent', parent_run_id: traceId };
  expect(events).toMatchObject([
    {
      type: 'message',
      ...below,
      agent_id: 'helper',
      agent_name: 'helper',
      model: 'gpt-5-mini-2026',
      provider: 'openai',
      metrics: { input_tokens: 100, cached_tokens: 40, output_tokens: 20, reasoning_tokens: 5 },
    },
    {
      type: 'message',
      ...below,
      model: 'claude-opus-5',
      provider: 'anthropic',
      metrics: { input_tokens: 7, output_tokens: 3 },
    },
    { type: 'tool_call', ...below, tool_name: 'weather', error: false },
    { type: 'tool_call', ...below, tool_name: 'handoff_to_aide' },
    { type: 'run', ...below, status: 'completed' },
    { type: 'run', run_id: traceId, session_id: 'group', status: 'completed' },
  ]);
  expect(events.at(-1)).not.toHaveProperty('agent_id');
});

test('a call without content has the tokens of its turn that no other call has', async () => {
  const turn = (usage?: object) =>
    span('span_turn', 'turn', usage === undefined ? {} : { data: { usage } });
  const model = span('span_model', 'response', { parentId: 'span_turn', data: {} });
  const usage = {
    input_tokens: 100,
    output_tokens: 20,
    cached_input_tokens: 40,
    cache_write_input_tokens: 10,
  };
  const events = await record(trace(), [
    ['begin', turn()],
    ['begin', model],
    ['end', model],
    ['end', turn(usage)],
  ]);
  expect(events[0]).toMatchObject({
    type: 'message',
    metrics: { input_tokens: 100, output_tokens: 20, cached_tokens: 40, cache_write_tokens: 10 },
  });
});
