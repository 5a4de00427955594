import type { EventFault } from '../events/fault.js';
import type { MetricEventInput } from '../events/metric-event.js';
import type { RunMetrics } from '../query/agno/run-metrics.js';
import type { SessionMetrics } from '../query/agno/session-metrics.js';
import type { ListEventsOptions, LoggedEvent } from '../query/log/events.js';
import type { ListMessagesOptions, LoggedMessage } from '../query/log/messages.js';
import type { ListToolCallsOptions, LoggedToolCall } from '../query/log/tool-calls.js';
import type { Page } from '../query/page.js';
import type { RunTree, RunTreeOptions } from '../query/totals/run-tree.js';
import type { ListRunsOptions, RunOptions } from '../query/totals/runs.js';
import type { ListSessionsOptions } from '../query/totals/sessions.js';
import type { RunTotals, SessionTotals } from '../query/totals/totals.js';
import type { UsageFigure, UsageOptions, UsageSeries } from '../query/usage/get-usage.js';
import type { UsageDimension } from '../query/usage/usage-sources.js';
import { ApiError } from './api-error.js';
import { type CallerOptions, createHttpCaller } from './http-caller.js';
import type { ClientKey, CreateKeyOptions, Readiness } from './keys.js';
import { readTail } from './read-tail.js';
import type { TailMessage } from './tail-message.js';

/** Where the service is, and the key to it. */
export type ClientOptions = CallerOptions;

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

type Counts = Pick<IngestResult, 'accepted' | 'refused'> & Partial<IngestResult>;
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
  getRun(options: Remote<RunOptions>): Promise<RunTotals | undefined>;
  listRuns(options?: Remote<ListRunsOptions>): Promise<Page<RunTotals>>;
  getRunTree(options: Remote<RunTreeOptions>): Promise<RunTree | undefined>;
  getRunMetrics(options: Remote<RunOptions>): Promise<RunMetrics | undefined>;
  getSession(options: { readonly session_id: string }): Promise<SessionTotals | undefined>;
  listSessions(options?: Remote<ListSessionsOptions>): Promise<Page<SessionTotals>>;
  getSessionMetrics(options: { readonly session_id: string }): Promise<SessionMetrics | undefined>;
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

/** A client of the HTTP service, on `fetch` alone. */
export function createClient(options: ClientOptions): RunfoldClient {
  const caller = createHttpCaller(options);
  const get = async <T>(path: string, query: object = {}) =>
    (await (await caller.call('GET', path, { query: { ...query } })).json()) as T;
  const find = async <T>(path: string, query: object = {}): Promise<T | undefined> => {
    try {
      return await get<T>(path, query);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_found') return undefined;
      throw error;
    }
  };
  const runPath = (run_id: string, rest = '') => `/v1/runs/${encodeURIComponent(run_id)}${rest}`;
  const sessionPath = (id: string, rest = '') => `/v1/sessions/${encodeURIComponent(id)}${rest}`;
  return {
    async emit(events, { wait } = {}) {
      const list = [events].flat().map((event) => withId(event));
      const answer = await caller.call('POST', '/v1/events', {
        query: { ids: true, wait },
        body: JSON.stringify(list),
        headers: { 'content-type': 'application/json' },
      });
      return { ids: [], faults: [], ...((await answer.json()) as Counts) };
    },
    getRun: ({ run_id, session_id }) => find(runPath(run_id), { session_id }),
    listRuns: (query) => get('/v1/runs', query),
    getRunTree: ({ run_id, session_id, max_depth }) =>
      find(runPath(run_id, '/tree'), { session_id, max_depth }),
    getRunMetrics: ({ run_id, session_id }) => find(runPath(run_id, '/metrics'), { session_id }),
    getSession: ({ session_id }) => find(sessionPath(session_id)),
    listSessions: (query) => get('/v1/sessions', query),
    getSessionMetrics: ({ session_id }) => find(sessionPath(session_id, '/metrics')),
    listMessages: (query) => get('/v1/messages', query),
    listToolCalls: (query) => get('/v1/tool-calls', query),
    listEvents: (query) => get('/v1/events', query),
    getUsage: ({ filters, group_by, figures, ...query }) =>
      get('/v1/usage', {
        ...query,
        ...filters,
        group_by: group_by?.join(',') || undefined,
        figures: figures?.join(',') || undefined,
      }),
    listKeys: async () => (await get<{ readonly items: readonly ClientKey[] }>('/v1/keys')).items,
    async createKey(options) {
      const answer = await caller.call('POST', '/v1/keys', {
        body: JSON.stringify(options),
        headers: { 'content-type': 'application/json' },
      });
      return (await answer.json()) as ClientKey & { readonly key: string };
    },
    async revokeKey({ id }) {
      try {
        const answer = await caller.call('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
        return (await answer.json()) as ClientKey;
      } catch (error) {
        if (error instanceof ApiError && error.code === 'not_found') return undefined;
        throw error;
      }
    },
    async getReadiness() {
      try {
        return (await (await caller.call('GET', '/readyz', { retries: 0 })).json()) as Readiness;
      } catch (error) {
        // What fails is in the body of the problem.
        if (!(error instanceof ApiError) || error.status !== 503) throw error;
        const { database, migrations, queue } = error.problem as Partial<Readiness>;
        if (database === undefined || migrations === undefined || queue === undefined) throw error;
        return { status: 'failing', database, migrations, queue };
      }
    },
    tail: (query = {}) => readTail(caller, query),
  };
}

function withId(event: MetricEventInput): MetricEventInput {
  return event.id === undefined ? { ...event, id: crypto.randomUUID() } : event;
}
