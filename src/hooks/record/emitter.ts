import type { Labels } from '../../events/labels.js';
import type { MetricEventInput } from '../../events/metric-event.js';

/** Where a hook puts its events: a producer, or anything else that takes them one by one. */
export interface Emitter {
  /** Takes an event. What it throws, or rejects with, reaches `on_error` and never the agent. */
  emit(event: MetricEventInput): unknown;
}

/** Whose work it is. */
export interface Identity {
  /** The conversation. Defaults to that of the run around it, or to the run's own id. */
  readonly session_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly agent_id?: string | undefined;
  readonly agent_name?: string | undefined;
  readonly team_id?: string | undefined;
  readonly workflow_id?: string | undefined;
  /** Dimensions of your own. Those of a run around it are taken over. */
  readonly labels?: Labels | undefined;
}

/** What every hook takes. */
export interface HookOptions extends Identity {
  /**
   * Called once for each kind of error that keeps events from being recorded, such as a full buffer.
   * Defaults to a warning of the process. What it throws is ignored.
   */
  readonly on_error?: ((error: Error) => void) | undefined;
  /**
   * Whether messages of errors are recorded, in up to 2,000 characters. They may hold content. Defaults to
   * false: the name and the code of an error, or the status of a response.
   */
  readonly error_text?: boolean | undefined;
}
