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

/** What every event of a run carries. */
export interface RunAttributes extends Omit<Attributes, 'cost_source' | 'hold_id'> {
  /** Defaults to a random one. */
  readonly run_id?: string | undefined;
  /** The conversation. Defaults to the run's id. */
  readonly session_id?: string | undefined;
  /** Dimensions of your own; an event may carry others besides, or another value of one. */
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
 * A run, whose events carry its attributes and their place in it. An event may say otherwise of itself, as a message of
 * another model does. What is thrown is what `emit` throws.
 */
export interface Run {
  readonly run_id: string;
  readonly session_id: string;
  /** Emits a message; returns its id. */
  message(event?: RunMessage): string;
  /** Emits a tool call; returns its id. */
  toolCall(event: RunToolCall): string;
  /**
   * A run that this one delegates to: of the same session, user, team, workflow and labels, with an agent of its
   * own.
   */
  child(attributes?: Omit<RunAttributes, 'parent_run_id'>): Run;
  /**
   * Emits the end, with the time since the start unless `metrics.time` is given; returns its id. A run ends
   * once, and a second call returns the id of the first; one that paused may end again.
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
