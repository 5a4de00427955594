import { describe, expect, test } from 'vitest';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import {
  type Attributes,
  chat,
  eventOf,
  eventsOf,
  recordOf,
  type Scope,
  span,
} from './spans-of.js';

type Figures = Partial<NonNullable<MetricEvent['metrics']>>;

const gen = (
  input: number | string,
  output: number | string,
  more: Attributes = {},
): Attributes => ({
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
  ...more,
});
const openInference = (prompt: number, completion: number, more: Attributes = {}): Attributes => ({
  'openinference.span.kind': 'LLM',
  'llm.token_count.prompt': prompt,
  'llm.token_count.completion': completion,
  ...more,
});
const langfuse = (usage: object): Attributes => ({
  'langfuse.observation.type': 'generation',
  'langfuse.observation.usage_details': JSON.stringify(usage),
});
const figuresOf = (attributes: Attributes, scope?: Scope, more = {}) => {
  const event = eventOf(attributes, more, scope);
  const { time: _time, ...figures } = event?.metrics ?? {};
  return [event?.type, figures];
};

describe('the figures that the source of an emitter sends', () => {
  test.each<[string, Attributes, Figures, Scope?]>([
    [
      'LiteLLM: its operation is the name of its function, its figures are strings',
      {
        'gen_ai.operation.name': 'acompletion',
        'llm.request.type': 'acompletion',
        'gen_ai.system': 'openai',
        ...gen('100', '20', { 'gen_ai.usage.total_tokens': '120' }),
        'gen_ai.cost.total_cost': '0.002',
      },
      { input_tokens: 100, output_tokens: 20, cost: 0.002 },
      { scope: 'litellm' },
    ],
    [
      'OpenLIT of Anthropic: input without the cache',
      {
        ...chat,
        ...gen(100, 20, {
          'gen_ai.usage.cache_read.input_tokens': 40,
          'gen_ai.usage.cache_creation.input_tokens': 10,
          'gen_ai.client.token.usage': 120,
        }),
        'gen_ai.usage.cost': 0.001,
      },
      {
        input_tokens: 150,
        output_tokens: 20,
        cached_tokens: 40,
        cache_write_tokens: 10,
        cost: 0.001,
      },
      { scope: 'openlit.instrumentation.anthropic' },
    ],
    [
      'OpenLIT of a model without a price: its cost of 0 is no cost',
      { ...chat, ...gen(100, 20), 'gen_ai.usage.cost': 0 },
      { input_tokens: 100, output_tokens: 20 },
      { scope: 'openlit.instrumentation.openai' },
    ],
    [
      'OpenLIT of Gemini: output without thoughts',
      { ...chat, ...gen(100, 20, { 'gen_ai.usage.reasoning_tokens': 15 }) },
      { input_tokens: 100, output_tokens: 35, reasoning_tokens: 15 },
      { scope: 'openlit.instrumentation.google_ai_studio' },
    ],
    [
      'OpenLIT of OpenAI: details by the names of its response',
      {
        ...chat,
        ...gen(100, 20, {
          'gen_ai.usage.prompt_tokens_details.cached_tokens': 40,
          'gen_ai.usage.completion_tokens_details.reasoning_tokens': 5,
          'gen_ai.usage.completion_tokens_details.audio_tokens': 2,
        }),
      },
      {
        input_tokens: 100,
        output_tokens: 20,
        cached_tokens: 40,
        reasoning_tokens: 5,
        output_audio_tokens: 2,
      },
    ],
    [
      'OpenLIT of an image: a cost and no tokens',
      { 'gen_ai.operation.name': 'image', 'gen_ai.usage.cost': 0.04 },
      { cost: 0.04 },
      { scope: 'openlit.instrumentation.openai' },
    ],
    [
      'OpenRouter: details below the sums',
      {
        ...chat,
        ...gen(100, 20, {
          'gen_ai.usage.input_tokens.cached': 40,
          'gen_ai.usage.output_tokens.reasoning': 5,
        }),
        'gen_ai.usage.input_cost': 0.001,
        'gen_ai.usage.output_cost': 0.002,
        'gen_ai.usage.total_cost': 0.004,
      },
      { input_tokens: 100, output_tokens: 20, cached_tokens: 40, reasoning_tokens: 5, cost: 0.004 },
    ],
    [
      'a cost in two parts',
      { ...chat, 'gen_ai.usage.input_cost': 0.25, 'gen_ai.usage.output_cost': 0.5 },
      { cost: 0.75 },
    ],
    [
      'a cost of the input alone',
      openInference(10, 0, { 'llm.cost.prompt': 0.25 }),
      { input_tokens: 10, output_tokens: 0, cost: 0.25 },
    ],
    [
      'Cloudflare AI Gateway: no operation',
      {
        'gen_ai.request.model': 'gpt-5-mini',
        'gen_ai.model.provider': 'openai',
        ...gen(100, 20),
        'gen_ai.usage.cost': 0.001,
      },
      { input_tokens: 100, output_tokens: 20, cost: 0.001 },
    ],
    [
      'MLflow: every attribute as JSON',
      {
        'mlflow.spanType': '"CHAT_MODEL"',
        'mlflow.chat.tokenUsage': '{"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}',
        'mlflow.llm.cost': '{"input_cost": 0.001, "output_cost": 0.002, "total_cost": 0.003}',
      },
      { input_tokens: 100, output_tokens: 20, cost: 0.003 },
    ],
    [
      'Semantic Kernel for Python: text_completions',
      { 'gen_ai.operation.name': 'text_completions', ...gen(100, 20) },
      { input_tokens: 100, output_tokens: 20 },
    ],
    [
      'Traceloop for JavaScript of Anthropic, up to 0.27.0: input without the cache',
      { ...chat, ...gen(100, 20, { 'gen_ai.usage.cache_read.input_tokens': 40 }) },
      { input_tokens: 140, output_tokens: 20, cached_tokens: 40 },
      { scope: '@traceloop/instrumentation-anthropic', version: '0.27.0' },
    ],
    [
      'Traceloop for JavaScript of Anthropic, later: input with the cache',
      { ...chat, ...gen(140, 20, { 'gen_ai.usage.cache_read.input_tokens': 40 }) },
      { input_tokens: 140, output_tokens: 20, cached_tokens: 40 },
      { scope: '@traceloop/instrumentation-anthropic', version: '0.27.1' },
    ],
    [
      'Traceloop of LlamaIndex with Claude: input without the cache, and in no total',
      {
        ...chat,
        'gen_ai.response.model': 'claude-sonnet-4-6',
        ...gen(100, 20, {
          'gen_ai.usage.total_tokens': 120,
          'gen_ai.usage.cache_read.input_tokens': 40,
        }),
      },
      { input_tokens: 140, output_tokens: 20, cached_tokens: 40 },
      { scope: 'opentelemetry.instrumentation.llamaindex' },
    ],
    [
      'Spring AI with Claude: input without the cache, as strings',
      {
        ...chat,
        'gen_ai.system': 'anthropic',
        'gen_ai.response.model': 'claude-sonnet-4-6',
        ...gen('100', '20', {
          'gen_ai.usage.total_tokens': '120',
          'gen_ai.usage.cache_read.input_tokens': '40',
          'gen_ai.usage.cache_creation.input_tokens': '10',
        }),
      },
      { input_tokens: 150, output_tokens: 20, cached_tokens: 40, cache_write_tokens: 10 },
      { scope: 'org.springframework.boot' },
    ],
    [
      'Traceloop of Gemini: thoughts in the total alone',
      {
        'gen_ai.operation.name': 'generate_content',
        'gen_ai.response.model': 'gemini-3-pro',
        ...gen(100, 20, {
          'gen_ai.usage.total_tokens': 150,
          'gen_ai.usage.cache_read.input_tokens': 64,
        }),
      },
      { input_tokens: 100, output_tokens: 50, cached_tokens: 64 },
      { scope: 'opentelemetry.instrumentation.google_generativeai' },
    ],
    [
      'OpenInference of Gemini by LlamaIndex: thoughts in the total alone',
      openInference(100, 20, { 'llm.token_count.total': 150, 'llm.model_name': 'gemini-3-pro' }),
      { input_tokens: 100, output_tokens: 50 },
    ],
    [
      'Traceloop for JavaScript of Gemini: thoughts beside the output, as its total shows',
      {
        'gen_ai.operation.name': 'generate_content',
        'gen_ai.request.model': 'gemini-3-pro',
        ...gen(100, 20, {
          'gen_ai.usage.total_tokens': 150,
          'gen_ai.usage.reasoning_tokens': 30,
        }),
      },
      { input_tokens: 100, output_tokens: 50, reasoning_tokens: 30 },
    ],
    [
      'of another model, a total that is more than its parts adds nothing',
      {
        ...chat,
        'gen_ai.request.model': 'gpt-5-mini',
        ...gen(100, 20, { 'gen_ai.usage.total_tokens': 150 }),
      },
      { input_tokens: 100, output_tokens: 20 },
    ],
    [
      'LangSmith for Python: details as a dictionary of Python',
      {
        'langsmith.span.kind': 'llm',
        ...gen(500, 60, {
          'gen_ai.usage.total_tokens': 560,
          'gen_ai.usage.input_token_details':
            "{'audio': None, 'cache_read': 300, 'cache_creation': 20}",
          'gen_ai.usage.output_token_details': "{'reasoning': 12}",
        }),
      },
      {
        input_tokens: 500,
        output_tokens: 60,
        cached_tokens: 300,
        cache_write_tokens: 20,
        reasoning_tokens: 12,
      },
    ],
    [
      'Langfuse of LangChain: counts that exclude each other, none in a total',
      langfuse({ input: 40, output: 12, total: 160, input_cache_read: 60, output_reasoning: 48 }),
      { input_tokens: 100, output_tokens: 60, cached_tokens: 60, reasoning_tokens: 48 },
    ],
    [
      'Langfuse of OpenAI for JavaScript: sound and predictions too',
      langfuse({
        input: 30,
        output: 5,
        total: 150,
        input_cached_tokens: 60,
        input_audio_tokens: 10,
        output_reasoning_tokens: 40,
        output_audio_tokens: 2,
        output_accepted_prediction_tokens: 3,
      }),
      {
        input_tokens: 100,
        output_tokens: 50,
        cached_tokens: 60,
        reasoning_tokens: 40,
        input_audio_tokens: 10,
        output_audio_tokens: 2,
      },
    ],
    [
      'Langfuse of Vertex AI by LangChain: the input by modality',
      langfuse({ input: 0, output: 20, total: 120, input_modality_TEXT: 100, input_priority: 7 }),
      { input_tokens: 100, output_tokens: 20 },
    ],
    [
      'Langfuse: a total that shows that the cache is a part of the input',
      langfuse({ input: 100, output: 20, total: 120, input_cached_tokens: 60 }),
      { input_tokens: 100, output_tokens: 20, cached_tokens: 60 },
    ],
  ])('%s', (_what, attributes, figures, scope) => {
    expect(figuresOf(attributes, scope)).toEqual(['message', figures]);
  });

  test('vLLM: a span without any name of the conventions but its figures', () => {
    const usage = {
      'gen_ai.usage.prompt_tokens': 100,
      'gen_ai.usage.completion_tokens': 20,
      'gen_ai.latency.time_to_first_token': 0.125,
    };
    const scope = { scope: 'vllm.llm_engine' };
    expect(figuresOf(usage, scope, { name: 'llm_request' })).toEqual([
      'message',
      { input_tokens: 100, output_tokens: 20, time_to_first_token: 0.125 },
    ]);
    expect(eventOf(usage, { name: 'other' }, scope)).toBeUndefined();
  });

  test('an operation that sessions have too is a call if it failed', () => {
    const responses = { 'gen_ai.operation.name': 'responses', 'error.type': '429' };
    expect(eventOf(responses, { status: { code: 2 } })).toMatchObject({ error: '429' });
    expect(eventOf(responses)).toBeUndefined();
  });
});

