import type { MetricEventInput } from '../events/metric-event.js';
import type { LabelFilters } from '../query/label-filters.js';
import { createAlertsClient } from './alerts-client.js';
import { ApiError } from './api-error.js';
import { createBudgetsClient } from './budgets-client.js';
import { createCorrectionsClient } from './corrections-client.js';
import { type CallerOptions, createHttpCaller } from './http-caller.js';
import { createJsonRequests } from './json-requests.js';
import type { Readiness } from './keys.js';
import { createPricesClient } from './prices-client.js';
import { readTail } from './read-tail.js';
import type { Counts, RunfoldClient } from './runfold-client.js';

/** The address of the service, and the key. */
export type ClientOptions = CallerOptions;

/** A client of the HTTP service that needs only `fetch`. */
export function createClient(options: ClientOptions): RunfoldClient {
  const caller = createHttpCaller(options);
  const { get, find, list, post, remove } = createJsonRequests(caller);
  const rejectPath = (id: string, rest = '') => `/v1/rejects/${encodeURIComponent(id)}${rest}`;
  const runPath = (run_id: string, rest = '') => `/v1/runs/${encodeURIComponent(run_id)}${rest}`;
  const sessionPath = (id: string, rest = '') => `/v1/sessions/${encodeURIComponent(id)}${rest}`;
  return {
    async emit(events, { wait } = {}) {
      const all = [events].flat().map((event) => withId(event));
      const counts = await post<Counts>('/v1/events', all, { query: { ids: true, wait } });
      return { ids: [], faults: [], ...counts };
    },
    getRun: ({ run_id, session_id }) => find(runPath(run_id), { session_id }),
    listRuns: (query = {}) => get('/v1/runs', labelled(query)),
    getRunTree: ({ run_id, session_id, max_depth }) =>
      find(runPath(run_id, '/tree'), { session_id, max_depth }),
    listRunSteps: ({ run_id, ...query }) => find(runPath(run_id, '/steps'), query),
    getRunMetrics: ({ run_id, session_id }) => find(runPath(run_id, '/metrics'), { session_id }),
    getAgno2RunMetrics: ({ run_id, session_id }) =>
      find(runPath(run_id, '/metrics'), { session_id, agno: 2 }),
    getSession: ({ session_id }) => find(sessionPath(session_id)),
    listSessions: (query = {}) => get('/v1/sessions', labelled(query)),
    getSessionMetrics: ({ session_id }) => find(sessionPath(session_id, '/metrics')),
    getAgno2SessionMetrics: ({ session_id }) =>
      find(sessionPath(session_id, '/metrics'), { agno: 2 }),
    listWaitingSpans: (query) => get('/v1/waiting', query),
    listMessages: (query) => get('/v1/messages', query),
    listToolCalls: (query) => get('/v1/tool-calls', query),
    listEvents: (query) => get('/v1/events', query),
    listLabels: (query) => get('/v1/labels', query),
    listLabelValues: ({ name, ...query }) =>
      get(`/v1/labels/${encodeURIComponent(name)}/values`, query),
    find: (query) => get('/v1/find', query),
    getStatus: () => get('/v1/status'),
    beginAudit: (body = {}) => post('/v1/audits', body),
    getAudit: ({ id = 'latest' } = {}) => find(`/v1/audits/${encodeURIComponent(id)}`),
    cancelAudit: ({ id }) => remove(`/v1/audits/${encodeURIComponent(id)}`),
    listRejects: (query) => get('/v1/rejects', query),
    getReject: ({ id }) => find(rejectPath(id)),
    retryReject: async ({ id }) => void (await post(rejectPath(id, '/retry'), {})),
    dropReject: async ({ id }) => void (await remove(rejectPath(id))),
    retryRejects: (body) => post('/v1/rejects/retry', body),
    dropRejects: (body) => post('/v1/rejects/drop', body),
    getUsage: ({ filters, group_by, figures, ...query }) =>
      get('/v1/usage', {
        ...query,
        ...usageFilters(filters),
        group_by: group_by?.join(',') || undefined,
        figures: figures?.join(',') || undefined,
      }),
    listKeys: () => list('/v1/keys'),
    createKey: (options) => post('/v1/keys', options),
    revokeKey: ({ id }) => remove(`/v1/keys/${encodeURIComponent(id)}`),
    ...createAlertsClient(caller),
    ...createBudgetsClient(caller),
    ...createPricesClient(caller),
    ...createCorrectionsClient(caller),
    signIn: (body) => post('/v1/sign-in', body),
    signOut: async (body = {}) => void (await post('/v1/sign-out', body)),
    listProjects: () => list('/v1/projects'),
    createProject: (body) => post('/v1/projects', body),
    changeProject: ({ id, time_zone }) => post(`/v1/projects/${id}`, { time_zone }),
    beginRebuild: (body = {}) => post('/v1/rebuilds', body),
    listRebuilds: () => get('/v1/rebuilds'),
    cancelRebuild: ({ id }) => remove(`/v1/rebuilds/${encodeURIComponent(id)}`),
    async getReadiness() {
      try {
        return (await (await caller.call('GET', '/readyz', { retries: 0 })).json()) as Readiness;
      } catch (error) {
        // The body of the problem says which checks fail.
        if (!(error instanceof ApiError) || error.status !== 503) throw error;
        const { database, migrations, queue } = error.problem as Partial<Readiness>;
        if (database === undefined || migrations === undefined || queue === undefined) throw error;
        return { status: 'failing', database, migrations, queue };
      }
    },
    tail: (query = {}) => readTail(caller, labelled(query)),
  };
}

function withId(event: MetricEventInput): MetricEventInput {
  return event.id === undefined ? { ...event, id: crypto.randomUUID() } : event;
}

/** A query with its labels as parameters: `label.NAME`. */
function labelled<Q extends { readonly labels?: LabelFilters | undefined }>(
  query: Q,
): Omit<Q, 'labels'> & Readonly<Record<string, unknown>> {
  const { labels = {}, ...rest } = query;
  const given = Object.entries(labels).map(([name, value]) => [`label.${name}`, value]);
  return { ...rest, ...Object.fromEntries(given) };
}

/** Filters of usage as parameters: `label:NAME` is `label.NAME` there. */
function usageFilters(filters: object = {}): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(filters).map(([name, value]) => [name.replace(/^label:/, 'label.'), value]),
  );
}
