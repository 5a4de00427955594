/** Emitters that report input tokens without those read from or written to a cache. */
export const inputWithoutCache = {
  scopes: [
    'opentelemetry.instrumentation.bedrock',
    'openlit.instrumentation.anthropic',
    'openlit.instrumentation.bedrock',
    '@arizeai/openinference-instrumentation-bedrock',
    'openinference.instrumentation.claude_agent_sdk',
  ],
  /** Only up to this version of the scope; later ones include the cache. */
  scopesUntil: {
    '@traceloop/instrumentation-anthropic': '0.27.0',
  } as Readonly<Record<string, string>>,
  /** Only for a model or provider whose name contains one of these. */
  scopesOf: {
    'openinference.instrumentation.agno': ['claude', 'anthropic', 'bedrock'],
    // It adds the cache up for Claude, but not for Nova.
    'openinference.instrumentation.bedrock': ['nova'],
    'opentelemetry.instrumentation.llamaindex': ['claude', 'anthropic'],
    // Spring AI.
    'org.springframework.boot': ['claude', 'anthropic', 'nova'],
    agent_framework: ['claude', 'anthropic', 'nova'],
  } as Readonly<Record<string, readonly string[]>>,
  /**
   * Only for answers of Anthropic's API, which are known by their stop reason. The same emitter reports all other
   * answers in OpenAI's form, with the cache.
   */
  scopesOfAnthropicAnswers: ['envoyproxy/ai-gateway'],
  /** By `gen_ai.system` or `gen_ai.provider.name`, only for such a model. */
  systems: {
    'strands-agents': ['claude', 'anthropic', 'nova'],
  } as Readonly<Record<string, readonly string[]>>,
} as const;

/** The stop reasons of Anthropic's API. */
export const anthropicStopReasons: readonly string[] = [
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
];

/** Emitters that report output tokens without reasoning. */
export const outputWithoutReasoning = {
  systems: ['gcp.vertex.agent'],
  scopes: ['openlit.instrumentation.google_ai_studio'],
} as const;

/**
 * Models whose total includes reasoning that some emitters report nowhere else: what the total has more than
 * the other figures is output.
 */
export const totalsWithReasoning: readonly string[] = ['gemini', 'grok'];
