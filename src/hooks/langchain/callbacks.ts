import { present } from '../../ingest/formats/log/log-record.js';
import { providerName } from '../../otlp/tables/provider-names.js';
import type { Emitter, HookOptions } from '../record/emitter.js';
import { aborted, failureText } from '../record/failure.js';
import { createOpenCalls } from '../record/open-calls.js';
import { openRun, secondsBetween, secondsSince } from '../record/open-run.js';
import { createRecorder } from '../record/recorder.js';
import { currentIdentity, currentRun } from '../record/run-context.js';
import type { CallNames, OpenCall, RunState } from './langchain-calls.js';
import type { RunfoldCallbacks } from './langchain-handler.js';
import {
  agentName,
  findBubble,
  isAbortOfChain,
  isFirstContent,
  isFromCache,
  isGraph,
  objectIn,
  textIn,
} from './langchain-shapes.js';
import { readAnswer, readOutput } from './langchain-usage.js';

interface Beginning {
  readonly parentId: unknown;
  readonly metadata: unknown;
  readonly isAgent?: boolean;
  readonly agent?: string | undefined;
  readonly names?: CallNames;
}

/** Milliseconds after an aborted call until its run ends if nothing follows. */
const patience = 250;

/** Makes a callback handler for LangChain.js and LangGraph. */
export function runfoldCallbacks(emitter: Emitter, options: HookOptions = {}): RunfoldCallbacks {
  const { on_error: _report, error_text, ...identity } = options;
  const recorder = createRecorder(emitter, options);
  const calls = createOpenCalls<OpenCall>();

  const begin = (
    id: string,
    { parentId, metadata, isAgent = false, agent, names = {} }: Beginning,
  ) => {
    // A handler that is passed twice is called twice.
    if (calls.has(id)) return;
    const above = calls.get(parentId)?.state;
    clearTimeout(above?.leaving);
    const isRun = above === undefined || isAgent;
    const run = () =>
      openRun(recorder, {
        ...identity,
        ...(agent === undefined ? {} : { agent_id: agent, agent_name: agent }),
        ...currentIdentity(),
        ...present({
          session_id: textIn(metadata, 'thread_id', 'session_id', 'conversation_id'),
          user_id: textIn(metadata, 'user_id'),
        }),
        run_id: id,
        parent: above?.run ?? currentRun(),
      });
    const began = performance.now();
    const state: RunState = isRun ? { run: run(), above, began, isPaused: false } : above;
    calls.set(id, { state, isRun, began, names, outputs: [] });
  };

  /** If a stream of LangGraph is left or aborted while reading, LangChain does not report the end of the run. */
  const leave = (state: RunState) => {
    const time = secondsSince(state.began);
    const end = () => void recorder.guard(() => state.run.end('cancelled', { time }));
    state.leaving = setTimeout(end, patience).unref();
  };

  const endChain = (id: string, error?: unknown) => {
    const call = calls.take(id);
    if (call === undefined) return;
    const { state, isRun } = call;
    const bubble = error === undefined ? undefined : findBubble(error);
    if (bubble === 'interrupt') {
      state.isPaused = true;
      if (isRun && state.above !== undefined) state.above.isPaused = true;
    }
    clearTimeout(state.leaving);
    if (!isRun) {
      if (isAbortOfChain(error)) leave(state);
      return;
    }
    if (error !== undefined && state.above !== undefined && isAbortOfChain(error))
      leave(state.above);
    if (error === undefined || bubble !== undefined) {
      state.run.end(state.isPaused ? 'paused' : 'completed');
    } else {
      state.run.end(isAbortOfChain(error) ? 'cancelled' : 'error');
    }
  };

  const describeFailure = (error: unknown) =>
    isAbortOfChain(error) ? aborted : failureText(error, error_text);

  const beginModel = (id: string, [parentId, extra, , metadata]: readonly unknown[]) => {
    const provider = textIn(metadata, 'ls_provider');
    const model =
      textIn(metadata, 'ls_model_name') ??
      textIn(objectIn(extra, 'invocation_params'), 'model', 'model_name');
    const names = { model, provider: provider === undefined ? undefined : providerName(provider) };
    begin(id, { parentId, metadata, names });
  };

  const endModel = (
    id: string,
    { output, error, isCached = false }: { output?: unknown; error?: unknown; isCached?: boolean },
  ) => {
    const call = calls.take(id);
    if (call === undefined) return;
    const { began, firstAt, names, outputs, state } = call;
    const answer = recorder.guard(() => readAnswer(output, outputs));
    state.run.message({
      model: answer?.model ?? names.model,
      provider: names.provider,
      error: error === undefined ? undefined : describeFailure(error),
      metrics: present({
        // A response from LangChain's own cache repeats the tokens of the call that filled it.
        ...(isCached ? { input_tokens: 0, output_tokens: 0 } : answer?.metrics),
        time: secondsSince(began),
        time_to_first_token: firstAt === undefined ? undefined : secondsBetween(began, firstAt),
      }),
    });
  };

  const endTool = (id: string, { output, error }: { output?: unknown; error?: unknown }) => {
    const call = calls.take(id);
    if (call === undefined) return;
    const { began, names, state } = call;
    const bubble = error === undefined ? undefined : findBubble(error);
    // A tool that waits for a person is called again when the person has responded.
    if (bubble === 'interrupt') {
      state.isPaused = true;
      return;
    }
    const isFailed = error !== undefined && bubble === undefined;
    state.run.toolCall({
      tool_name: names.tool ?? textIn(output, 'name') ?? 'unnamed',
      tool_call_id: names.call ?? textIn(output, 'tool_call_id'),
      error: isFailed ? describeFailure(error) : textIn(output, 'status') === 'error',
      metrics: { time: secondsSince(began) },
    });
  };

  const guard = (work: () => void) => void recorder.guard(work);
  return {
    name: 'runfold',
    awaitHandlers: true,
    handleChainStart: (chain, _inputs, id, ...rest) =>
      guard(() => {
        // The parent is the first argument, but LangChain's types declare it as the last.
        const [first, , metadata, other, last] = rest;
        const isLast = calls.has(last);
        begin(id, {
          parentId: isLast ? last : first,
          metadata,
          isAgent: isGraph(chain),
          agent: agentName(metadata, isLast ? other : last),
        });
      }),
    handleChainEnd: (_outputs, id) => guard(() => endChain(id)),
    handleChainError: (error, id) => guard(() => endChain(id, error ?? new Error('Unknown'))),
    handleLLMStart: (_llm, _prompts, id, ...rest) => guard(() => beginModel(id, rest)),
    handleChatModelStart: (_llm, _messages, id, ...rest) => guard(() => beginModel(id, rest)),
    handleLLMNewToken: (token, _at, id, ...rest) =>
      guard(() => {
        const call = calls.get(id);
        const fields = rest[2];
        if (call === undefined) return;
        if (isFirstContent(token, fields)) call.firstAt ??= performance.now();
        const count = readOutput(fields);
        if (count !== undefined) call.outputs.push(count);
      }),
    handleLLMEnd: (output, id, ...rest) =>
      guard(() => endModel(id, { output, isCached: isFromCache(rest[2]) })),
    handleLLMError: (error, id) =>
      guard(() => endModel(id, { error: error ?? new Error('Unknown') })),
    handleToolStart: (tool, _input, id, ...rest) =>
      guard(() => {
        const [parentId, , metadata, runName, toolCallId] = rest;
        const given = { runName, toolCallId };
        const names = {
          tool: textIn(given, 'runName') ?? textIn(tool, 'name'),
          call: textIn(given, 'toolCallId'),
        };
        begin(id, { parentId, metadata, names });
      }),
    handleToolEnd: (output, id) => guard(() => endTool(id, { output })),
    handleToolError: (error, id) =>
      guard(() => endTool(id, { error: error ?? new Error('Unknown') })),
  };
}
