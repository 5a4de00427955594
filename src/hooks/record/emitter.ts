import type { Labels } from '../../events/labels.js';
import type { MetricEventInput } from '../../events/metric-event.js';

/** The receiver of a hook's events: a producer, or any object that accepts them one by one. */
export interface Emitter {
  /** Accepts an event. Its errors go to `on_error`, never to the agent. */
  emit(event: MetricEventInput): unknown;
}

/** Whose work it is. */
export interface Identity {
  /** The session. Defaults to that of the surrounding run, or to the run's own id. */
  readonly session_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly agent_id?: string | undefined;
  readonly agent_name?: string | undefined;
  readonly team_id?: string | undefined;
  readonly workflow_id?: string | undefined;
  /** Your own dimensions, added to those of the surrounding run. */
  readonly labels?: Labels | undefined;
}

/** The options of every hook. */
export interface HookOptions extends Identity {
  /**
   * Called once for each kind of error that prevents events from being recorded, such as a full buffer, and for
   * options that the hook does not have.
   * Defaults to a warning of the process. Its own errors are ignored.
   */
  readonly on_error?: ((error: Error) => void) | undefined;
  /**
   * Whether to record messages of errors, up to 2,000 characters. They may contain content. Defaults to
   * false: the name and the code of an error, or the status of a response.
   */
  readonly error_text?: boolean | undefined;
}
