import { randomUUID } from 'node:crypto';
import type { Attributes } from '../events/attribute-fields.js';
import { type Labelled, type Labels, mergedLabels } from '../events/labels.js';
import type {
  MessageInput,
  MetricEventInput,
  Role,
  RunInput,
  RunStatus,
  ToolCallInput,
} from '../events/metric-event.js';

/** The attributes of every event of a run. */
export interface RunAttributes extends Omit<Attributes, 'cost_source' | 'hold_id'> {
  /** Defaults to a random id. */
  readonly run_id?: string | undefined;
  /** The session. Defaults to the run's id. */
  readonly session_id?: string | undefined;
  /** Your own dimensions; an event may have additional ones, or another value for one. */
  readonly labels?: Labels | undefined;
}

type Of<Input> = Omit<Input, 'type' | 'run_id' | 'session_id'>;
/** A message of a run; its author is the assistant unless `role` says otherwise. */
export type RunMessage = Omit<Of<MessageInput>, 'role'> & { readonly role?: Role | undefined };
/** A tool call of a run. */
export type RunToolCall = Of<ToolCallInput>;
/** The end of a run; completed unless `status` says otherwise. */
export type RunEnd = Omit<Of<RunInput>, 'status'> & { readonly status?: RunStatus | undefined };

/**
 * A run whose events have its attributes and their sequence in it. An event may override them, like a message of
 * another model. Its functions throw the errors of `emit`.
 */
export interface Run {
  readonly run_id: string;
  readonly session_id: string;
  /** Emits a message; returns its id. */
  message(event?: RunMessage): string;
  /** Emits a tool call; returns its id. */
  toolCall(event: RunToolCall): string;
  /**
   * A run that this run delegates to: it has the same session, user, team, workflow and labels, and its own
   * agent.
   */
  child(attributes?: Omit<RunAttributes, 'parent_run_id'>): Run;
  /**
   * Emits the end, with the time since the start unless `metrics.time` is set; returns its id. A run ends
   * only once: a second call returns the first id. A run that paused may end again.
   */
  end(event?: RunEnd): string;
}

/** Starts a run on top of `emit`. */
export function createRun(
  emit: (event: MetricEventInput) => string,
  attributes: RunAttributes = {},
): Run {
  const { run_id = randomUUID(), session_id = run_id, ...who } = attributes;
  const common = { ...who, run_id, session_id };
  const began = performance.now();
  let sequence = 0;
  let ended: string | undefined;
  const send = <E extends Labelled>(event: E): string => {
    const labels = mergedLabels(common, event);
    const given: object = { ...common, sequence: sequence++, ...event, ...labels };
    return emit(given as MetricEventInput);
  };
  return {
    run_id,
    session_id,
    message: (event = {}) => send({ role: 'assistant', ...event, type: 'message' }),
    toolCall: (event) => send({ ...event, type: 'tool_call' }),
    child(own = {}) {
      const { user_id, team_id, workflow_id } = who;
      const shared = { session_id, user_id, team_id, workflow_id };
      const labels = mergedLabels(who, own);
      return createRun(emit, { ...shared, ...own, ...labels, parent_run_id: run_id });
    },
    end(event = {}) {
      if (ended !== undefined) return ended;
      const { status = 'completed', metrics } = event;
      const time = (performance.now() - began) / 1000;
      const id = send({ ...event, type: 'run', status, metrics: { time, ...metrics } });
      if (status !== 'paused') ended = id;
      return id;
    },
  };
}
