import type { EventFault } from '../events/fault.js';
import type { MetricEventInput } from '../events/metric-event.js';
import type { LabelFilters } from '../query/label-filters.js';
import type { Reads } from '../query/reads/reads.js';
import type { RunTree, RunTreeOptions } from '../query/totals/run-tree.js';
import type { RunOptions } from '../query/totals/runs.js';
import type { RunTotals, WaitingIn } from '../query/totals/totals.js';
import type { BudgetsClient } from './budgets-client.js';
import type { ClientKey, CreateKeyOptions, Readiness } from './keys.js';
import type { OperationsClient } from './operations.js';
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
/** The service as functions: the reads of the key's project, and what else it does. Each throws ApiError. */
export interface RunfoldClient extends Reads, BudgetsClient, OperationsClient {
  /**
   * Sends events, at most 10,000 at once. Those without an id are given one here, so that trying
   * again after a lost answer counts nothing twice.
   */
  emit(
    events: MetricEventInput | readonly MetricEventInput[],
    options?: IngestOptions,
  ): Promise<IngestResult>;
  getRun(options: Omit<RunOptions, 'project'>): Promise<(RunTotals & WaitingIn) | undefined>;
  getRunTree(options: Omit<RunTreeOptions, 'project'>): Promise<(RunTree & WaitingIn) | undefined>;
  /** The project's keys, oldest first. Needs a key for `admin`. */
  listKeys(): Promise<readonly ClientKey[]>;
  /** Makes a key: it is in this one answer and nowhere else. Needs a key for `admin`. */
  createKey(options: CreateKeyOptions): Promise<ClientKey & { readonly key: string }>;
  /** Revokes a key for good; undefined when the project has no such key. Needs a key for `admin`. */
  revokeKey(options: { readonly id: string }): Promise<ClientKey | undefined>;
  /** Whether the service can take and answer requests. Needs no key. */
  getReadiness(): Promise<Readiness>;
  /** How the project and the service stand: queue, worker, rejects, stale totals, the last audit. */
  getStatus(): Promise<ServiceStatus>;
  /** Folds the project's log again in the background and compares. Needs no other scope than `read`. */
  beginAudit(options?: { readonly sample?: number | undefined }): Promise<AuditReport>;
  /** One audit; without an id the last that came to a result. */
  getAudit(options?: { readonly id?: string | undefined }): Promise<AuditReport | undefined>;
  cancelAudit(options: { readonly id: string }): Promise<AuditReport | undefined>;
  /** Sends a reject again. @throws ApiError `invalid_event` with `faults` when it is still invalid. */
  retryReject(options: { readonly id: string }): Promise<void>;
  dropReject(options: { readonly id: string }): Promise<void>;
  /** Sends many rejects again. @throws ApiError `count_changed` when there are more or fewer by now. */
  retryRejects(options: ManyRejects): Promise<RejectsOutcome>;
  dropRejects(options: ManyRejects): Promise<RejectsOutcome>;
  /**
   * Follows what is newly folded, for ever: a broken connection is made anew, and the stream goes on
   * after the last message. `after` is the id of a message to go on from. `on_place` is told such ids of
   * where nothing came too, the first when the stream begins: to end it there and go on later.
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
