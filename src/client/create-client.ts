import type { MetricEventInput } from '../events/metric-event.js';
import { createAlertsClient } from './alerts-client.js';
import { ApiError } from './api-error.js';
import { createBudgetsClient } from './budgets-client.js';
import { type CallerOptions, createHttpCaller } from './http-caller.js';
import type { ClientKey, Readiness } from './keys.js';
import { labelled, usageFilters } from './label-query.js';
import type { ClientProject } from './operations.js';
import { readTail } from './read-tail.js';
import type { Counts, RunfoldClient } from './runfold-client.js';

/** The address of the service, and the key. */
export type ClientOptions = CallerOptions;

/** A client of the HTTP service that needs only `fetch`. */
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
  const post = async <T>(path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await caller.call('POST', path, { body: JSON.stringify(body), headers });
    return (await response.json()) as T;
  };
  const remove = async <T>(path: string): Promise<T | undefined> => {
    try {
      return (await (await caller.call('DELETE', path)).json()) as T;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_found') return undefined;
      throw error;
    }
  };
  const rejectPath = (id: string, rest = '') => `/v1/rejects/${encodeURIComponent(id)}${rest}`;
  const runPath = (run_id: string, rest = '') => `/v1/runs/${encodeURIComponent(run_id)}${rest}`;
  const sessionPath = (id: string, rest = '') => `/v1/sessions/${encodeURIComponent(id)}${rest}`;
  return {
    async emit(events, { wait } = {}) {
      const list = [events].flat().map((event) => withId(event));
      const response = await caller.call('POST', '/v1/events', {
        query: { ids: true, wait },
        body: JSON.stringify(list),
        headers: { 'content-type': 'application/json' },
      });
      return { ids: [], faults: [], ...((await response.json()) as Counts) };
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
    listKeys: async () => (await get<{ readonly items: readonly ClientKey[] }>('/v1/keys')).items,
    async createKey(options) {
      const response = await caller.call('POST', '/v1/keys', {
        body: JSON.stringify(options),
        headers: { 'content-type': 'application/json' },
      });
      return (await response.json()) as ClientKey & { readonly key: string };
    },
    async revokeKey({ id }) {
      try {
        const response = await caller.call('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
        return (await response.json()) as ClientKey;
      } catch (error) {
        if (error instanceof ApiError && error.code === 'not_found') return undefined;
        throw error;
      }
    },
    ...createAlertsClient(caller),
    ...createBudgetsClient(caller),
    signIn: (body) => post('/v1/sign-in', body),
    signOut: async (body = {}) => void (await post('/v1/sign-out', body)),
    listProjects: async () =>
      (await get<{ readonly items: readonly ClientProject[] }>('/v1/projects')).items,
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
