import type { Source } from './attribute-keys.js';

/** The attributes with the tokens of a call; the first integer counts. */
export const tokenSources = {
  input: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'ai.usage.tokens',
    'llm.usage.prompt_tokens',
    'usage.prompt_tokens',
    'gen_ai.response.prompt_tokens',
    { json: 'mlflow.chat.tokenUsage', members: ['input_tokens'] },
  ],
  output: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
    'llm.usage.completion_tokens',
    'usage.completion_tokens',
    'gen_ai.response.completion_tokens',
    { json: 'mlflow.chat.tokenUsage', members: ['output_tokens'] },
  ],
  total: [
    'gen_ai.usage.total_tokens',
    'llm.token_count.total',
    'ai.usage.totalTokens',
    'llm.usage.total_tokens',
    'usage.total_tokens',
    { json: 'mlflow.chat.tokenUsage', members: ['total_tokens'] },
  ],
  cached: [
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.cache_read_tokens',
    'gen_ai.usage.cached_tokens',
    // OpenLIT.
    'gen_ai.usage.prompt_tokens_details.cached_tokens',
    // OpenRouter.
    'gen_ai.usage.input_tokens.cached',
    // LiveKit Agents.
    'gen_ai.usage.input_cached_tokens',
    // Pydantic AI.
    'gen_ai.usage.details.cache_read_tokens',
    'gen_ai.usage.details.cache_read_input_tokens',
    'llm.token_count.prompt_details.cache_read',
    'ai.usage.inputTokenDetails.cacheReadTokens',
    'ai.usage.cachedInputTokens',
    'llm.usage.cached_tokens',
    'usage.cached_tokens',
    { json: 'gen_ai.usage.input_token_details', members: ['cache_read'] },
  ],
  cache_write: [
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.cache_write_input_tokens',
    'gen_ai.usage.cache_write_tokens',
    'gen_ai.usage.cache_creation_tokens',
    'gen_ai.usage.prompt_tokens_details.cache_creation_tokens',
    'gen_ai.usage.details.cache_write_tokens',
    'gen_ai.usage.details.cache_creation_input_tokens',
    'llm.token_count.prompt_details.cache_write',
    // Envoy AI Gateway.
    'llm.token_count.prompt_details.cache_creation',
    'ai.usage.inputTokenDetails.cacheWriteTokens',
    { json: 'gen_ai.usage.input_token_details', members: ['cache_creation'] },
  ],
  reasoning: [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.experimental.reasoning_tokens',
    'gen_ai.usage.completion_tokens_details.reasoning_tokens',
    'gen_ai.usage.output_tokens.reasoning',
    'gen_ai.usage.details.reasoning_tokens',
    'gen_ai.usage.details.thinking_tokens',
    'gen_ai.usage.details.thoughts_tokens',
    'llm.token_count.completion_details.reasoning',
    'ai.usage.outputTokenDetails.reasoningTokens',
    'ai.usage.reasoningTokens',
    'llm.usage.reasoning_tokens',
    'usage.reasoning_tokens',
    { json: 'gen_ai.usage.output_token_details', members: ['reasoning'] },
  ],
  input_audio: [
    'gen_ai.usage.audio.input_tokens',
    'gen_ai.usage.audio_input_tokens',
    'gen_ai.usage.input_audio_tokens',
    'gen_ai.usage.details.input_audio_tokens',
    'llm.token_count.prompt_details.audio',
  ],
  output_audio: [
    'gen_ai.usage.audio.output_tokens',
    'gen_ai.usage.audio_output_tokens',
    'gen_ai.usage.output_audio_tokens',
    'gen_ai.usage.completion_tokens_details.audio_tokens',
    'gen_ai.usage.details.output_audio_tokens',
    'llm.token_count.completion_details.audio',
  ],
} as const satisfies Readonly<Record<string, readonly Source[]>>;

/**
 * Usage in Langfuse, members of `langfuse.observation.usage_details`: its own names, and those of the
 * providers' responses, which its SDK passes on as they are.
 */
const langfuse = (...members: string[]): Source[] => [
  { json: 'langfuse.observation.usage_details', members },
];
export const langfuseTokenSources = {
  input: langfuse('input', 'input_tokens', 'prompt_tokens'),
  output: langfuse('output', 'output_tokens', 'completion_tokens'),
  total: langfuse('total', 'total_tokens'),
  cached: langfuse(
    'input_cached_tokens',
    'input_cache_read',
    'cache_read_input_tokens',
    'input_tokens_details.cached_tokens',
    'prompt_tokens_details.cached_tokens',
  ),
  cache_write: langfuse('input_cache_creation', 'cache_creation_input_tokens'),
  reasoning: langfuse(
    'output_reasoning_tokens',
    'output_reasoning',
    'output_tokens_details.reasoning_tokens',
    'completion_tokens_details.reasoning_tokens',
  ),
  input_audio: langfuse('input_audio_tokens', 'input_audio'),
  output_audio: langfuse('output_audio_tokens', 'output_audio'),
} as const satisfies Readonly<Record<keyof typeof tokenSources, readonly Source[]>>;

/** The attributes with the cost of a call, in US dollars. */
export const costSources: readonly Source[] = [
  'llm.cost.total',
  'gen_ai.usage.cost',
  'gen_ai.usage.total_cost',
  'gen_ai.cost.total_cost',
  'gen_ai.cost.total',
  'operation.cost',
  { json: 'langfuse.observation.cost_details', members: ['total'] },
  { json: 'ai.response.providerMetadata', members: ['gateway.cost'] },
  { json: 'mlflow.llm.cost', members: ['total_cost'] },
];

/** The attributes with the parts of a cost, which are added up if none of `costSources` is present. */
export const costPartSources = {
  'cost of the input': ['gen_ai.usage.input_cost', 'llm.cost.prompt'],
  'cost of the output': ['gen_ai.usage.output_cost', 'llm.cost.completion'],
} as const satisfies Readonly<Record<string, readonly Source[]>>;

/** Scopes that begin so report a cost of 0 for a model whose price they do not know. */
export const scopeWithUnknownZero = 'openlit.';

/** The form of a time to the first token. */
export type FirstTokenUnit = 'seconds' | 'milliseconds' | 'instant';

/** The attributes with the time to the first token. */
export const firstTokenSources: readonly { readonly key: string; readonly unit: FirstTokenUnit }[] =
  [
    { key: 'gen_ai.response.time_to_first_chunk', unit: 'seconds' },
    { key: 'gen_ai.response.time_to_first_token', unit: 'seconds' },
    { key: 'gen_ai.client.operation.time_to_first_chunk', unit: 'seconds' },
    { key: 'gen_ai.client.inference.time_to_first_chunk', unit: 'seconds' },
    { key: 'ai.response.msToFirstChunk', unit: 'milliseconds' },
    { key: 'ai.stream.msToFirstChunk', unit: 'milliseconds' },
    { key: 'copilot_chat.time_to_first_token', unit: 'milliseconds' },
    // Milliseconds if the system is `strands-agents`.
    { key: 'gen_ai.server.time_to_first_token', unit: 'seconds' },
    // vLLM.
    { key: 'gen_ai.latency.time_to_first_token', unit: 'seconds' },
    { key: 'mastra.completion_start_time', unit: 'instant' },
    { key: 'langfuse.observation.completion_start_time', unit: 'instant' },
  ];
