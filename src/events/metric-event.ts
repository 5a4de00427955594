import type { Attributes } from './attribute-fields.js';
import type { EventFieldsOn } from './event-fields.js';
import type { Labels } from './labels.js';
import type { Metrics } from './metric-fields.js';

export {
  type EventType,
  eventTypes,
  type Role,
  type RunStatus,
  roles,
  runStatuses,
} from './codes.js';

/** The fields of every event. */
export interface EventEnvelope extends Attributes {
  /** Idempotency key within the session, 1–200 characters; a re-sent id changes nothing. */
  readonly id: string;
  /** The agent run, 1–200 characters. */
  readonly run_id: string;
  /** The session. Defaults to the run id. */
  readonly session_id: string;
  /** When the measured thing ended: RFC 3339 with a zone, stored to the microsecond. */
  readonly occurred_at: string;
  /** The index in the run; orders events with the same `occurred_at`. */
  readonly sequence?: number | undefined;
  /**
   * Id of the event, in the same session, that this one corrects. Only such an event may have
   * negative figures, and it adds nothing to counts.
   */
  readonly corrects?: string | undefined;
  /**
   * Your own dimensions, at most 16: name → string of 1 to 200 characters. A name has 1 to 40 of `a-z 0-9 _ . -` and
   * begins with a letter.
   */
  readonly labels?: Labels | undefined;
  readonly metrics?: Metrics | undefined;
}

/**
 * One message of a conversation. Token totals count `assistant` messages only. `error` says whether the
 * model failed to answer, or in up to 2,000 characters how.
 */
export interface MessageEvent extends EventEnvelope, EventFieldsOn<'message'> {
  readonly type: 'message';
}

/** One call of a tool. `error` says whether it failed, or in up to 2,000 characters how. */
export interface ToolCallEvent extends EventEnvelope, EventFieldsOn<'tool_call'> {
  readonly type: 'tool_call';
}

/** The end of a run; `metrics.time` is its wall-clock time. */
export interface RunEvent extends EventEnvelope, EventFieldsOn<'run'> {
  readonly type: 'run';
}

/** A metric event on the queue and in an export: checked, with defaults filled in. */
export type MetricEvent = MessageEvent | ToolCallEvent | RunEvent;

/** A valid event. */
export function asMetricEvent(event: Record<string, unknown>): MetricEvent {
  return event as unknown as MetricEvent;
}

type Defaulted = 'id' | 'session_id' | 'occurred_at';
type Input<E extends EventEnvelope> = Omit<E, Defaulted> & {
  readonly id?: string | undefined;
  readonly session_id?: string | undefined;
  /** RFC 3339 with a zone, or a Date. Defaults to the time of the call. */
  readonly occurred_at?: string | Date | undefined;
};

/** A message from an agent: `id`, `session_id` and `occurred_at` are optional. */
export type MessageInput = Input<MessageEvent>;
/** A tool call from an agent: `id`, `session_id` and `occurred_at` are optional. */
export type ToolCallInput = Input<ToolCallEvent>;
/** The end of a run from an agent: `id`, `session_id` and `occurred_at` are optional. */
export type RunInput = Input<RunEvent>;
/** A metric event from an agent: `id`, `session_id` and `occurred_at` are optional. */
export type MetricEventInput = MessageInput | ToolCallInput | RunInput;
