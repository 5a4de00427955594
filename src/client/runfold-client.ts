import type { EventFault } from '../events/fault.js';
import type { MetricEventInput } from '../events/metric-event.js';
import type { LabelFilters } from '../query/label-filters.js';
import type { Reads } from '../query/reads/reads.js';
import type { RunTree, RunTreeOptions } from '../query/totals/run-tree.js';
import type { RunOptions } from '../query/totals/runs.js';
import type { RunTotals, WaitingIn } from '../query/totals/totals.js';
import type { AlertsClient } from './alerts-client.js';
import type { BudgetsClient } from './budgets-client.js';
import type { CorrectionsClient } from './corrections-client.js';
import type { ClientKey, CreateKeyOptions, Readiness } from './keys.js';
import type { OperationsClient } from './operations.js';
import type { PricesClient } from './prices-client.js';
import type { TailMessage } from './read-tail.js';
import type {
  AuditReport,
  ManyRejects,
  RejectsOutcome,
  ServiceStatus,
} from './service-responses.js';

/** Options of sending events. */
export interface IngestOptions {
  /** Resolves once the totals include the events. Defaults to false. */
  readonly wait?: boolean | undefined;
}

/** The outcome of sent events: the accepted ones are durably on the queue. */
export interface IngestResult {
  readonly accepted: number;
  readonly refused: number;
  /** The ids of all events, by index; null for refused events. */
  readonly ids: readonly (string | null)[];
  /** The faults of each refused event. */
  readonly faults: readonly { readonly index: number; readonly faults: readonly EventFault[] }[];
  /** With `wait`: whether the totals include the events. */
  readonly folded?: boolean | undefined;
  /**
   * With `folded: false`: `not_in_time` after the wait, or `database_unavailable`: then nobody could look. The events
   * are on the queue.
   */
  readonly reason?: 'not_in_time' | 'database_unavailable' | undefined;
}

export type Counts = Pick<IngestResult, 'accepted' | 'refused'> & Partial<IngestResult>;
/** The service as functions: the reads of the key's project, and its other operations. All throw ApiError. */
export interface RunfoldClient
  extends Reads,
    BudgetsClient,
    AlertsClient,
    PricesClient,
    CorrectionsClient,
    OperationsClient {
  /**
   * Sends events, at most 10,000 at once. Events without an id get one here, so that a retry
   * after a lost response counts nothing twice.
   */
  emit(
    events: MetricEventInput | readonly MetricEventInput[],
    options?: IngestOptions,
  ): Promise<IngestResult>;
  getRun(options: Omit<RunOptions, 'project'>): Promise<(RunTotals & WaitingIn) | undefined>;
  getRunTree(options: Omit<RunTreeOptions, 'project'>): Promise<(RunTree & WaitingIn) | undefined>;
  /** The project's keys, oldest first. Needs a key for `admin`. */
  listKeys(): Promise<readonly ClientKey[]>;
  /** Creates a key, which is only in this response. Needs a key for `admin`. */
  createKey(options: CreateKeyOptions): Promise<ClientKey & { readonly key: string }>;
  /** Revokes a key permanently; undefined if the project has no such key. Needs a key for `admin`. */
  revokeKey(options: { readonly id: string }): Promise<ClientKey | undefined>;
  /** Whether the service can handle requests. Needs no key. */
  getReadiness(): Promise<Readiness>;
  /** The state of the project and the service: queue, worker, rejects, stale totals, the last audit. */
  getStatus(): Promise<ServiceStatus>;
  /** Folds the project's log again in the background and compares it with the totals. Needs only the scope `read`. */
  beginAudit(options?: { readonly sample?: number | undefined }): Promise<AuditReport>;
  /** One audit; without an id, the last one with a result. */
  getAudit(options?: { readonly id?: string | undefined }): Promise<AuditReport | undefined>;
  cancelAudit(options: { readonly id: string }): Promise<AuditReport | undefined>;
  /** Sends a reject again. @throws ApiError `invalid_event` with `faults` if it is still invalid */
  retryReject(options: { readonly id: string }): Promise<void>;
  dropReject(options: { readonly id: string }): Promise<void>;
  /** Sends many rejects again. @throws ApiError `count_changed` if their number has changed */
  retryRejects(options: ManyRejects): Promise<RejectsOutcome>;
  dropRejects(options: ManyRejects): Promise<RejectsOutcome>;
  /**
   * Follows newly folded events indefinitely: it reconnects after a broken connection, and the stream continues
   * after the last message. `after` is the id of a message to continue from. `on_place` is called with each such id, also
   * if there was no message, first when the stream begins. Use it to stop and continue later.
   */
  tail(options?: {
    readonly session_id?: string | undefined;
    readonly run_id?: string | undefined;
    /** Only events with all of these labels, and the runs that they change. */
    readonly labels?: LabelFilters | undefined;
    readonly only?: 'events' | 'runs' | undefined;
    readonly after?: string | undefined;
    readonly on_place?: ((id: string) => void) | undefined;
    readonly signal?: AbortSignal | undefined;
  }): AsyncGenerator<TailMessage>;
}