describe('calls that are told more than once', () => {
  const ids = (at: number, parent?: number) => ({
    spanId: `00000000000000${at}`,
    ...(parent === undefined ? {} : { parentSpanId: `00000000000000${parent}` }),
  });

  test('AI SDK 5 through the SDK of Traceloop, which calls the whole of a generation chat too', () => {
    const step = { ...chat, 'ai.operationId': 'ai.generateText.doGenerate' };
    const events = eventsOf(
      [
        // Its own figures are those of the last step.
        span({ ...chat, 'ai.operationId': 'ai.generateText', ...gen(200, 30) }, ids(10)),
        span({ ...step, ...gen(100, 20) }, ids(11, 10)),
        span(
          {
            'gen_ai.operation.name': 'execute_tool',
            'ai.operationId': 'ai.toolCall',
            'traceloop.span.kind': 'tool',
            'gen_ai.tool.name': 'look',
          },
          ids(12, 10),
        ),
        span({ ...step, ...gen(200, 30) }, ids(13, 10)),
      ],
      { scope: 'ai' },
    );
    expect(events).toMatchObject([
      { type: 'run' },
      { type: 'message', metrics: { input_tokens: 100, output_tokens: 20 } },
      { type: 'tool_call', tool_name: 'look' },
      { type: 'message', metrics: { input_tokens: 200, output_tokens: 30 } },
    ]);
  });
});

