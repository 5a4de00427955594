import { describe, expect, test } from 'vitest';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import {
  type Attributes,
  attributesOf,
  chat,
  eventOf,
  eventsOf,
  recordOf,
  type Scope,
  span,
  type Value,
} from './spans-of.js';

describe('the figures of a span', () => {
  test.each<[string, Attributes, Partial<MetricEvent['metrics']>, Scope?]>([
    [
      'in old names of the conventions, as strings, below the span kind of Traceloop',
      {
        'llm.request.type': 'chat',
        'gen_ai.usage.prompt_tokens': '120',
        'gen_ai.usage.completion_tokens': ' 24 ',
        'llm.usage.total_tokens': 144,
        'llm.usage.cached_tokens': { double: 64 },
      },
      { input_tokens: 120, output_tokens: 24, cached_tokens: 64 },
    ],
    [
      'of OpenInference in lower case, as doubles',
      {
        'openinference.span.kind': 'llm',
        'llm.token_count.prompt': { double: 120 },
        'llm.token_count.completion': { double: 24 },
        'llm.token_count.completion_details.reasoning': { double: 8 },
        'llm.token_count.prompt_details.cache_read': '64',
        'llm.cost.total': '0.0012',
      },
      {
        input_tokens: 120,
        output_tokens: 24,
        cached_tokens: 64,
        reasoning_tokens: 8,
        cost: 0.0012,
      },
    ],
    [
      'that no count can be, which are as if absent, the next name counts',
      {
        ...chat,
        'gen_ai.usage.input_tokens': -1,
        'gen_ai.usage.prompt_tokens': 1.5,
        'llm.token_count.prompt': { double: Number.NaN },
        'ai.usage.promptTokens': 12,
        'gen_ai.usage.output_tokens': ['3'],
        'gen_ai.usage.completion_tokens': 'many',
        'llm.usage.completion_tokens': 3,
        'gen_ai.usage.cost': -0.5,
      },
      { input_tokens: 12, output_tokens: 3 },
    ],
    [
      'of Pydantic AI, which tells its caches as details',
      {
        ...chat,
        'gen_ai.usage.input_tokens': 900,
        'gen_ai.usage.output_tokens': 50,
        'gen_ai.usage.details.cache_read_tokens': 600,
        'gen_ai.usage.details.cache_write_tokens': 100,
        'gen_ai.usage.details.thinking_tokens': 30,
        'gen_ai.usage.details.input_audio_tokens': 7,
        'operation.cost': 0.003,
      },
      {
        input_tokens: 900,
        output_tokens: 50,
        cached_tokens: 600,
        cache_write_tokens: 100,
        reasoning_tokens: 30,
        input_audio_tokens: 7,
        cost: 0.003,
      },
    ],
    [
      "of Anthropic's own names as details",
      {
        ...chat,
        'gen_ai.usage.input_tokens': 900,
        'gen_ai.usage.output_tokens': 50,
        'gen_ai.usage.details.cache_read_input_tokens': 600,
        'gen_ai.usage.details.cache_creation_input_tokens': 100,
      },
      { input_tokens: 900, output_tokens: 50, cached_tokens: 600, cache_write_tokens: 100 },
    ],
    [
      'of caches in short names',
      {
        ...chat,
        'gen_ai.usage.input_tokens': 900,
        'gen_ai.usage.cache_read_tokens': 600,
        'gen_ai.usage.cache_creation_tokens': 100,
      },
      { input_tokens: 900, cached_tokens: 600, cache_write_tokens: 100 },
    ],
    [
      'of Langfuse as the completions of OpenAI have them',
      {
        'langfuse.observation.type': 'generation',
        'langfuse.observation.usage_details': JSON.stringify({
          prompt_tokens: 100,
          completion_tokens: 20,
          total_tokens: 120,
          prompt_tokens_details: { cached_tokens: 40 },
          completion_tokens_details: { reasoning_tokens: 5 },
        }),
      },
      { input_tokens: 100, output_tokens: 20, cached_tokens: 40, reasoning_tokens: 5 },
    ],
    [
      'of Langfuse as the responses of OpenAI have them',
      {
        'langfuse.observation.type': 'generation',
        'langfuse.observation.usage_details': JSON.stringify({
          input_tokens: 100,
          output_tokens: 20,
          total_tokens: 120,
          input_tokens_details: { cached_tokens: 40 },
          output_tokens_details: { reasoning_tokens: 5 },
        }),
      },
      { input_tokens: 100, output_tokens: 20, cached_tokens: 40, reasoning_tokens: 5 },
    ],
    [
      'of Langfuse as Anthropic has them: input without the cache',
      {
        'langfuse.observation.type': 'generation',
        'langfuse.observation.usage_details': JSON.stringify({
          input: 100,
          output: 20,
          cache_read_input_tokens: 400,
          cache_creation_input_tokens: 50,
        }),
      },
      { input_tokens: 550, output_tokens: 20, cached_tokens: 400, cache_write_tokens: 50 },
    ],
    [
      'of Langfuse, in JSON that is none',
      {
        'langfuse.observation.type': 'generation',
        'langfuse.observation.usage_details': '{"input": 1',
        'langfuse.observation.cost_details': '[1]',
      },
      {},
    ],
    [
      'of LangSmith, with details as JSON',
      {
        'langsmith.span.kind': 'llm',
        'gen_ai.usage.input_tokens': 500,
        'gen_ai.usage.output_tokens': 60,
        'gen_ai.usage.total_tokens': 560,
        'gen_ai.usage.input_token_details': '{"cache_read": 300, "cache_creation": 0}',
        'gen_ai.usage.output_token_details': '{"reasoning": 12}',
      },
      {
        input_tokens: 500,
        output_tokens: 60,
        cached_tokens: 300,
        cache_write_tokens: 0,
        reasoning_tokens: 12,
      },
    ],
    [
      'of AI SDK 5 with Anthropic, whose own usage is without the cache',
      {
        'ai.operationId': 'ai.streamText.doStream',
        'ai.usage.inputTokens': 12,
        'ai.usage.outputTokens': 30,
        'ai.usage.cachedInputTokens': 400,
        'ai.response.providerMetadata': JSON.stringify({
          anthropic: { usage: { input_tokens: 12, cache_read_input_tokens: 400 } },
        }),
        'ai.response.msToFirstChunk': 12.5,
      },
      { input_tokens: 412, output_tokens: 30, cached_tokens: 400, time_to_first_token: 0.0125 },
      { scope: 'ai' },
    ],
    [
      'of Vercel AI Gateway, whose cost is a string in JSON',
      {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.usage.inputTokens': 12,
        'ai.response.providerMetadata': '{"gateway": {"cost": "0.00042"}}',
      },
      { input_tokens: 12, cost: 0.00042 },
      { scope: 'ai' },
    ],
    [
      'of Bedrock by Traceloop for Python, without the cache',
      {
        'llm.request.type': 'chat',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
        'gen_ai.usage.cache_read_input_tokens': 40,
      },
      { input_tokens: 140, output_tokens: 20, cached_tokens: 40 },
      { scope: 'opentelemetry.instrumentation.bedrock' },
    ],
    [
      'of Strands with Claude, without the cache, and milliseconds to the first token',
      {
        ...chat,
        'gen_ai.system': 'strands-agents',
        'gen_ai.request.model': 'us.anthropic.claude-sonnet-4-20250514-v1:0',
        'gen_ai.usage.prompt_tokens': 100,
        'gen_ai.usage.completion_tokens': 20,
        'gen_ai.usage.cache_read_input_tokens': 40,
        'gen_ai.usage.cache_write_input_tokens': 10,
        'gen_ai.server.time_to_first_token': 250,
      },
      {
        input_tokens: 150,
        output_tokens: 20,
        cached_tokens: 40,
        cache_write_tokens: 10,
        time_to_first_token: 0.25,
      },
    ],
    [
      'of Google ADK, without reasoning in its output',
      {
        'gen_ai.system': 'gcp.vertex.agent',
        'gen_ai.usage.input_tokens': '100',
        'gen_ai.usage.output_tokens': '20',
        'gen_ai.usage.experimental.reasoning_tokens': '15',
      },
      { input_tokens: 100, output_tokens: 35, reasoning_tokens: 15 },
    ],
    [
      'of Semantic Kernel',
      {
        'gen_ai.operation.name': 'chat.streaming_completions',
        'gen_ai.response.prompt_tokens': 100,
        'gen_ai.response.completion_tokens': 20,
      },
      { input_tokens: 100, output_tokens: 20 },
    ],
    [
      'of an embedding by OpenLIT',
      {
        'gen_ai.operation.name': 'embedding',
        'gen_ai.usage.input_tokens': 40,
        'gen_ai.usage.cost': 0.000001,
      },
      { input_tokens: 40, cost: 0.000001 },
    ],
  ])('%s', (_what, attributes, metrics, scope) => {
    const event = eventOf(attributes, {}, scope);
    expect(event).toMatchObject({ type: 'message', role: 'assistant' });
    const { time: _time, ...found } = event?.metrics ?? {};
    expect(found).toEqual(metrics);
  });

  test.each<[string, Attributes, Partial<MetricEvent['metrics']>, Scope?]>([
    [
      'of the Claude Agent SDK by OpenInference, which has no span of a call',
      {
        'openinference.span.kind': 'AGENT',
        'llm.token_count.prompt': 10,
        'llm.token_count.completion': 20,
        'llm.token_count.total': 30,
        'llm.token_count.prompt_details.cache_read': 4,
        'llm.token_count.prompt_details.cache_write': 5,
        'llm.cost.total': 0.25,
      },
      {
        input_tokens: 19,
        output_tokens: 20,
        cached_tokens: 4,
        cache_write_tokens: 5,
        cost: 0.25,
      },
      { scope: 'openinference.instrumentation.claude_agent_sdk' },
    ],
    [
      "of Claude as an agent of Microsoft's Agent Framework",
      {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.provider.name': 'anthropic.claude',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
      },
      { input_tokens: 100, output_tokens: 20 },
      { scope: 'agent_framework' },
    ],
    [
      'of Claude in the Agent Framework, without the cache',
      {
        ...chat,
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-sonnet-4-6',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
        'gen_ai.usage.cache_read.input_tokens': 40,
        'gen_ai.usage.cache_creation.input_tokens': 10,
      },
      { input_tokens: 150, output_tokens: 20, cached_tokens: 40, cache_write_tokens: 10 },
      { scope: 'agent_framework' },
    ],
    [
      'of an agent of Azure, which runs there',
      {
        'gen_ai.operation.name': 'invoke_agent',
        'az.namespace': 'Microsoft.CognitiveServices',
        'gen_ai.provider.name': 'azure.openai',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
      },
      { input_tokens: 100, output_tokens: 20 },
    ],
    [
      'of a run of a thread by Azure',
      {
        'gen_ai.operation.name': 'process_thread_run',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
      },
      { input_tokens: 100, output_tokens: 20 },
    ],
    [
      'of an answer in real time',
      {
        'gen_ai.operation.name': 'realtime',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
      },
      { input_tokens: 100, output_tokens: 20 },
    ],
    [
      'of Claude by Envoy AI Gateway, with tokens written to a cache',
      {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'claude-sonnet-4-6',
        'llm.token_count.prompt': 1_000,
        'llm.token_count.completion': 20,
        'llm.token_count.total': 1_020,
        'llm.token_count.prompt_details.cache_read': 300,
        'llm.token_count.prompt_details.cache_creation': 400,
      },
      { input_tokens: 1_000, output_tokens: 20, cached_tokens: 300, cache_write_tokens: 400 },
      { scope: 'envoyproxy/ai-gateway' },
    ],
    [
      "of Anthropic's API by Envoy AI Gateway with the GenAI conventions, without the cache",
      {
        ...chat,
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-sonnet-4-6',
        'gen_ai.response.finish_reasons': ['end_turn'],
        'gen_ai.usage.input_tokens': 1_000,
        'gen_ai.usage.output_tokens': 20,
        'gen_ai.usage.cache_read.input_tokens': 300,
        'gen_ai.usage.cache_creation.input_tokens': 400,
      },
      { input_tokens: 1_700, output_tokens: 20, cached_tokens: 300, cache_write_tokens: 400 },
      { scope: 'envoyproxy/ai-gateway' },
    ],
    [
      "of Claude through OpenAI's API by Envoy AI Gateway, with the cache",
      {
        ...chat,
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-sonnet-4-6',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 1_000,
        'gen_ai.usage.output_tokens': 20,
        'gen_ai.usage.cache_read.input_tokens': 300,
      },
      { input_tokens: 1_000, output_tokens: 20, cached_tokens: 300 },
      { scope: 'envoyproxy/ai-gateway' },
    ],
    [
      'of Nova by OpenInference, without the cache',
      {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'amazon.nova-pro-v1:0',
        'llm.token_count.prompt': 100,
        'llm.token_count.completion': 20,
        'llm.token_count.total': 120,
        'llm.token_count.prompt_details.cache_read': 40,
      },
      { input_tokens: 140, output_tokens: 20, cached_tokens: 40 },
      { scope: 'openinference.instrumentation.bedrock' },
    ],
    [
      'of Claude on Bedrock by OpenInference, with the cache',
      {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'claude-sonnet-4-6',
        'llm.token_count.prompt': 140,
        'llm.token_count.completion': 20,
        'llm.token_count.prompt_details.cache_read': 40,
      },
      { input_tokens: 140, output_tokens: 20, cached_tokens: 40 },
      { scope: 'openinference.instrumentation.bedrock' },
    ],
    [
      'of Claude on Bedrock by OpenInference for JavaScript, without the cache',
      {
        'openinference.span.kind': 'LLM',
        'llm.token_count.prompt': 100,
        'llm.token_count.completion': 20,
        'llm.token_count.prompt_details.cache_read': 40,
      },
      { input_tokens: 140, output_tokens: 20, cached_tokens: 40 },
      { scope: '@arizeai/openinference-instrumentation-bedrock' },
    ],
    [
      'of Google ADK whose total proves that reasoning is part of the output',
      {
        ...chat,
        'gen_ai.system': 'gcp.vertex.agent',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 35,
        'llm.token_count.total': 135,
        'llm.token_count.completion_details.reasoning': 15,
      },
      { input_tokens: 100, output_tokens: 35, reasoning_tokens: 15 },
    ],
  ])('%s', (_what, attributes, metrics, scope) => {
    const event = eventOf(attributes, {}, scope);
    expect(event).toMatchObject({ type: 'message', role: 'assistant' });
    const { time: _time, ...found } = event?.metrics ?? {};
    expect(found).toEqual(metrics);
  });

  test('that make no call: an embedding without tokens, an operation that is none', () => {
    for (const attributes of [
      { 'gen_ai.operation.name': 'embedding' },
      { 'gen_ai.operation.name': 'embeddings', 'gen_ai.request.model': 'e' },
      { 'gen_ai.operation.name': 'create_agent', 'gen_ai.usage.input_tokens': 5 },
      { 'openinference.span.kind': 'RETRIEVER', ...chat },
      { 'langsmith.span.kind': 'prompt', ...chat },
      { 'gen_ai.system': 'openai' },
      // A session in real time, and what Spring AI does around a call.
      { 'gen_ai.operation.name': 'realtime', 'gen_ai.system': 'openai' },
      { 'spring.ai.kind': 'chat_client', 'gen_ai.operation.name': 'framework' },
      // A step of CrewAI is no run.
      { 'gen_ai.operation.name': 'invoke_agent', 'traceloop.span.kind': 'task' },
      {},
    ] as Attributes[]) {
      expect([attributes, eventOf(attributes)]).toEqual([attributes, undefined]);
    }
  });
});

