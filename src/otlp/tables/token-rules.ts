/** Who reports input tokens without those read from or written to a cache. */
export const inputWithoutCache = {
  scopes: ['@traceloop/instrumentation-anthropic', 'opentelemetry.instrumentation.bedrock'],
  /** Only with a model or provider whose name contains one of these. */
  scopesOf: {
    'openinference.instrumentation.agno': ['claude', 'anthropic', 'bedrock'],
  } as Readonly<Record<string, readonly string[]>>,
  /** By `gen_ai.system` or `gen_ai.provider.name`, only with such a model. */
  systems: {
    'strands-agents': ['claude', 'anthropic', 'nova'],
  } as Readonly<Record<string, readonly string[]>>,
} as const;

/** Who reports output tokens without those spent reasoning. */
export const outputWithoutReasoning = { systems: ['gcp.vertex.agent'] } as const;
