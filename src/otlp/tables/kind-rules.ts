/** The values of an attribute that make a span a model, tool or run span; all others make it a plain span. */
export interface KindRule {
  readonly attribute: string;
  readonly model?: ValueTest;
  /** Values of model spans, only if the span reports tokens or a cost, or has failed. */
  readonly modelIfMetered?: ValueTest;
  /** The values of model spans that only make embeddings. */
  readonly embedding?: ValueTest;
  readonly tool?: ValueTest;
  readonly run?: ValueTest;
  /** Values of run spans, only if the span has no parent. */
  readonly runIfRoot?: ValueTest;
  /** Whether a run span's own name is the agent's. */
  readonly namesAgent?: boolean;
}

/** Values in lower case: exact values, prefixes or suffixes; `any` matches every value. */
export interface ValueTest {
  readonly is?: readonly string[];
  readonly begins?: string;
  readonly ends?: readonly string[];
  readonly any?: true;
}

/** The kinds of OpenInference, which other conventions have taken over. */
const openInference = {
  model: { is: ['llm', 'embedding'] },
  embedding: { is: ['embedding'] },
  tool: { is: ['tool'] },
  run: { is: ['agent'] },
  runIfRoot: { is: ['chain'] },
  namesAgent: true,
} satisfies Omit<KindRule, 'attribute'>;

/**
 * The attributes that decide the kind of a span. The first one that is present decides. Those of OpenInference,
 * LangSmith and Langfuse come before the operation name, because LangSmith calls a prompt template
 * `chat` and a retriever `embeddings`.
 */
export const kindRules: readonly KindRule[] = [
  // Spring AI: the operation of its tool calls is `framework`.
  { attribute: 'spring.ai.kind', tool: { is: ['tool_call', 'mcp_server_tool_call'] } },
  { attribute: 'openinference.span.kind', ...openInference },
  // LangSmith calls no span an agent.
  { attribute: 'langsmith.span.kind', ...openInference, run: {} },
  {
    attribute: 'langfuse.observation.type',
    ...openInference,
    model: { is: ['generation', 'embedding'] },
  },
  // Future AGI, and Laminar.
  { attribute: 'fi.span.kind', ...openInference },
  { attribute: 'lmnr.span.type', model: { is: ['llm'] }, tool: { is: ['tool'] } },
  // Before the operation name: Traceloop calls the whole of a generation `chat`, like each call in it.
  {
    attribute: 'ai.operationId',
    model: { ends: ['.dogenerate', '.dostream', '.doembed'] },
    embedding: { ends: ['.doembed'] },
    tool: { is: ['ai.toolcall'] },
    run: {
      is: [
        'ai.generatetext',
        'ai.streamtext',
        'ai.generateobject',
        'ai.streamobject',
        'ai.workflowagent.stream',
      ],
    },
  },
  {
    attribute: 'gen_ai.operation.name',
    model: {
      is: [
        'chat',
        'generate_content',
        'text_completion',
        'completion',
        'embeddings',
        'embedding',
        'chat.completions',
        'text.completions',
        'chat.streaming_completions',
        'text.streaming_completions',
        'text_completions',
        // any-agent of Mozilla.
        'call_llm',
        // LiteLLM reports the name of its own function.
        'acompletion',
        'atext_completion',
        'aembedding',
        'aresponses',
        'anthropic_messages',
        'agenerate_content',
        'generate_content_stream',
        'agenerate_content_stream',
      ],
    },
    embedding: { is: ['embeddings', 'embedding', 'aembedding'] },
    // Sessions of `realtime` have spans of the same operation, without tokens.
    modelIfMetered: {
      is: [
        'realtime',
        'responses',
        'messages',
        'converse',
        'completions',
        'process_thread_run',
        'transcription',
        'speech',
        'image_generation',
        'image',
        'image_edit',
        'audio',
        'speech_to_text',
        'text_to_speech',
        '_arealtime',
        '_aresponses_websocket',
        'atranscription',
        'aspeech',
        'aimage_generation',
        'aimage_edit',
        'arerank',
        'pass_through_endpoint',
        'llm_passthrough_route',
        'allm_passthrough_route',
      ],
    },
    tool: { is: ['execute_tool'] },
    run: { begins: 'invoke_' },
  },
  // Dify, and LoongSuite of Alibaba Cloud, whose operation names are those of the conventions or of its own.
  {
    attribute: 'gen_ai.span.kind',
    model: { is: ['llm', 'embedding'] },
    embedding: { is: ['embedding'] },
    tool: { is: ['tool'] },
    run: { is: ['agent'] },
    runIfRoot: { is: ['chain', 'workflow'] },
  },
  {
    attribute: 'agentops.span.kind',
    modelIfMetered: { is: ['llm'] },
    tool: { is: ['tool'] },
    run: { is: ['agent', 'workflow'] },
    runIfRoot: { is: ['session'] },
  },
  // LiveKit Agents.
  { attribute: 'lk.function_tool.name', tool: { any: true } },
  // MLflow.
  {
    attribute: 'mlflow.spanType',
    ...openInference,
    model: { is: ['llm', 'chat_model', 'embedding'] },
  },
  {
    attribute: 'traceloop.span.kind',
    tool: { is: ['tool'] },
    run: { is: ['workflow', 'agent'] },
  },
  { attribute: 'llm.request.type', model: { any: true }, embedding: { is: ['embedding'] } },
];