describe('the names in a span', () => {
  test.each([
    ['openai', 'openai'],
    ['OpenAI', 'openai'],
    ['azure.ai.inference', 'azure'],
    ['az.ai.openai', 'azure'],
    ['gcp.gemini', 'google'],
    ['vertex_ai', 'google'],
    ['vertexai', 'google'],
    ['aws.bedrock', 'aws'],
    ['amazon-bedrock', 'aws'],
    ['anthropic.messages', 'anthropic'],
    ['x_ai', 'x-ai'],
    ['mistralai', 'mistral'],
    ['ibm.watsonx.ai', 'ibm'],
    ['groq', 'groq'],
    // Frameworks do not say who served the call: the model alone finds its price.
    ['strands-agents', undefined],
    ['Langchain', undefined],
    ['llama_index', undefined],
    ['LlamaIndex', undefined],
    ['crewai', undefined],
    ['haystack', undefined],
    ['litellm', undefined],
    ['microsoft.agent_framework', undefined],
    [' ', undefined],
  ])('a provider %j', (reported, provider) => {
    expect(eventOf({ ...chat, 'gen_ai.system': reported })?.provider).toBe(provider);
  });

  test('behind a framework, the next source of the provider counts', () => {
    const attributes = { 'gen_ai.system': 'Langchain', 'llm.provider': 'Anthropic' };
    expect(eventOf({ ...chat, ...attributes })?.provider).toBe('anthropic');
  });

  test('sessions and users: of numbers, of JSON, of associations, the first that is not empty', () => {
    const session = (attributes: Attributes) => {
      const event = eventOf({ ...chat, ...attributes });
      return [event?.session_id, event?.user_id];
    };
    expect(session({ 'session.id': 42, 'user.id': 7 })).toEqual(['42', '7']);
    expect(
      session({ 'gen_ai.conversation.id': '', 'session.id': ' ', 'conversation.id': 'c-1' })[0],
    ).toBe('c-1');
    expect(session({ metadata: '{"thread_id": "t-1", "user_id": "u-1"}' })).toEqual(['t-1', 'u-1']);
    expect(
      session({
        'traceloop.association.properties.chat_id': 'c-2',
        'traceloop.association.properties.user_id': 'u-2',
      }),
    ).toEqual(['c-2', 'u-2']);
    expect(
      session({ 'ai.telemetry.metadata.threadId': 't-3', 'ai.settings.context.user_id': 'u-3' }),
    ).toEqual(['t-3', 'u-3']);
    expect(
      session({ 'spring.ai.chat.client.conversation.id': 's-4', 'enduser.pseudo.id': 'u-4' }),
    ).toEqual(['s-4', 'u-4']);
    expect(session({ 'gen_ai.thread.id': 't-5', 'gen_ai.user': 'u-5' })).toEqual(['t-5', 'u-5']);
    // A project of LangSmith is no session.
    expect(session({ 'langsmith.trace.session_id': 'project' })[0]).toBe('ab'.repeat(16));
  });

  test('tools: of their span, of Traceloop, of MCP', () => {
    const tool = (attributes: Attributes, name = 'execute_tool search') => {
      const event = eventOf(attributes, { name });
      return event?.type === 'tool_call' ? [event.tool_name, event.tool_call_id] : event;
    };
    const operation = { 'gen_ai.operation.name': 'execute_tool' };
    expect(tool(operation)).toEqual(['search', undefined]);
    expect(
      tool({ ...operation, 'gen_ai.tool.name': 'x', 'gen_ai.tool.call_id': '<not specified>' }),
    ).toEqual(['x', undefined]);
    expect(tool({ ...operation, 'mcp.tool.name': 'm', 'tool_call.id': 5 })).toEqual(['m', '5']);
    expect(
      tool({ 'traceloop.span.kind': 'tool', 'traceloop.entity.name': 'look' }, 'look.tool'),
    ).toEqual(['look', undefined]);
    expect(tool({ 'openinference.span.kind': 'TOOL', 'tool.name': 'y' })).toEqual(['y', undefined]);
    expect(
      tool({
        'gen_ai.operation.name': 'framework',
        'spring.ai.kind': 'tool_call',
        'spring.ai.tool.definition.name': 'z',
      }),
    ).toEqual(['z', undefined]);
  });

  test("Pydantic AI's spans of runs and tools before they had an operation", () => {
    const scope = { scope: 'pydantic-ai' };
    const run = { spanId: '00000000000000a1', name: 'agent run' };
    const call = { spanId: '00000000000000b1', parentSpanId: run.spanId, name: 'running tool' };
    const events = eventsOf(
      [
        span({ agent_name: 'helper', 'gen_ai.usage.input_tokens': 5 }, run),
        span({ 'gen_ai.tool.name': 'x', 'gen_ai.tool.call.id': 'c-1' }, call),
      ],
      scope,
    );
    expect(events).toMatchObject([
      { type: 'run', status: 'completed', agent_id: 'helper' },
      { type: 'tool_call', tool_name: 'x', tool_call_id: 'c-1', agent_id: 'helper' },
    ]);
    expect(eventsOf([span({}, run), span({}, call)])).toEqual([]);
  });
});

