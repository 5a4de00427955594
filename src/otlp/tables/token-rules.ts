/** Emitters that report input tokens without those read from or written to a cache. */
export const inputWithoutCache = {
  scopes: [
    '@traceloop/instrumentation-anthropic',
    'opentelemetry.instrumentation.bedrock',
    '@arizeai/openinference-instrumentation-bedrock',
    'openinference.instrumentation.claude_agent_sdk',
  ],
  /** Only for a model or provider whose name contains one of these. */
  scopesOf: {
    'openinference.instrumentation.agno': ['claude', 'anthropic', 'bedrock'],
    // It adds the cache up for Claude, but not for Nova.
    'openinference.instrumentation.bedrock': ['nova'],
    agent_framework: ['claude', 'anthropic', 'nova'],
  } as Readonly<Record<string, readonly string[]>>,
  /** By `gen_ai.system` or `gen_ai.provider.name`, only for such a model. */
  systems: {
    'strands-agents': ['claude', 'anthropic', 'nova'],
  } as Readonly<Record<string, readonly string[]>>,
} as const;

/** Emitters that report output tokens without reasoning. */
export const outputWithoutReasoning = { systems: ['gcp.vertex.agent'] } as const;
