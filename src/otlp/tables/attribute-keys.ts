import { keyNumber } from './key-numbers.js';

/** An attribute by its name, or members of an attribute whose value is a JSON object as a string. */
export type Source = string | { readonly json: string; readonly members: readonly string[] };

const sessionNames = [
  'sessionId',
  'session_id',
  'threadId',
  'thread_id',
  'conversationId',
  'conversation_id',
  'chatId',
  'chat_id',
];
const userNames = ['userId', 'user_id'];
const below = (prefix: string, members: readonly string[]) =>
  members.map((member) => `${prefix}.${member}`);

/** The attributes that name the owner of a span; the first one that is present counts. */
export const identitySources = {
  run: ['agno.run.id', 'gen_ai.agent.call.id', 'mastra.metadata.runId', 'langsmith.trace.id'],
  session: [
    'gen_ai.conversation.id',
    'session.id',
    'langfuse.session.id',
    ...below('ai.settings.context', sessionNames),
    ...below('ai.telemetry.metadata', sessionNames),
    'mastra.metadata.threadId',
    'mastra.metadata.sessionId',
    ...below('traceloop.association.properties', [
      'session_id',
      'thread_id',
      'chat_id',
      'conversation_id',
    ]),
    ...below('langsmith.metadata', ['thread_id', 'session_id', 'conversation_id']),
    'gcp.vertex.agent.session_id',
    'spring.ai.chat.client.conversation.id',
    // Azure's agents.
    'gen_ai.thread.id',
    'conversation.id',
    'gen_ai.session.id',
    'lmnr.association.properties.session_id',
    { json: 'metadata', members: ['thread_id', 'session_id', 'conversation_id'] },
  ],
  user: [
    'user.id',
    'enduser.id',
    'enduser.pseudo.id',
    'gen_ai.user.id',
    'langfuse.user.id',
    ...below('ai.settings.context', userNames),
    ...below('ai.telemetry.metadata', userNames),
    'mastra.metadata.userId',
    'traceloop.association.properties.user_id',
    'lmnr.association.properties.user_id',
    'langsmith.metadata.user_id',
    'llm.user',
    'gen_ai.user',
    'gen_ai.request.user',
    'metadata.user_api_key_end_user_id',
    { json: 'metadata', members: userNames },
  ],
  team: ['agno.team.id'],
  workflow: ['agno.workflow.id', 'gen_ai.workflow.name', 'traceloop.workflow.name', 'workflow.id'],
  agent_name: [
    'gen_ai.agent.name',
    'agent_name',
    'agent.name',
    'agno.agent',
    'ai.telemetry.functionId',
  ],
  // On a tool or a step it is the name of that.
  'agent_name of a run span': ['graph.node.name'],
  agent_id: ['gen_ai.agent.id', 'agno.agent.id'],
} as const satisfies Readonly<Record<string, readonly Source[]>>;

/**
 * Emitters that make an id for each agent object, or even for each run: an agent with a name is known by its name, so
 * that its usage stays together.
 */
export const scopesWithPassingAgentIds: readonly string[] = [
  'agent_framework',
  'opentelemetry.instrumentation.crewai',
  'opentelemetry.instrumentation.langchain',
];

/** The attributes that name the tool, the model and the provider of a call. */
export const nameSources = {
  tool_name: [
    'gen_ai.tool.name',
    'tool.name',
    'ai.toolCall.name',
    'mcp.tool.name',
    'spring.ai.tool.definition.name',
    'lk.function_tool.name',
  ],
  tool_call_id: [
    'gen_ai.tool.call.id',
    'gen_ai.tool.call_id',
    'tool.id',
    'tool_call.id',
    'ai.toolCall.id',
    'spring.ai.tool.call.id',
    'lk.function_tool.id',
  ],
  model: [
    'gen_ai.response.model',
    'llm.response.model_name',
    'ai.response.model',
    'langfuse.observation.model.name',
    'llm.model_name',
    'llm.model',
    'gen_ai.request.model',
    'ai.model.id',
    'ai.model.name',
    'embedding.model_name',
    'mlflow.llm.model',
  ],
  provider: [
    'gen_ai.provider.name',
    'gen_ai.system',
    'gen_ai.model.provider',
    'llm.provider',
    'llm.system',
    'ai.model.provider',
    { json: 'metadata', members: ['ls_provider'] },
  ],
} as const satisfies Readonly<Record<string, readonly Source[]>>;

/** Attributes that are read one by one, in code. */
export const keys = {
  serviceName: keyNumber('service.name'),
  sdkLanguage: keyNumber('telemetry.sdk.language'),
  logfireSpanType: keyNumber('logfire.span_type'),
  toolName: keyNumber('gen_ai.tool.name'),
  toolStatus: keyNumber('gen_ai.tool.status'),
  toolIsError: keyNumber('lk.function_tool.is_error'),
  traceloopKind: keyNumber('traceloop.span.kind'),
  traceloopName: keyNumber('traceloop.entity.name'),
  teamId: keyNumber('agno.team.id'),
  errorType: keyNumber('error.type'),
  finishReasons: keyNumber('gen_ai.response.finish_reasons'),
  exceptionType: keyNumber('exception.type'),
  langfuseLevel: keyNumber('langfuse.observation.level'),
  providerMetadata: keyNumber('ai.response.providerMetadata'),
  system: keyNumber('gen_ai.system'),
  providerName: keyNumber('gen_ai.provider.name'),
  modelProvider: keyNumber('gen_ai.model.provider'),
  requestModel: keyNumber('gen_ai.request.model'),
  llmProvider: keyNumber('llm.provider'),
  azureNamespace: keyNumber('az.namespace'),
} as const;
