import { keyNumber } from './key-numbers.js';

/** The attributes that name a record's run and session, and its agent. */
export interface LogEmitter {
  readonly agent: string;
  /** Undefined if the records do not name the provider of a call. */
  readonly provider?: string;
  readonly session: readonly string[];
  readonly run: readonly string[];
  readonly user: readonly string[];
}

/** A record that becomes an event. Attributes whose values are summed are in one list. */
export interface LogRule {
  readonly name: string;
  readonly emitter: keyof typeof logEmitters;
  readonly event: 'answer' | 'failed call' | 'tool call' | 'prompt';
  /** Only records that have one of these attributes, or whose `status` is an HTTP error. */
  readonly onlyWith?: readonly string[];
  readonly status?: readonly string[];
  readonly model?: readonly string[];
  readonly tool?: readonly string[];
  readonly toolCallId?: readonly string[];
  readonly success?: string;
  readonly errorType?: readonly string[];
  readonly duration?: readonly string[];
  readonly firstToken?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  /** The total that shows whether `reasoning` is part of `output`. */
  readonly total?: string;
  readonly cached?: string;
  readonly cacheWrite?: string;
  readonly reasoning?: string;
  readonly cost?: string;
}

export const logEmitters = {
  'claude-code': {
    agent: 'claude-code',
    provider: 'anthropic',
    session: ['session.id'],
    run: ['prompt.id', 'session.id'],
    user: ['user.account_uuid', 'user.id'],
  },
  codex: {
    agent: 'codex',
    session: ['conversation.id'],
    run: ['conversation.id'],
    user: ['user.account_id'],
  },
  'gemini-cli': {
    agent: 'gemini-cli',
    provider: 'google',
    session: ['session.id'],
    run: ['prompt_id', 'session.id'],
    user: [],
  },
  // A fork of Gemini CLI for every provider.
  'qwen-code': {
    agent: 'qwen-code',
    session: ['session.id'],
    run: ['prompt_id', 'session.id'],
    user: ['gen_ai.user.id'],
  },
} as const satisfies Readonly<Record<string, LogEmitter>>;

/** The records that Gemini CLI and its fork share, besides that of an answer. */
const geminiCalls = (prefix: string, emitter: keyof typeof logEmitters): LogRule[] => [
  {
    name: `${prefix}.api_error`,
    emitter,
    event: 'failed call',
    model: ['model', 'model_name'],
    duration: ['duration_ms', 'duration'],
    errorType: ['error.type', 'error_type'],
  },
  {
    name: `${prefix}.tool_call`,
    emitter,
    event: 'tool call',
    tool: ['function_name'],
    duration: ['duration_ms'],
    success: 'success',
    errorType: ['error_type'],
  },
  { name: `${prefix}.user_prompt`, emitter, event: 'prompt' },
];

/** The records that become events. All others are ignored, including those of the application itself. */
export const logRules: readonly LogRule[] = [
  {
    name: 'claude_code.api_request',
    emitter: 'claude-code',
    event: 'answer',
    model: ['model'],
    // Its input tokens do not include those of the cache.
    input: ['input_tokens', 'cache_read_tokens', 'cache_creation_tokens'],
    output: ['output_tokens'],
    cached: 'cache_read_tokens',
    cacheWrite: 'cache_creation_tokens',
    cost: 'cost_usd',
    duration: ['duration_ms'],
    firstToken: 'ttft_ms',
  },
  {
    name: 'claude_code.api_error',
    emitter: 'claude-code',
    event: 'failed call',
    model: ['model'],
    duration: ['duration_ms'],
  },
  {
    name: 'claude_code.tool_result',
    emitter: 'claude-code',
    event: 'tool call',
    tool: ['tool_name'],
    toolCallId: ['tool_use_id'],
    duration: ['duration_ms'],
    success: 'success',
    errorType: ['error_type'],
  },
  { name: 'claude_code.user_prompt', emitter: 'claude-code', event: 'prompt' },
  {
    name: 'codex.sse_event',
    emitter: 'codex',
    event: 'answer',
    // `response.completed` is sent twice per response; only one of the two has counts.
    onlyWith: ['input_token_count'],
    model: ['model'],
    input: ['input_token_count'],
    output: ['output_token_count'],
    cached: 'cached_token_count',
    cacheWrite: 'cache_write_token_count',
    reasoning: 'reasoning_token_count',
    firstToken: 'ttft_ms',
  },
  ...['codex.api_request', 'codex.websocket_request'].map(
    (name): LogRule => ({
      name,
      emitter: 'codex',
      event: 'failed call',
      onlyWith: ['error.message'],
      status: ['http.response.status_code', 'status'],
      model: ['model'],
      duration: ['duration_ms'],
    }),
  ),
  {
    name: 'codex.tool_result',
    emitter: 'codex',
    event: 'tool call',
    tool: ['tool_name'],
    toolCallId: ['call_id'],
    duration: ['duration_ms'],
    success: 'success',
  },
  { name: 'codex.user_prompt', emitter: 'codex', event: 'prompt' },
  {
    name: 'gemini_cli.api_response',
    emitter: 'gemini-cli',
    event: 'answer',
    model: ['model'],
    input: ['input_token_count', 'tool_token_count'],
    // Its output tokens do not include those of thoughts.
    output: ['output_token_count', 'thoughts_token_count'],
    cached: 'cached_content_token_count',
    reasoning: 'thoughts_token_count',
    duration: ['duration_ms'],
  },
  ...geminiCalls('gemini_cli', 'gemini-cli'),
  {
    name: 'qwen-code.api_response',
    emitter: 'qwen-code',
    event: 'answer',
    model: ['model'],
    input: ['input_token_count', 'tool_token_count'],
    output: ['output_token_count'],
    total: 'total_token_count',
    cached: 'cached_content_token_count',
    reasoning: 'thoughts_token_count',
    duration: ['duration_ms'],
    firstToken: 'ttft_ms',
  },
  ...geminiCalls('qwen-code', 'qwen-code'),
];

/** Claude Code's records lack the prefix in their event name; they are recognized by this service name. */
export const claudeCodeService = 'claude-code';

/** Attributes that are read from every record. */
export const logKeys = {
  name: keyNumber('event.name'),
  timestamp: keyNumber('event.timestamp'),
  sequence: keyNumber('event.sequence'),
} as const;
