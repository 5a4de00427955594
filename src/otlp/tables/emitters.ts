/** An emitter: what to set, and where its sessions and users come from. */
export interface EmitterDoc {
  readonly emitter: string;
  /** Whether the tests include its real output. */
  readonly isTested: boolean;
  readonly set: string;
  readonly session: string;
}

/** The settings of each emitter, in addition to the variables for all of them. */
export const emitterDocs: readonly EmitterDoc[] = [
  {
    emitter: 'AI SDK 7',
    isTested: true,
    set: '`registerTelemetry(new OpenTelemetry({ usage: true, runtimeContext: true, providerMetadata: true }))` of `@ai-sdk/otel`; `telemetry: { functionId, includeRuntimeContext: { sessionId: true, userId: true } }`',
    session: '`runtimeContext: { sessionId, userId }`',
  },
  {
    emitter: 'AI SDK 5, 6',
    isTested: false,
    set: '`experimental_telemetry: { isEnabled: true, functionId, metadata }`',
    session: '`metadata: { sessionId, userId }`',
  },
  {
    emitter: 'Vercel AI Gateway',
    isTested: false,
    set: 'as AI SDK; its cost comes with `providerMetadata`',
    session: 'as AI SDK',
  },
  {
    emitter: 'Agno',
    isTested: true,
    set: '`openinference-instrumentation-agno`, `AgnoInstrumentor().instrument()`',
    session: "the run's own `session_id`, `user_id`",
  },
  {
    emitter: 'OpenInference',
    isTested: true,
    set: 'the instrumentor of the SDK in use. That of OpenAI for JavaScript reports no tokens of streamed chat completions and no failed calls; that of Anthropic for JavaScript reports no cached tokens',
    session:
      '`setSession`, `using_session`; LangChain: metadata `session_id` or `thread_id`, `user_id`',
  },
  {
    emitter: 'OpenAI Agents',
    isTested: true,
    set: '`@arizeai/openinference-instrumentation-openai-agents`; the root of a run that throws is not exported, so its calls wait `RUNFOLD_OTLP_WAIT_SECONDS`',
    session: '`setSession` around the run; its `groupId` is not exported',
  },
  {
    emitter: 'Traceloop, OpenLLMetry',
    isTested: true,
    set: '`TRACELOOP_BASE_URL`, `TRACELOOP_HEADERS`, `TRACELOOP_TRACE_CONTENT=false`. For OpenAI it reports neither cached tokens nor tokens of streams',
    session: 'association properties `session_id`, `user_id`',
  },
  {
    emitter: "Anthropic's SDK 1.x",
    isTested: true,
    set: 'nothing besides: it makes a span of each call wherever OpenTelemetry is set up',
    session: '`gen_ai.conversation.id` or `session.id` on a span above',
  },
  {
    emitter: 'LangSmith, LangGraph',
    isTested: false,
    set: '`LANGSMITH_TRACING=true LANGSMITH_OTEL_ENABLED=true`',
    session: 'metadata `thread_id`, `user_id`',
  },
  {
    emitter: 'Langfuse SDK',
    isTested: false,
    set: '`new LangfuseSpanProcessor({ exporter: new OTLPTraceExporter() })`',
    session: '`propagateAttributes({ sessionId, userId })`',
  },
  {
    emitter: 'Mastra',
    isTested: true,
    set: "`new OtelExporter({ provider: { custom: { endpoint: '…/v1/traces', protocol: 'http/json', headers } } })`",
    session: 'memory thread, or tracingOptions.metadata `sessionId`, `userId`',
  },
  {
    emitter: 'Pydantic AI',
    isTested: false,
    set: '`logfire.configure(send_to_logfire=False)`, `logfire.instrument_pydantic_ai()`',
    session: 'the conversation id; `user.id` on an outer span',
  },
  {
    emitter: 'Strands',
    isTested: false,
    set: '`StrandsTelemetry().setup_otlp_exporter()`',
    session: '`Agent(trace_attributes={"session.id": …, "user.id": …})`',
  },
  {
    emitter: 'Google ADK',
    isTested: false,
    set: 'a TracerProvider with the OTLP/HTTP exporter',
    session: 'the ADK session',
  },
  {
    emitter: 'Agent Framework, Semantic Kernel',
    isTested: false,
    set: '`configure_otel_providers()`; `SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS=true`',
    session: 'the conversation id',
  },
  {
    emitter: 'Spring AI',
    isTested: false,
    set: '`management.otlp.tracing.endpoint=…/v1/traces`, `management.tracing.sampling.probability=1.0`. Version 1 adds the tokens of earlier calls of a tool loop to each later one; let the application run the tools (`internalToolExecutionEnabled(false)`)',
    session: 'the conversation id of the chat memory',
  },
  {
    emitter: 'OpenLIT',
    isTested: false,
    set: '`openlit.init(otlp_endpoint="http://127.0.0.1:8580", capture_message_content=False)`',
    session: '`gen_ai.conversation.id` or `session.id` on a span above',
  },
  {
    emitter: 'OpenRouter',
    isTested: false,
    set: 'its setting Broadcast, OpenTelemetry Collector: `https://…/v1/traces`, headers `{"x-api-key": "rf_…"}`',
    session: '`session_id`, `user` of the request',
  },
  {
    emitter: 'Cloudflare AI Gateway',
    isTested: false,
    set: 'an OTEL exporter of the gateway: `https://…/v1/traces`, with the key as `Authorization: Bearer rf_…`',
    session: '`session.id`, `user.id` in the header `cf-aig-metadata`',
  },
  {
    emitter: 'Envoy AI Gateway',
    isTested: false,
    set: '`OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:8580` and `OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf` in the `extProc` container; both of its forms of spans are read',
    session:
      'the request header `agent-session-id`; others by `OTEL_AIGW_SPAN_REQUEST_HEADER_ATTRIBUTES=x-user-id:user.id,…`',
  },
  {
    emitter: 'Kong AI Gateway',
    isTested: false,
    set: '`KONG_TRACING_INSTRUMENTATIONS=all KONG_TRACING_SAMPLING_RATE=1.0`; `logging.log_statistics: true` of `ai-proxy`; `traces_endpoint: http://127.0.0.1:8580/v1/traces` of the plugin `opentelemetry`',
    session: '`session.id`, `user.id` of a span above',
  },
  {
    emitter: 'MLflow',
    isTested: false,
    set: 'nothing besides: MLflow exports its traces when `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is set',
    session: '`session.id`, `user.id` of a span above',
  },
  {
    emitter: 'vLLM',
    isTested: false,
    set: '`--otlp-traces-endpoint http://127.0.0.1:8580/v1/traces`, `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf`',
    session: 'the span of the client above; it reports no model',
  },
  {
    emitter: 'Dify',
    isTested: false,
    set: '`ENABLE_OTEL=true OTEL_EXPORTER_TYPE=otlp OTLP_BASE_ENDPOINT=http://127.0.0.1:8580 OTEL_SAMPLING_RATE=1.0`, the key as `OTLP_API_KEY`',
    session: '`gen_ai.session.id`, `gen_ai.user.id` of a span above',
  },
  {
    emitter: 'LiveKit Agents',
    isTested: false,
    set: '`set_tracer_provider()` with the OTLP/HTTP exporter',
    session: '`metadata={"session.id": …, "user.id": …}` of `set_tracer_provider()`',
  },
  {
    emitter: 'LiteLLM proxy',
    isTested: true,
    set: '`callbacks: ["otel"]`; `OTEL_EXPORTER=otlp_http OTEL_ENDPOINT=…/v1/traces OTEL_HEADERS=x-api-key=rf_…`',
    session: 'the end user of the key',
  },
  {
    emitter: 'Claude Code',
    isTested: true,
    set: '`CLAUDE_CODE_ENABLE_TELEMETRY=1 OTEL_LOGS_EXPORTER=otlp`',
    session: 'built in',
  },
  {
    emitter: 'Codex CLI',
    isTested: true,
    set: 'config.toml, `[otel]`: `exporter = { otlp-http = { endpoint = "…/v1/logs", protocol = "json", headers = { "x-api-key" = "rf_…" } } }`, `trace_exporter = "none"`, `metrics_exporter = "none"`',
    session: 'built in',
  },
  {
    emitter: 'Gemini CLI',
    isTested: false,
    set: 'settings.json, `telemetry`: enabled true, target local, otlpEndpoint, otlpProtocol http, useCollector true, logPrompts false',
    session: 'built in',
  },
  {
    emitter: 'Qwen Code',
    isTested: false,
    set: 'settings.json, `telemetry`: enabled true, target local, otlpEndpoint, otlpProtocol http, logPrompts false; logs must be sent: they are the source',
    session: 'built in',
  },
  {
    emitter: "OpenTelemetry's own instrumentations",
    isTested: true,
    set: 'nothing besides',
    session: '`gen_ai.conversation.id` or `session.id` on a span above',
  },
];
