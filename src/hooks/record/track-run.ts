import { mergedLabels } from '../../events/labels.js';
import type { Emitter, HookOptions } from './emitter.js';
import { failureText, isAbort } from './failure.js';
import { type OpenRun, openRun, type RunStart, secondsSince } from './open-run.js';
import { createRecorder, type Recorder } from './recorder.js';
import { currentIdentity, currentRun, insideRun } from './run-context.js';

/** The identity of a run of `trackRun`. */
export interface TrackRunOptions extends HookOptions {
  /** Defaults to a random id. */
  readonly run_id?: string | undefined;
}

/** An open run, to record what no hook sees. */
export interface TrackedRun {
  readonly run_id: string;
  readonly session_id: string;
  /** Calls a tool and records how long it took and whether it failed. Throws what the tool throws. */
  tool<T>(
    name: string,
    work: () => T,
    options?: { readonly tool_call_id?: string | undefined },
  ): Promise<Awaited<T>>;
}

/** Starts a run in the current context: below the surrounding run, with the identity of `withIdentity`. */
export function openRunHere(
  recorder: Recorder,
  { run_id, began, ...options }: Omit<RunStart, 'parent'>,
): OpenRun {
  const { session_id, user_id, agent_id, agent_name, team_id, workflow_id } = options;
  const named = { session_id, user_id, agent_id, agent_name, team_id, workflow_id };
  const who = { ...named, ...currentIdentity(), ...mergedLabels(options, currentIdentity()) };
  return openRun(recorder, { ...who, run_id, began, parent: currentRun() });
}

/**
 * Runs an agent and records its end: `completed`, or `error` or `cancelled` depending on what `work` throws. Calls of
 * tracked clients and models in `work` belong to the run; a run inside it is one that it delegated to.
 */
export async function trackRun<T>(
  emitter: Emitter,
  options: TrackRunOptions,
  work: (run: TrackedRun) => T,
): Promise<Awaited<T>> {
  const recorder = createRecorder(emitter, options, ['run_id']);
  const run = openRunHere(recorder, options);
  const tracked: TrackedRun = {
    run_id: run.run_id,
    session_id: run.session_id,
    tool: (name, call, { tool_call_id } = {}) =>
      trackTool(run, { name, tool_call_id, error_text: options.error_text }, call),
  };
  try {
    const result = await insideRun(run, () => work(tracked));
    run.end('completed');
    return result;
  } catch (error) {
    run.end(isAbort(error) ? 'cancelled' : 'error');
    throw error;
  }
}

/** Calls a tool in a run and records the call. */
export async function trackTool<T>(
  run: OpenRun,
  tool: {
    readonly name: string;
    readonly tool_call_id?: string | undefined;
    readonly error_text?: boolean | undefined;
  },
  work: () => T,
): Promise<Awaited<T>> {
  const began = performance.now();
  const record = (error?: string) =>
    run.toolCall({
      tool_name: tool.name,
      tool_call_id: tool.tool_call_id,
      error: error ?? false,
      metrics: { time: secondsSince(began) },
    });
  try {
    const result = await work();
    record();
    return result;
  } catch (error) {
    record(failureText(error, tool.error_text));
    throw error;
  }
}