describe('how a span ends', () => {
  const errorOf = (attributes: Attributes, more = {}) => {
    const event = eventOf({ ...chat, ...attributes }, more);
    return event !== undefined && 'error' in event ? event.error : undefined;
  };

  test('failed by its status, its type of error, its reason, its level', () => {
    expect(errorOf({}, { status: { code: 2 } })).toBe(true);
    expect(errorOf({}, { status: { code: 'STATUS_CODE_ERROR', message: 'x' } })).toBe(true);
    expect(errorOf({}, { status: {} })).toBeUndefined();
    expect(errorOf({ 'error.type': 429 })).toBe('429');
    expect(errorOf({ 'error.type': '_OTHER' })).toBe(true);
    expect(errorOf({ 'langfuse.observation.level': 'ERROR' })).toBe(true);
    // Mastra ends a call that failed with a status of its own, OK, and writes its reasons as JSON.
    const ok = { status: { code: 1 } };
    expect(errorOf({ 'gen_ai.response.finish_reasons': '["error"]' }, ok)).toBe(true);
    expect(errorOf({ 'gen_ai.response.finish_reasons': ['error'] }, ok)).toBe(true);
    for (const reasons of ['["stop"]', '["tool-calls"]', '[]', 'error']) {
      expect(errorOf({ 'gen_ai.response.finish_reasons': reasons }, ok)).toBeUndefined();
    }
    expect(errorOf({ 'gen_ai.response.finish_reasons': ['stop', 'error'] })).toBeUndefined();
    expect(errorOf({ 'gen_ai.response.finish_reasons': ['stop'] })).toBeUndefined();
    expect(errorOf({ 'gen_ai.response.finish_reasons': [] })).toBeUndefined();
    const exception = {
      name: 'exception',
      attributes: attributesOf({ 'exception.type': 'RateLimitError', 'exception.message': 'x' }),
    };
    expect(errorOf({}, { status: { code: 2 }, events: [exception] })).toBe('RateLimitError');
    expect(errorOf({}, { events: [exception] })).toBeUndefined();
  });

  test('has no time without a start, or with an end before it, and needs an end', () => {
    const timeOf = (more: object) => eventOf(chat, more)?.metrics?.time;
    expect(timeOf({})).toBe(0.5);
    expect(timeOf({ startTimeUnixNano: undefined })).toBeUndefined();
    expect(timeOf({ startTimeUnixNano: '0' })).toBeUndefined();
    expect(timeOf({ endTimeUnixNano: '1795999998000000000' })).toBeUndefined();
    expect(eventOf(chat, { endTimeUnixNano: '0' })).toBeUndefined();
    expect(eventOf(chat, { traceId: '' })).toBeUndefined();
    expect(eventOf(chat, { spanId: undefined })).toBeUndefined();
  });
});

