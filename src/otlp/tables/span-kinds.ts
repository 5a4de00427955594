/** The kinds of spans. The codes are those of the inbox and never change. */
export const spanKinds = { plain: 0, model: 1, tool: 2, run: 3 } as const;
export type SpanKind = keyof typeof spanKinds;

/** Spans that repeat another span. */
export const plainSpans = { name: 'raw_gen_ai_request', tool_name: '(merged tools)' } as const;

/** Spans without any of these attributes, by scope and name. */
export const namedSpans: readonly {
  readonly scope: string;
  readonly name: string;
  readonly kind: SpanKind;
}[] = [
  { scope: 'pydantic-ai', name: 'agent run', kind: 'run' },
  { scope: 'pydantic-ai', name: 'running tool', kind: 'tool' },
  { scope: 'vllm.llm_engine', name: 'llm_request', kind: 'model' },
];

/**
 * Agents that run in another process, which reports no calls of its own: their run span alone has the tokens, so it
 * is a model span if it has some. So are those of spans with `az.namespace`, which only the clients of Azure set.
 */
export const remoteAgents = {
  scopes: [
    'openinference.instrumentation.claude_agent_sdk',
    '@arizeai/openinference-instrumentation-claude-agent-sdk',
  ],
  /** Of a scope, only those of these providers. */
  scopesOf: { agent_framework: ['anthropic.claude', 'github.copilot'] } as Readonly<
    Record<string, readonly string[]>
  >,
} as const;

/** A span kind of Traceloop for steps, which are no runs although CrewAI's have the operation `invoke_agent`. */
export const stepKind = 'task';

/** Spans that are dropped at once: log records report the same, or they are unfinished. */
export const droppedSpans = {
  logfire_span_type: 'pending_span',
  name_begins: 'claude_code.',
  scopes: ['gemini-cli', 'qwen-code'],
  language: 'rust',
  service_begins: 'codex',
} as const;
