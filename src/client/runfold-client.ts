import type { EventFault } from '../events/fault.js';
import type { MetricEventInput } from '../events/metric-event.js';
import type { Agno2RunMetrics, Agno2SessionMetrics } from '../query/agno/agno2-run-metrics.js';
import type { RunMetrics } from '../query/agno/run-metrics.js';
import type { SessionMetrics } from '../query/agno/session-metrics.js';
import type { Found } from '../query/find.js';
import type { ListEventsOptions, LoggedEvent } from '../query/log/events.js';
import type { ListMessagesOptions, LoggedMessage } from '../query/log/messages.js';
import type { ListToolCallsOptions, LoggedToolCall } from '../query/log/tool-calls.js';
import type { Page } from '../query/page.js';
import type { ListRejectsOptions, RejectedEvent } from '../query/rejects.js';
import type { RunTree, RunTreeOptions } from '../query/totals/run-tree.js';
import type { ListRunsOptions, RunOptions } from '../query/totals/runs.js';
import type { ListSessionsOptions } from '../query/totals/sessions.js';
import type { RunTotals, SessionTotals, WaitingIn } from '../query/totals/totals.js';
import type { UsageFigure, UsageOptions, UsageSeries } from '../query/usage/get-usage.js';
import type { UsageDimension } from '../query/usage/usage-sources.js';
import type { WaitingSpans } from '../query/waiting/waiting-spans.js';
import type { ClientKey, CreateKeyOptions, Readiness } from './keys.js';
import type { AuditReport, ManyRejects, RejectsOutcome, ServiceStatus } from './service-answers.js';
import type { TailMessage } from './tail-message.js';

/** How events are sent. */
export interface IngestOptions {
  /** Answers once the totals hold the events. Defaults to false. */
  readonly wait?: boolean | undefined;
}

/** What became of events: the queue durably has those accepted. */
export interface IngestResult {
  readonly accepted: number;
  readonly refused: number;
  /** The ids of all events, by place; null for those refused. */
  readonly ids: readonly (string | null)[];
  /** What is wrong with each refused event. */
  readonly faults: readonly { readonly index: number; readonly faults: readonly EventFault[] }[];
  /** With `wait`: whether the totals hold the events. */
  readonly folded?: boolean | undefined;
}

export type Counts = Pick<IngestResult, 'accepted' | 'refused'> & Partial<IngestResult>;
type Remote<T> = Omit<T, 'project'>;
type UsageQuery<F extends UsageFigure> = Omit<Remote<UsageOptions<F>>, 'filters'> & {
  readonly filters?:
    | { readonly [D in UsageDimension]?: string | readonly string[] | undefined }
    | undefined;
};

/** The service as functions. Each throws ApiError; reads of one thing answer undefined for none. */
export interface RunfoldClient {
  /**
   * Sends events, at most 10,000 at once. Those without an id are given one here, so that trying
   * again after a lost answer counts nothing twice.
   */
  emit(
    events: MetricEventInput | readonly MetricEventInput[],
    options?: IngestOptions,
  ): Promise<IngestResult>;
  getRun(options: Remote<RunOptions>): Promise<(RunTotals & WaitingIn) | undefined>;
  listRuns(options?: Remote<ListRunsOptions>): Promise<Page<RunTotals>>;
  getRunTree(options: Remote<RunTreeOptions>): Promise<(RunTree & WaitingIn) | undefined>;
  getRunMetrics(options: Remote<RunOptions>): Promise<RunMetrics | undefined>;
  /** As `RunMetrics` of Agno 2.x: sums, with details by model. */
  getAgno2RunMetrics(options: Remote<RunOptions>): Promise<Agno2RunMetrics | undefined>;
  getSession(options: { readonly session_id: string }): Promise<SessionTotals | undefined>;
  listSessions(options?: Remote<ListSessionsOptions>): Promise<Page<SessionTotals>>;
  getSessionMetrics(options: { readonly session_id: string }): Promise<SessionMetrics | undefined>;
  getAgno2SessionMetrics(options: {
    readonly session_id: string;
  }): Promise<Agno2SessionMetrics | undefined>;
  /** Spans of OpenTelemetry that are in no total yet, the longest waiting first. */
  listWaitingSpans(options?: { readonly limit?: number | undefined }): Promise<WaitingSpans>;
  listMessages(options: Remote<ListMessagesOptions>): Promise<Page<LoggedMessage>>;
  listToolCalls(options: Remote<ListToolCallsOptions>): Promise<Page<LoggedToolCall>>;
  listEvents(options: Remote<ListEventsOptions>): Promise<Page<LoggedEvent>>;
  getUsage<F extends UsageFigure = UsageFigure>(options: UsageQuery<F>): Promise<UsageSeries<F>>;
  /** The project's keys, oldest first. Needs a key for `admin`. */
  listKeys(): Promise<readonly ClientKey[]>;
  /** Makes a key: it is in this one answer and nowhere else. Needs a key for `admin`. */
  createKey(options: CreateKeyOptions): Promise<ClientKey & { readonly key: string }>;
  /** Revokes a key for good; undefined when the project has no such key. Needs a key for `admin`. */
  revokeKey(options: { readonly id: string }): Promise<ClientKey | undefined>;
  /** Whether the service can take and answer requests. Needs no key. */
  getReadiness(): Promise<Readiness>;
  /** Ids and names that begin with `q`, up to five of each kind. */
  find(options: { readonly q: string }): Promise<Found>;
  /** How the project and the service stand: queue, worker, rejects, stale totals, the last audit. */
  getStatus(): Promise<ServiceStatus>;
  /** Folds the project's log again in the background and compares. Needs no other scope than `read`. */
  beginAudit(options?: { readonly sample?: number | undefined }): Promise<AuditReport>;
  /** One audit; without an id the last that came to a result. */
  getAudit(options?: { readonly id?: string | undefined }): Promise<AuditReport | undefined>;
  cancelAudit(options: { readonly id: string }): Promise<AuditReport | undefined>;
  listRejects(options?: Remote<ListRejectsOptions>): Promise<Page<RejectedEvent>>;
  getReject(options: { readonly id: string }): Promise<RejectedEvent | undefined>;
  /** Sends a reject again. @throws ApiError `invalid_event` with `faults` when it is still invalid. */
  retryReject(options: { readonly id: string }): Promise<void>;
  dropReject(options: { readonly id: string }): Promise<void>;
  /** Sends many rejects again. @throws ApiError `count_changed` when there are more or fewer by now. */
  retryRejects(options: ManyRejects): Promise<RejectsOutcome>;
  dropRejects(options: ManyRejects): Promise<RejectsOutcome>;
  /**
   * Follows what is newly folded, for ever: a broken connection is made anew, and the stream goes on
   * after the last message. `after` is the id of a message to go on from.
   */
  tail(options?: {
    readonly session_id?: string | undefined;
    readonly run_id?: string | undefined;
    readonly only?: 'events' | 'runs' | undefined;
    readonly after?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  }): AsyncGenerator<TailMessage>;
}
