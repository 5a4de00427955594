import type { Attributes } from '../../events/attribute-fields.js';
import type { EventType, RunStatus } from '../../events/metric-event.js';
import type { Metrics } from '../../events/metric-fields.js';

/** What a span itself names. Whatever it does not name is looked up along its parents. */
export interface OwnNames {
  readonly run?: string;
  readonly session?: string;
  readonly user?: string;
  readonly team?: string;
  readonly workflow?: string;
  readonly agent_id?: string;
  readonly agent_name?: string;
}

/** The event that a span becomes, without its id and without what its parents may name. */
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

/** Bits of a span's flags, as the inbox keeps them. They never change their meaning. */
export const spanFlags = {
  /** Its parent is in another process. */
  remote: 1,
  /** It reports tokens. */
  metered: 2,
  /** It stands in for a span that had not come when the wait was over. */
  standIn: 4,
  /** Spans were settled that went past it for their run, or their session. */
  gaveRun: 8,
  gaveSession: 16,
  /** It came after that: its own run, or session, is not used, and its parent neither. */
  boundRun: 32,
  boundSession: 64,
} as const;

/** A span as a job carries it: reduced to what its event and its place need. */
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
  /** Undefined for a span that makes no event. */
  readonly event?: SpanEvent | undefined;
}
