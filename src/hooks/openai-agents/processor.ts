import type { RunStatus } from '../../events/codes.js';
import { present } from '../../ingest/formats/log/log-record.js';
import type { Emitter, HookOptions } from '../record/emitter.js';
import { aborted } from '../record/failure.js';
import { createOpenCalls } from '../record/open-calls.js';
import { type ModelCall, openRun, secondsBetween, secondsSince } from '../record/open-run.js';
import { createRecorder } from '../record/recorder.js';
import { currentIdentity, currentRun } from '../record/run-context.js';
import {
  type AgentsSpan,
  type AgentsTrace,
  asText,
  describeFailure,
  readAnswer,
  turnUsage,
} from './agents-shapes.js';
import { countCall, type OpenSpan, type RunState, remainder } from './agents-state.js';
import { currentNotes } from './first-tokens.js';
import type { RunfoldProcessor } from './tracing-processor.js';

const modelTypes = new Set(['response', 'generation']);
/** The SDK's name for a trace without a name. */
const defaultName = 'Agent workflow';

/** Makes a tracing processor for the OpenAI Agents SDK. */
export function runfoldProcessor(emitter: Emitter, options: HookOptions = {}): RunfoldProcessor {
  const { on_error: _report, error_text, ...identity } = options;
  const recorder = createRecorder(emitter, options);
  const traces = createOpenCalls<RunState>(1_000);
  /** Traces in which a run may continue after a pause. */
  const known = createOpenCalls<AgentsTrace>(1_000);
  const spans = createOpenCalls<OpenSpan>();

  const openTrace = (
    traceId: string,
    { name, groupId, metadata }: Partial<AgentsTrace>,
    endsWithTrace: boolean,
  ) => {
    const run = openRun(recorder, {
      ...identity,
      ...(name === undefined || name === defaultName ? {} : { workflow_id: name }),
      ...currentIdentity(),
      ...present({
        session_id: asText(groupId) ?? asText(metadata?.session_id),
        user_id: asText(metadata?.user_id),
      }),
      run_id: traceId,
      parent: currentRun(),
    });
    const state: RunState = { run, endsWithTrace, name };
    traces.set(traceId, state);
    return state;
  };

  const startSpan = ({ traceId, spanId, parentId, spanData, traceMetadata }: AgentsSpan) => {
    const above = spans.get(parentId);
    let state =
      above?.state ??
      traces.get(traceId) ??
      openTrace(traceId, known.get(traceId) ?? { metadata: traceMetadata }, false);
    if (spanData.type === 'agent') {
      const name = asText((spanData as { name?: unknown }).name);
      const agent = present({ agent_id: name, agent_name: name });
      const run = openRun(recorder, { ...identity, ...agent, run_id: spanId, parent: state.run });
      state = { run, endsWithTrace: false, name };
    }
    const notes = modelTypes.has(spanData.type) ? currentNotes() : undefined;
    const began = performance.now();
    const isTurn = spanData.type === 'turn';
    const counts = { owed: 0, hasHandedOver: false, counted: {} };
    spans.set(spanId, { above, state, isTurn, began, notes, ...counts });
  };

  const endModel = (open: OpenSpan, span: AgentsSpan) => {
    const { above, began, notes, state } = open;
    const answer = recorder.guard(() => readAnswer(span.spanData));
    const firstAt = notes?.firstAt;
    const call: ModelCall = {
      model: answer?.model,
      provider: answer?.provider,
      error: describeFailure(span, error_text),
      metrics: present({
        ...answer?.metrics,
        time: secondsSince(began),
        time_to_first_token: firstAt === undefined ? undefined : secondsBetween(began, firstAt),
      }),
    };
    if (above !== undefined) {
      above.owed += answer?.asked ?? 0;
      // Without content the span has no tokens; its turn has.
      if (above.isTurn && call.metrics?.input_tokens === undefined && call.error === undefined) {
        above.held = call;
        return;
      }
    }
    state.run.message(call);
    countCall(open, call);
  };

  const endTurn = (open: OpenSpan, span: AgentsSpan) => {
    const { state } = open;
    const isFailed = span.error !== null;
    // A function that waits for approval is not called in the turn that requests it.
    if (open.owed > 0 && !open.hasHandedOver && !isFailed) state.status = 'paused';
  };

  /** Records the call that waited for the tokens of the span above it. */
  const recordHeld = (open: OpenSpan, span: AgentsSpan) => {
    const { held, state } = open;
    if (held === undefined) return;
    const usage = turnUsage(span.spanData);
    // Neither tokens nor an error: the reader of the stream left.
    const isLeft = open.isTurn && usage === undefined && span.error === null;
    const call: ModelCall = {
      ...held,
      ...(isLeft ? { error: aborted } : {}),
      metrics: { ...held.metrics, ...(usage === undefined ? {} : remainder(open, usage)) },
    };
    state.run.message(call);
    countCall(open, call);
    if (isLeft) state.status = 'cancelled';
  };

  const endTool = (open: OpenSpan, span: AgentsSpan) => {
    const { name, to_agent } = span.spanData as { name?: unknown; to_agent?: unknown };
    const isHandoff = span.spanData.type === 'handoff';
    if (open.above !== undefined) {
      open.above.owed -= 1;
      open.above.hasHandedOver ||= isHandoff;
    }
    open.state.run.toolCall({
      tool_name: isHandoff ? `handoff_to_${asText(to_agent) ?? 'nobody'}` : (asText(name) ?? ''),
      error: describeFailure(span, error_text) ?? false,
      metrics: { time: secondsSince(open.began) },
    });
  };

  const statusOf = (span: AgentsSpan): RunStatus | undefined => {
    const failure = describeFailure(span);
    if (failure === undefined) return undefined;
    return failure === aborted ? 'cancelled' : 'error';
  };

  const endAgent = ({ above, state }: OpenSpan, span: AgentsSpan) => {
    const status = statusOf(span) ?? state.status;
    state.run.end(status ?? 'completed');
    // The end of an agent that is called as a tool is the responsibility of its caller.
    const trace = traces.get(span.traceId);
    const isOutermost = above?.above === undefined;
    if (status !== undefined && isOutermost && trace !== undefined) trace.status = status;
  };

  /** The SDK does not end a trace whose run threw, or that continues after a pause. */
  const endOutermost = (span: AgentsSpan) => {
    const trace = traces.get(span.traceId);
    if (trace === undefined) return;
    const status = statusOf(span);
    if (status !== undefined) trace.status = status;
    const isWholeTrace = (span.spanData as { name?: unknown }).name === trace.name;
    if (!trace.endsWithTrace || (status !== undefined && isWholeTrace)) endTrace(span.traceId);
  };

  const endTrace = (traceId: string) => {
    const trace = traces.take(traceId);
    trace?.run.end(trace.status ?? 'completed');
  };

  const endSpan = (span: AgentsSpan) => {
    const open = spans.take(span.spanId);
    if (open === undefined) return;
    const { type } = span.spanData;
    recordHeld(open, span);
    if (modelTypes.has(type)) endModel(open, span);
    else if (type === 'turn') endTurn(open, span);
    else if (type === 'function' || type === 'handoff') endTool(open, span);
    else if (type === 'agent') endAgent(open, span);
    if (open.above === undefined) endOutermost(span);
  };

  const guarded = async (work: () => void) => void recorder.guard(work);
  return {
    onTraceStart: (trace) =>
      guarded(() => {
        if (traces.has(trace.traceId)) return;
        openTrace(trace.traceId, trace, true);
        const { traceId, name, groupId, metadata } = trace;
        known.set(traceId, { traceId, name, groupId, metadata });
      }),
    onTraceEnd: ({ traceId }) => guarded(() => endTrace(traceId)),
    onSpanStart: (span) => guarded(() => void (spans.has(span.spanId) || startSpan(span))),
    onSpanEnd: (span) => guarded(() => endSpan(span)),
    shutdown: async () => undefined,
    forceFlush: async () => undefined,
  };
}
