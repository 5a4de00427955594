import type { Database } from '../../postgres/database.js';
import {
  type Agno2RunMetrics,
  type Agno2SessionMetrics,
  getAgno2RunMetrics,
  getAgno2SessionMetrics,
} from '../agno/agno2-run-metrics.js';
import { getRunMetrics, type RunMetrics } from '../agno/run-metrics.js';
import { getSessionMetrics, type SessionMetrics } from '../agno/session-metrics.js';
import { type Found, findNames } from '../find.js';
import {
  type LabelName,
  type LabelValue,
  type ListLabelsOptions,
  type ListLabelValuesOptions,
  listLabels,
  listLabelValues,
} from '../label-names.js';
import { type ListEventsOptions, type LoggedEvent, listEvents } from '../log/events.js';
import { type ListMessagesOptions, type LoggedMessage, listMessages } from '../log/messages.js';
import {
  type ListToolCallsOptions,
  type LoggedToolCall,
  listToolCalls,
} from '../log/tool-calls.js';
import type { Page } from '../page.js';
import { getReject, type ListRejectsOptions, listRejects, type RejectedEvent } from '../rejects.js';
import { type ListRunStepsOptions, listRunSteps, type RunStep } from '../steps/run-steps.js';
import { getRunTree, type RunTree, type RunTreeOptions } from '../totals/run-tree.js';
import { getRun, type ListRunsOptions, listRuns, type RunOptions } from '../totals/runs.js';
import { getSession, type ListSessionsOptions, listSessions } from '../totals/sessions.js';
import type { RunTotals, SessionTotals } from '../totals/totals.js';
import {
  getUsage,
  type UsageFigure,
  type UsageOptions,
  type UsageSeries,
} from '../usage/get-usage.js';
import type { UsageDimension } from '../usage/usage-sources.js';
import { listWaitingSpans, type WaitingSpans } from '../waiting/waiting-spans.js';

/** Options of a query whose project is known. */
export type InProject<T> = Omit<T, 'project'>;

/** Options of usage that are available everywhere, also over HTTP. */
export type UsageQuery<F extends UsageFigure = UsageFigure> = Omit<
  InProject<UsageOptions<F>>,
  'filters'
> & {
  readonly filters?:
    | { readonly [D in UsageDimension]?: string | readonly string[] | undefined }
    | undefined;
};

/**
 * The reads of one project. `openRunfold` returns them in process and `createClient` over HTTP, so that a
 * program can move from one to the other. A read of one thing returns undefined if it does not exist.
 */
export interface Reads {
  /** The totals of one run. @throws AmbiguousRunError if several sessions have a run with this id */
  getRun(options: InProject<RunOptions>): Promise<RunTotals | undefined>;
  /** Totals of runs, newest start first. */
  listRuns(options?: InProject<ListRunsOptions>): Promise<Page<RunTotals>>;
  /** A run with all runs below it. */
  getRunTree(options: InProject<RunTreeOptions>): Promise<RunTree | undefined>;
  /** The steps of a run and of all runs below it, in the order in which they began. */
  listRunSteps(options: InProject<ListRunStepsOptions>): Promise<Page<RunStep> | undefined>;
  /** The metrics of one run in Agno's shape. */
  getRunMetrics(options: InProject<RunOptions>): Promise<RunMetrics | undefined>;
  /** The metrics of one run as Agno 2.x writes them: sums, with details by model. */
  getAgno2RunMetrics(options: InProject<RunOptions>): Promise<Agno2RunMetrics | undefined>;
  /** The totals of one session. */
  getSession(options: { readonly session_id: string }): Promise<SessionTotals | undefined>;
  /** Totals of sessions, newest start first. */
  listSessions(options?: InProject<ListSessionsOptions>): Promise<Page<SessionTotals>>;
  /** The metrics of one session in Agno's shape. */
  getSessionMetrics(options: { readonly session_id: string }): Promise<SessionMetrics | undefined>;
  /** The metrics of one session as Agno 2.x writes them. */
  getAgno2SessionMetrics(options: {
    readonly session_id: string;
  }): Promise<Agno2SessionMetrics | undefined>;
  /** Spans of OpenTelemetry that are in no total yet, longest waiting first. */
  listWaitingSpans(options?: { readonly limit?: number | undefined }): Promise<WaitingSpans>;
  /** Messages, with their corrections applied. */
  listMessages(options: InProject<ListMessagesOptions>): Promise<Page<LoggedMessage>>;
  /** Tool calls, with their corrections applied. */
  listToolCalls(options: InProject<ListToolCallsOptions>): Promise<Page<LoggedToolCall>>;
  /** Events as they are in the log, including corrections. */
  listEvents(options: InProject<ListEventsOptions>): Promise<Page<LoggedEvent>>;
  /** Figures over time, in groups. */
  getUsage<F extends UsageFigure = UsageFigure>(options: UsageQuery<F>): Promise<UsageSeries<F>>;
  /** The labels that events have, with their first values. */
  listLabels(options?: InProject<ListLabelsOptions>): Promise<Page<LabelName>>;
  /** The values of a label. */
  listLabelValues(options: InProject<ListLabelValuesOptions>): Promise<Page<LabelValue>>;
  /** Ids and names that begin with `q`, up to five of each kind. */
  find(options: { readonly q: string }): Promise<Found>;
  /** Events that a worker could not store, newest first. */
  listRejects(options?: InProject<ListRejectsOptions>): Promise<Page<RejectedEvent>>;
  /** One reject. */
  getReject(options: { readonly id: string }): Promise<RejectedEvent | undefined>;
}

/** The reads of one project of a database. The project defaults to 1. */
export function createReads(database: Database, project?: number | undefined): Reads {
  return {
    getRun: (options) => getRun(database, { ...options, project }),
    listRuns: (options) => listRuns(database, { ...options, project }),
    getRunTree: (options) => getRunTree(database, { ...options, project }),
    listRunSteps: (options) => listRunSteps(database, { ...options, project }),
    getRunMetrics: (options) => getRunMetrics(database, { ...options, project }),
    getAgno2RunMetrics: (options) => getAgno2RunMetrics(database, { ...options, project }),
    getSession: (options) => getSession(database, { ...options, project }),
    listSessions: (options) => listSessions(database, { ...options, project }),
    getSessionMetrics: (options) => getSessionMetrics(database, { ...options, project }),
    getAgno2SessionMetrics: (options) => getAgno2SessionMetrics(database, { ...options, project }),
    listWaitingSpans: (options) => listWaitingSpans(database, { ...options, project }),
    listMessages: (options) => listMessages(database, { ...options, project }),
    listToolCalls: (options) => listToolCalls(database, { ...options, project }),
    listEvents: (options) => listEvents(database, { ...options, project }),
    getUsage: (options) => getUsage(database, { ...options, project }),
    listLabels: (options) => listLabels(database, { ...options, project }),
    listLabelValues: (options) => listLabelValues(database, { ...options, project }),
    find: (options) => findNames(database, { ...options, project }),
    listRejects: (options) => listRejects(database, { ...options, project }),
    getReject: (options) => getReject(database, { ...options, project }),
  };
}
