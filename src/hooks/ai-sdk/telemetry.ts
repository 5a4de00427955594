import { isRawObject } from '../../events/check/normalize-event.js';
import type { JsonObject } from '../../ingest/formats/log/log-record.js';
import { present } from '../../ingest/formats/log/log-record.js';
import type { Emitter, HookOptions, Identity } from '../record/emitter.js';
import { failureText, isAbort } from '../record/failure.js';
import { secondsSince } from '../record/open-run.js';
import { createRecorder } from '../record/recorder.js';
import { insideRun } from '../record/run-context.js';
import { openRunHere } from '../record/track-run.js';
import { createOpenRuns } from './open-runs.js';
import { observeCall, type SdkModel, served } from './sdk-call.js';
import { sdkMetrics } from './sdk-usage.js';

/** The needed part of AI SDK 7's `Telemetry`; pass it to `registerTelemetry`. */
export interface RunfoldTelemetry {
  onStart(event: unknown): void;
  onToolExecutionEnd(event: unknown): void;
  onObjectStepStart(event: unknown): void;
  onObjectStepEnd(event: unknown): void;
  onEnd(event: unknown): void;
  onAbort(event: unknown): void;
  onError(event: unknown): void;
  executeLanguageModelCall<T>(
    options: SdkModel & { readonly callId: string; readonly execute: () => PromiseLike<T> },
  ): PromiseLike<T>;
  executeTool<T>(options: {
    readonly callId: string;
    readonly execute: () => PromiseLike<T>;
  }): PromiseLike<T>;
}

/** The operations that are runs; embedding and ranking do not call a language model. */
const operations = /^ai\.(generate|stream)(Text|Object)$/;

/**
 * Records AI SDK 7: each `generateText`, `streamText` and agent is a run, and one that a tool calls
 * is a run below it. `telemetry.functionId` of a call is its agent. `session_id`, `user_id` and similar fields
 * of its runtime context say whose it is, if `telemetry.includeRuntimeContext` includes them.
 */
export function runfoldTelemetry(emitter: Emitter, options: HookOptions = {}): RunfoldTelemetry {
  const recorder = createRecorder(emitter, options);
  const runs = createOpenRuns(recorder);
  const objectBegan = new WeakMap<object, number>();

  /** Makes a callback that only records: it cannot fail, and ignores operations that are not runs. */
  const callback = (record: (event: JsonObject, callId: string) => void) => (event: unknown) => {
    recorder.guard(() => {
      if (isRawObject(event) && typeof event.callId === 'string') record(event, event.callId);
    });
  };

  return {
    onStart: callback((event, callId) => {
      if (!operations.test(String(event.operationId))) return;
      const agent = { agent_id: options.agent_id ?? asText(event.functionId) };
      const { error_text: _text, on_error: _report, ...identity } = options;
      runs.add(callId, openRunHere(recorder, { ...identity, ...agent, ...readIdentity(event) }));
    }),

    executeLanguageModelCall({ callId, provider, modelId, execute }) {
      const run = runs.get(callId);
      if (run === undefined) return execute();
      return observeCall(
        {
          recorder,
          model: { provider, modelId },
          error_text: options.error_text,
          settle({ call, failed, isBroken }) {
            run.message(call);
            // After a broken stream, the SDK does not report the end of the run.
            if (!isBroken || failed === undefined) return;
            runs.end(callId, isAbort(failed.by) ? 'cancelled' : 'error');
          },
        },
        execute,
      );
    },

    executeTool({ callId, execute }) {
      const run = runs.get(callId);
      return run === undefined ? execute() : insideRun(run, execute);
    },

    onToolExecutionEnd: callback(({ toolCall, toolOutput, toolExecutionMs }, callId) => {
      if (!isRawObject(toolCall)) return;
      const failed = isRawObject(toolOutput) && toolOutput.type === 'tool-error';
      runs.get(callId)?.toolCall({
        tool_name: asText(toolCall.toolName) ?? 'unnamed',
        tool_call_id: asText(toolCall.toolCallId),
        error: failed ? failureText(toolOutput.error, options.error_text) : false,
        metrics:
          typeof toolExecutionMs === 'number' ? { time: toolExecutionMs / 1_000 } : undefined,
      });
    }),

    onObjectStepStart: callback((_event, callId) => {
      const run = runs.get(callId);
      if (run !== undefined) objectBegan.set(run, performance.now());
    }),

    onObjectStepEnd: callback((event, callId) => {
      const run = runs.get(callId);
      if (run === undefined) return;
      const began = objectBegan.get(run);
      const { provider, modelId, response, usage, providerMetadata, msToFirstChunk } = event;
      const answered = isRawObject(response) ? response.modelId : undefined;
      const metrics = recorder.guard(() => sdkMetrics(usage, providerMetadata));
      run.message({
        ...served({ provider: asText(provider), modelId: asText(modelId) }, answered),
        error: false,
        metrics: present({
          ...metrics,
          time: began === undefined ? undefined : secondsSince(began),
          time_to_first_token:
            typeof msToFirstChunk === 'number' ? msToFirstChunk / 1_000 : undefined,
        }),
      });
    }),

    onEnd: callback(({ finishReason, content }, callId) => {
      const parts = Array.isArray(content) ? content : [];
      const waits = parts.some((part) => part?.type === 'tool-approval-request');
      runs.end(callId, finishReason === 'error' ? 'error' : waits ? 'paused' : 'completed');
    }),
    onAbort: callback((_event, callId) => runs.end(callId, 'cancelled')),
    onError: callback(({ error }, callId) =>
      runs.end(callId, isAbort(error) ? 'cancelled' : 'error'),
    ),
  };
}

const asText = (value: unknown) => (typeof value === 'string' ? value : undefined);

const identityNames = {
  session_id: 'sessionId',
  user_id: 'userId',
  agent_id: 'agentId',
  agent_name: 'agentName',
  team_id: 'teamId',
  workflow_id: 'workflowId',
} as const satisfies Record<Exclude<keyof Identity, 'labels'>, string>;

/** The owner of a run, from the runtime context of the call. */
function readIdentity({ runtimeContext }: JsonObject): Identity {
  if (!isRawObject(runtimeContext)) return {};
  const named = Object.entries(identityNames).map(([name, camel]) => [
    name,
    asText(runtimeContext[name]) ?? asText(runtimeContext[camel]),
  ]);
  return present(Object.fromEntries(named));
}
