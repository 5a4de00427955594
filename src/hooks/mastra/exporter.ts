import { present } from '../../ingest/formats/log/log-record.js';
import { providerName } from '../../otlp/tables/provider-names.js';
import type { Emitter, HookOptions } from '../record/emitter.js';
import { aborted } from '../record/failure.js';
import { createOpenCalls } from '../record/open-calls.js';
import { type OpenRun, openRun } from '../record/open-run.js';
import { createRecorder } from '../record/recorder.js';
import { currentIdentity, currentRun } from '../record/run-context.js';
import {
  asData,
  asText,
  describeFailure,
  type MastraSpan,
  modelTypes,
  readFirstToken,
  readMetrics,
  runStatus,
  runTypes,
  toolTypes,
} from './mastra-shapes.js';

/** An event of Mastra's tracing. */
export interface MastraTracingEvent {
  readonly type: string;
  readonly exportedSpan: MastraSpan;
}

/** The exporter that Mastra calls. Pass it as one of the `exporters` of `Observability`. */
export interface RunfoldExporter {
  readonly name: 'runfold';
  onTracingEvent(event: MastraTracingEvent): void;
  /** The same, for versions of Mastra that use this name. */
  exportTracingEvent(event: MastraTracingEvent): Promise<void>;
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

interface OpenSpan {
  readonly run: OpenRun;
  readonly above: OpenSpan | undefined;
  readonly type: string;
  /** The provider that it names. */
  readonly provider: string | undefined;
  /** Whether a span below reports the same call more exactly. */
  isToldBelow: boolean;
  /** When the first tool below began. */
  firstTool?: Date;
}

/** Makes an exporter for the observability of Mastra. */
export function runfoldExporter(emitter: Emitter, options: HookOptions = {}): RunfoldExporter {
  const { on_error: _report, error_text, ...identity } = options;
  const recorder = createRecorder(emitter, options);
  const spans = createOpenCalls<OpenSpan>();
  const ended = createOpenCalls<true>();

  const openRunOf = (span: MastraSpan, parent: OpenRun | undefined) => {
    const { metadata = {}, attributes, entityId, entityName, traceId, parentSpanId, type } = span;
    const session =
      asText(metadata.threadId) ??
      asText(metadata.sessionId) ??
      asText(asData(attributes).conversationId);
    return openRun(recorder, {
      ...identity,
      ...currentIdentity(),
      ...present({
        session_id: session ?? currentIdentity().session_id ?? identity.session_id ?? traceId,
        user_id: asText(metadata.userId),
        ...(type === 'agent_run' ? { agent_id: entityId, agent_name: entityName } : {}),
        ...(type === 'workflow_run' ? { workflow_id: entityId } : {}),
      }),
      run_id:
        asText(metadata.runId) ?? (parentSpanId === undefined ? traceId : `${traceId}.${span.id}`),
      parent: parent ?? currentRun(),
    });
  };

  const start = (span: MastraSpan) => {
    const key = keyOf(span);
    if (spans.has(key)) return;
    const { parentSpanId } = span;
    const above = parentSpanId === undefined ? undefined : spans.get(keyOf(span, parentSpanId));
    const { type } = span;
    const isRun = above === undefined || runTypes.has(type);
    const run = isRun ? openRunOf(span, above?.run) : above.run;
    if (above !== undefined && modelTypes.includes(type)) above.isToldBelow = true;
    if (above !== undefined && toolTypes.has(type)) above.firstTool ??= span.startTime;
    const provider = asText(asData(span.attributes).provider) ?? above?.provider;
    spans.set(key, { run, above, type, provider, isToldBelow: false });
  };

  const endModel = ({ run, above, firstTool, provider }: OpenSpan, span: MastraSpan) => {
    const attributes = asData(span.attributes);
    const { usage, finishReason } = attributes;
    const metrics = readMetrics(usage);
    // Mastra ends the call after the tools that it requested.
    const tool = firstTool ?? above?.firstTool;
    const ended = span.endTime ?? new Date();
    const end = tool !== undefined && tool < ended && tool >= span.startTime ? tool : ended;
    const isLeft = finishReason === undefined && metrics.input_tokens === undefined;
    run.message({
      model: asText(attributes.responseModel) ?? asText(attributes.model),
      provider: provider === undefined ? undefined : providerName(provider),
      error:
        describeFailure(span, error_text) ??
        (finishReason === 'error' ? 'error' : isLeft ? aborted : undefined),
      occurred_at: end,
      metrics: present({
        ...metrics,
        time: secondsOf(span.startTime, end),
        time_to_first_token: readFirstToken(span, end),
      }),
    });
  };

  const endTool = ({ run }: OpenSpan, span: MastraSpan) => {
    const { toolCallId, success } = asData(span.attributes);
    const end = span.endTime ?? new Date();
    run.toolCall({
      tool_name: span.entityName ?? span.entityId ?? span.name,
      tool_call_id: asText(toolCallId),
      error: describeFailure(span, error_text) ?? success === false,
      occurred_at: end,
      metrics: { time: secondsOf(span.startTime, end) },
    });
  };

  const end = (span: MastraSpan) => {
    const key = keyOf(span);
    if (ended.has(key)) return;
    ended.set(key, true);
    // A span that is an event begins and ends at once.
    start(span);
    const open = spans.take(key);
    if (open === undefined) return;
    const { usage, internalUsage } = asData(span.attributes);
    if (modelTypes.includes(span.type)) {
      if (!open.isToldBelow) endModel(open, span);
    } else if (span.type === 'rag_embedding') {
      if (usage !== undefined) endModel(open, span);
    } else if (toolTypes.has(span.type)) endTool(open, span);
    // The usage of calls that Mastra makes internally and does not show.
    if (internalUsage !== undefined) {
      open.run.message({ occurred_at: span.endTime, metrics: readMetrics(internalUsage) });
    }
    if (runTypes.has(span.type)) open.run.end(runStatus(span));
  };

  const take = ({ type, exportedSpan }: MastraTracingEvent) =>
    recorder.guard(() => {
      if (type === 'span_started') start(exportedSpan);
      else if (type === 'span_ended') end(exportedSpan);
    });
  return {
    name: 'runfold',
    onTracingEvent: (event) => void take(event),
    exportTracingEvent: async (event) => void take(event),
    flush: async () => undefined,
    shutdown: async () => undefined,
  };
}

const keyOf = ({ traceId, id }: MastraSpan, spanId = id) => `${traceId}/${spanId}`;

const secondsOf = (start: Date, end: Date) => Math.max(0, end.getTime() - start.getTime()) / 1_000;