describe('the names that the source of an emitter sends', () => {
  const root = { spanId: '00000000000000a1' };
  const child = { spanId: '00000000000000b1', parentSpanId: root.spanId };

  test('MLflow: names in quotes', () => {
    const kind = (type: string) => ({ 'mlflow.spanType': JSON.stringify(type) });
    const events = eventsOf([
      span(kind('AGENT'), { ...root, name: 'helper' }),
      span({ ...kind('LLM'), 'mlflow.llm.model': '"gpt-5-mini"' }, child),
    ]);
    expect(events).toMatchObject([
      { type: 'run', agent_id: 'helper' },
      { type: 'message', model: 'gpt-5-mini', agent_id: 'helper' },
    ]);
    expect(eventOf(kind('RETRIEVER'))).toBeUndefined();
  });

  test('the node of a graph names the agent of a run, and no tool or step', () => {
    const node = { 'graph.node.name': 'node' };
    const events = eventsOf([
      span({ 'openinference.span.kind': 'AGENT', ...node }, root),
      span({ 'openinference.span.kind': 'TOOL', 'graph.node.name': 'search' }, child),
    ]);
    expect(events).toMatchObject([
      { type: 'run', agent_id: 'node' },
      { type: 'tool_call', agent_id: 'node', agent_name: 'node' },
    ]);
  });

  test.each([
    'agent_framework',
    'opentelemetry.instrumentation.langchain',
    'opentelemetry.instrumentation.crewai',
  ])('an id of %s that is made for each object gives way to the name', (scope) => {
    const id = '0b0e7f7e-7d3c-4d58-9b7e-2f1f1a9a1c11';
    const agent = { ...chat, 'gen_ai.agent.id': id };
    const named = { ...agent, 'gen_ai.agent.name': 'writer' };
    expect(eventOf(named, {}, { scope })).toMatchObject({ agent_id: 'writer' });
    expect(eventOf(agent, {}, { scope })).toMatchObject({ agent_id: id });
    expect(eventOf(named)).toMatchObject({ agent_id: id, agent_name: 'writer' });
    const own = { ...named, 'gen_ai.agent.id': 'asst_1' };
    expect(eventOf(own, {}, { scope })).toMatchObject({ agent_id: 'asst_1' });
  });

  test('a resource names the session, user and agent of a root that does not', () => {
    const resource = {
      'session.id': 's-1',
      'user.id': 'u-1',
      'gen_ai.agent.name': 'cli',
      'gen_ai.conversation.id': '',
    };
    const spans = (own: Attributes) => [
      span({ 'gen_ai.operation.name': 'invoke_agent', ...own }, root),
      span(chat, child),
    ];
    const names = { session_id: 's-1', user_id: 'u-1', agent_id: 'cli' };
    expect(eventsOf(spans({}), { resource })).toMatchObject([names, names]);
    const own = { 'session.id': 's-2', 'enduser.id': 'u-2', 'gen_ai.agent.id': 'a-2' };
    const owned = { session_id: 's-2', user_id: 'u-2', agent_id: 'a-2' };
    expect(eventsOf(spans(own), { resource })).toMatchObject([owned, owned]);
    // A service below another one may have a resource of its own: the trace is of the session of its root.
    expect(eventsOf([span(chat, child)], { resource })).not.toMatchObject([names]);
  });

  test('a resource names the session of a record that does not', () => {
    const name = { eventName: 'gemini_cli.user_prompt' };
    const resource = { 'session.id': 'g-1' };
    expect(recordOf({ prompt_id: 'p-1' }, name, resource)).toMatchObject({
      session_id: 'g-1',
      run_id: 'p-1',
    });
    expect(recordOf({ 'session.id': 'g-2' }, name, resource)).toMatchObject({ session_id: 'g-2' });
  });

  test('Codex: a request over its websocket that failed, and the spans of each of its programs', () => {
    const request = { 'conversation.id': 'c-1', model: 'gpt-5.2-codex', duration_ms: '1500' };
    const name = { eventName: 'codex.websocket_request' };
    expect(recordOf({ ...request, 'error.message': 'x' }, name)).toMatchObject({
      type: 'message',
      model: 'gpt-5.2-codex',
      error: true,
      metrics: { time: 1.5 },
    });
    expect(recordOf({ ...request, success: 'true' }, name)).toBeUndefined();
    const usage = { 'gen_ai.request.model': 'gpt-5.2-codex', ...gen(100, 20) };
    const spans = (service: string) =>
      eventsOf([span(usage)], {
        resource: { 'telemetry.sdk.language': 'rust', 'service.name': service },
      });
    expect(spans('codex_cli_rs')).toEqual([]);
    expect(spans('codex-tui')).toEqual([]);
    expect(spans('my-agent').length).toBe(1);
  });

  test('Laminar and Amplitude: their own names for the session', () => {
    const laminar = {
      'lmnr.association.properties.session_id': 's-1',
      'lmnr.association.properties.user_id': 'u-1',
    };
    expect(eventOf({ ...chat, ...laminar })).toMatchObject({ session_id: 's-1', user_id: 'u-1' });
    expect(eventOf({ ...chat, 'gen_ai.session.id': 's-2' })).toMatchObject({ session_id: 's-2' });
  });

  test.each<[string, Attributes, Figures]>([
    [
      'Dify: a kind of span instead of an operation',
      {
        'gen_ai.span.kind': 'LLM',
        'gen_ai.framework': 'dify',
        'gen_ai.provider.name': 'langgenius/openai/openai',
        'gen_ai.request.model': 'gpt-5-mini',
        ...gen(70, 8, { 'gen_ai.usage.total_tokens': 78 }),
      },
      { input_tokens: 70, output_tokens: 8 },
    ],
    [
      'LoongSuite: both, and the cache within the input',
      {
        ...chat,
        'gen_ai.span.kind': 'LLM',
        ...gen(70, 8, { 'gen_ai.usage.cache_read.input_tokens': 50 }),
      },
      { input_tokens: 70, output_tokens: 8, cached_tokens: 50 },
    ],
    [
      'LiveKit, realtime: the cache and audio under names of Langfuse',
      {
        'gen_ai.request.model': 'gpt-realtime',
        ...gen(900, 300, {
          'gen_ai.usage.input_text_tokens': 400,
          'gen_ai.usage.input_audio_tokens': 500,
          'gen_ai.usage.input_cached_tokens': 256,
          'gen_ai.usage.output_text_tokens': 60,
          'gen_ai.usage.output_audio_tokens': 240,
        }),
      },
      {
        input_tokens: 900,
        output_tokens: 300,
        cached_tokens: 256,
        input_audio_tokens: 500,
        output_audio_tokens: 240,
      },
    ],
    [
      'Future AGI: its own kind, and the cost',
      {
        'fi.span.kind': 'LLM',
        'llm.model': 'gpt-5-mini',
        'llm.token_count.prompt': 70,
        'llm.token_count.completion': 8,
        'gen_ai.cost.total': { double: 0.0005 },
      },
      { input_tokens: 70, output_tokens: 8, cost: 0.0005 },
    ],
    [
      'any-agent: an operation of its own',
      {
        'gen_ai.operation.name': 'call_llm',
        'gen_ai.request.model': 'gpt-5-mini',
        ...gen(70, 8),
        'gen_ai.usage.input_cost': { double: 0.25 },
        'gen_ai.usage.output_cost': { double: 0.5 },
      },
      { input_tokens: 70, output_tokens: 8, cost: 0.75 },
    ],
  ])('%s', (_name, attributes, figures) => {
    const [type, read] = figuresOf(attributes);
    expect(type).toBe('message');
    expect(read).toMatchObject(figures);
  });

  test.each<[string, Attributes, object]>([
    [
      'Dify, tool',
      { 'gen_ai.span.kind': 'TOOL', 'gen_ai.tool.name': 'search' },
      { name: 'search' },
    ],
    ['Future AGI, tool', { 'fi.span.kind': 'TOOL', 'tool.name': 'search' }, { name: 'search' }],
    ['Laminar, tool', { 'lmnr.span.type': 'TOOL', 'gen_ai.tool.name': 's' }, { name: 's' }],
    ['AgentOps, tool', { 'agentops.span.kind': 'tool', 'tool.name': 's' }, { name: 's' }],
    [
      'LiveKit, tool that failed',
      { 'lk.function_tool.name': 'look_up', 'lk.function_tool.is_error': true },
      { name: 'look_up', error: true },
    ],
  ])('%s', (_name, attributes, expected) => {
    expect(eventOf(attributes)).toMatchObject({ type: 'tool_call' });
    expect(JSON.stringify(eventOf(attributes))).toContain(Object.values(expected)[0]);
    if ('error' in expected) expect(eventOf(attributes)).toMatchObject({ error: true });
  });

  test('a kind of span makes agents runs, and steps none', () => {
    const kind = (value: string, more = {}) => eventOf({ 'gen_ai.span.kind': value }, more);
    expect(kind('AGENT')).toMatchObject({ type: 'run' });
    expect(kind('CHAIN')).toMatchObject({ type: 'run' });
    expect(kind('CHAIN', { parentSpanId: '1'.repeat(16) })).toBeUndefined();
    expect(kind('TASK')).toBeUndefined();
    expect(kind('RETRIEVER')).toBeUndefined();
  });

  test('a parent of zeros is none, so that the span can be a run', () => {
    const attributes = { 'openinference.span.kind': 'CHAIN' };
    expect(eventOf(attributes, { parentSpanId: '0'.repeat(16) })).toMatchObject({ type: 'run' });
    expect(eventOf(attributes, { parentSpanId: '1'.repeat(16) })).toBeUndefined();
  });
});
