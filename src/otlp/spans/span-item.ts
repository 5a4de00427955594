import type { Attributes } from '../../events/attribute-fields.js';
import type { EventType, RunStatus } from '../../events/metric-event.js';
import type { Metrics } from '../../events/metric-fields.js';

/** The names in a span itself. Missing names are looked up along its parents. */
export interface OwnNames {
  readonly run?: string;
  readonly session?: string;
  readonly user?: string;
  readonly team?: string;
  readonly workflow?: string;
  readonly agent_id?: string;
  readonly agent_name?: string;
}

/** The event of a span, without its id and without the names from its parents. */
export interface SpanEvent extends Pick<Attributes, 'model' | 'provider' | 'cost_source'> {
  readonly type: EventType;
  readonly occurred_at: string;
  readonly role?: 'assistant';
  readonly status?: RunStatus;
  readonly tool_name?: string;
  readonly tool_call_id?: string;
  readonly error?: boolean | string;
  readonly metrics?: Metrics;
}

/** Bits of a span's flags in the inbox. Their meaning never changes. */
export const spanFlags = {
  /** Its parent is in another process. */
  remote: 1,
  /** It reports tokens. */
  metered: 2,
  /** It is a placeholder for a span that had not arrived at the end of the wait. */
  standIn: 4,
  /** Spans that passed it to find their run, or their session, were settled. */
  gaveRun: 8,
  gaveSession: 16,
  /** It arrived after that: its own run, or session, is not used, nor that of its parent. */
  boundRun: 32,
  boundSession: 64,
  /** Its event has its final place, and waits in the inbox to be appended on another server. */
  decided: 128,
} as const;

/** A span in a job: reduced to the data for its event and its place. */
export interface SpanItem {
  /** 32 hex digits. */
  readonly trace: string;
  /** 16 hex digits. */
  readonly span: string;
  /** Undefined for a root. */
  readonly parent?: string | undefined;
  /** A code of `spanKinds`. */
  readonly kind: number;
  readonly flags: number;
  readonly own?: OwnNames | undefined;
  /** Undefined if the span makes no event. */
  readonly event?: SpanEvent | undefined;
}