describe('the records of coding agents in odd types', () => {
  test('Claude Code: strings for figures, no name but that in the body, a service of another name', () => {
    const attributes = {
      'event.name': 'api_request',
      'session.id': 's-1',
      model: 'claude-sonnet-4-6',
      input_tokens: '12',
      output_tokens: { double: 30 },
      cache_read_tokens: '400',
      cache_creation_tokens: '0',
      cost_usd: '1.2e-05',
      duration_ms: '1500',
      ttft_ms: 250.5,
    };
    const wanted = {
      type: 'message',
      role: 'assistant',
      session_id: 's-1',
      run_id: 's-1',
      provider: 'anthropic',
      cost_source: 'reported',
      metrics: {
        input_tokens: 412,
        output_tokens: 30,
        cached_tokens: 400,
        cost: 0.000012,
        time: 1.5,
        time_to_first_token: 0.2505,
      },
    };
    const body = { body: { stringValue: 'claude_code.api_request' } };
    const resource = { 'service.name': 'claude-code' };
    expect(recordOf(attributes, body, { 'service.name': 'my-team' })).toMatchObject(wanted);
    expect(recordOf(attributes, {}, resource)).toMatchObject(wanted);
    expect(recordOf(attributes, { eventName: 'claude_code.api_request' })).toMatchObject(wanted);
    expect(recordOf(attributes, { body: { stringValue: '' } })).toBeUndefined();
    expect(recordOf(attributes, { body: {} })).toBeUndefined();
  });

  test('a tool that did not succeed, in every type of a boolean', () => {
    const result = (success: Value) =>
      recordOf(
        { 'session.id': 's', tool_name: 'Bash', tool_use_id: 'toolu_1', success, duration_ms: 5 },
        { eventName: 'claude_code.tool_result' },
      );
    for (const failed of [false, 'false', 'False', 'FALSE', 0]) {
      expect([failed, result(failed)]).toMatchObject([
        failed,
        { tool_call_id: 'toolu_1', error: true },
      ]);
    }
    for (const good of [true, 'true', 'True', 1]) {
      expect([good, result(good)]).not.toHaveProperty([1, 'error']);
    }
  });

  test('Codex: its time as an attribute, and a count that is empty', () => {
    const attributes = {
      'event.name': 'codex.sse_event',
      'event.timestamp': '2026-11-29T10:00:00.123Z',
      'conversation.id': 'c-1',
      model: 'gpt-5.2-codex',
      input_token_count: '1200',
      output_token_count: '30',
      cached_token_count: '1000',
      reasoning_token_count: '20',
    };
    expect(recordOf(attributes, { timeUnixNano: '0' })).toMatchObject({
      occurred_at: '2026-11-29T10:00:00.123Z',
      metrics: { input_tokens: 1200, cached_tokens: 1000, reasoning_tokens: 20 },
    });
    expect(recordOf({ ...attributes, input_token_count: '' })).toBeUndefined();
    const failed = {
      'event.name': 'codex.api_request',
      'conversation.id': 'c-1',
      'http.response.status_code': '503',
    };
    expect(recordOf(failed)).toMatchObject({ role: 'assistant', error: 'http 503' });
    expect(recordOf({ ...failed, 'http.response.status_code': 200 })).toBeUndefined();
  });

  test('Gemini CLI: thoughts beside its output, and an error by either name', () => {
    const response = {
      'event.name': 'gemini_cli.api_response',
      'session.id': 'g-1',
      prompt_id: 'p-1',
      model: 'gemini-3-pro',
      input_token_count: { double: 100 },
      output_token_count: '20',
      thoughts_token_count: 15,
      tool_token_count: 5,
      cached_content_token_count: 40,
      duration_ms: { double: 1500 },
    };
    expect(recordOf(response)).toMatchObject({
      run_id: 'p-1',
      session_id: 'g-1',
      metrics: {
        input_tokens: 105,
        output_tokens: 35,
        reasoning_tokens: 15,
        cached_tokens: 40,
        time: 1.5,
      },
    });
    const failed = {
      'event.name': 'gemini_cli.api_error',
      'session.id': 'g-1',
      model_name: 'gemini-3-pro',
      duration: '900',
    };
    expect(recordOf({ ...failed, error_type: 'RESOURCE_EXHAUSTED' })).toMatchObject({
      model: 'gemini-3-pro',
      error: 'RESOURCE_EXHAUSTED',
      metrics: { time: 0.9 },
    });
    expect(recordOf(failed)).toMatchObject({ error: true });
  });

  test('Qwen Code: its total shows whether thoughts are part of its output; its spans are ignored', () => {
    const response = {
      'event.name': 'qwen-code.api_response',
      'session.id': 'q-1',
      prompt_id: 'p-1',
      model: 'qwen3-coder-plus',
      input_token_count: 100,
      output_token_count: 20,
      thoughts_token_count: 15,
      cached_content_token_count: 40,
      duration_ms: 1500,
    };
    const tokens = (total: number) => recordOf({ ...response, total_token_count: total });
    expect(tokens(120)).toMatchObject({
      run_id: 'p-1',
      session_id: 'q-1',
      agent_id: 'qwen-code',
      metrics: { input_tokens: 100, output_tokens: 20, reasoning_tokens: 15, cached_tokens: 40 },
    });
    expect(tokens(135)).toMatchObject({ metrics: { output_tokens: 35, reasoning_tokens: 15 } });
    const common = { 'session.id': 'q-1' };
    expect(
      recordOf({
        ...common,
        'event.name': 'qwen-code.tool_call',
        function_name: 'read_file',
        success: false,
        error_type: 'not_found',
      }),
    ).toMatchObject({ type: 'tool_call', tool_name: 'read_file', error: 'not_found' });
    expect(
      recordOf({ ...common, 'event.name': 'qwen-code.api_error', error_type: '429' }),
    ).toMatchObject({ type: 'message', error: '429' });
    const usage = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 20 };
    expect(eventsOf([span({ ...chat, ...usage })], { scope: 'qwen-code' })).toEqual([]);
  });

  test('without a time, and without a session or run: a fault of that record', () => {
    const name = { eventName: 'claude_code.user_prompt' };
    expect(recordOf({ 'session.id': 's' }, { ...name, timeUnixNano: '0' })).toEqual({
      field: 'timeUnixNano',
      expected: 'a time',
      got: 'nothing',
    });
    const observed = { timeUnixNano: undefined, observedTimeUnixNano: '1795999999000000000' };
    expect(recordOf({ 'session.id': 's' }, { ...name, ...observed })).toMatchObject({
      type: 'message',
      role: 'user',
    });
    expect(recordOf({}, name)).toMatchObject({ expected: 'a session or run' });
    expect(recordOf({ 'prompt.id': 'p' }, name)).toMatchObject({ run_id: 'p', session_id: 'p' });
  });
});
