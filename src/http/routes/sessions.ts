import { z } from 'zod';
import { getAgno2SessionMetrics } from '../../query/agno/agno2-run-metrics.js';
import { getSessionMetrics } from '../../query/agno/session-metrics.js';
import { getSession, listSessions } from '../../query/totals/sessions.js';
import { countWaitingSpans } from '../../query/waiting/waiting-spans.js';
import { notFound } from '../problems/problem.js';
import { agnoVersion, sessionMetricsSchema } from '../route/agno-schema.js';
import { pageOf, sessionSchema } from '../route/answer-schema.js';
import { name, page, timeRange } from '../route/parameters.js';
import { route } from '../route/route.js';
import { waitingHeaders } from './runs.js';

const params = z.strictObject({ session_id: name('The conversation') });

export const sessionRoutes = [
  route({
    method: 'GET',
    path: '/v1/sessions',
    id: 'listSessions',
    tag: 'sessions',
    summary: 'List sessions, newest start first',
    description:
      '`Runfold-Waiting-Spans` says how many spans of the project are in no total yet, up to 1000. ' +
      'Cheap without filters, by time or by `user_id`. The other filters read sessions from the ' +
      'newest until the page is full: bound them by time where matches are rare.',
    scope: 'read',
    example: { user_id: 'user-1', limit: 10 },
    query: z.strictObject({
      user_id: name('Only for this user').optional(),
      agent_id: name('Only of this agent').optional(),
      team_id: name('Only of this team').optional(),
      workflow_id: name('Only of this workflow').optional(),
      model: name('Only where this model answered last').optional(),
      ...timeRange('started'),
      ...page,
    }),
    answers: { 200: { description: 'A page of sessions', schema: pageOf(sessionSchema) } },
    async handle({ service, project, query }) {
      const [body, waiting] = await Promise.all([
        listSessions(service.database, { ...query, project }),
        countWaitingSpans(service.database, { project }),
      ]);
      return { body, headers: waitingHeaders(waiting) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/sessions/{session_id}',
    id: 'getSession',
    tag: 'sessions',
    summary: 'Read the totals of a session',
    scope: 'read',
    params,
    answers: { 200: { description: 'The totals', schema: sessionSchema } },
    problems: [404],
    async handle({ service, project, params: { session_id } }) {
      const session = await getSession(service.database, { session_id, project });
      if (session === undefined) throw notFound('a session', session_id);
      return { body: session };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/sessions/{session_id}/metrics',
    id: 'getSessionMetrics',
    tag: 'sessions',
    summary: "Read a session's metrics in Agno's shape",
    description: 'With `agno=2` as `SessionMetrics` of Agno 2.x.',
    scope: 'read',
    params,
    query: z.strictObject(agnoVersion),
    answers: { 200: { description: 'The metrics', schema: sessionMetricsSchema } },
    problems: [404],
    async handle({ service, project, params: { session_id }, query: { agno } }) {
      const read = agno === '2' ? getAgno2SessionMetrics : getSessionMetrics;
      const metrics = await read(service.database, { session_id, project });
      if (metrics === undefined) throw notFound('a session', session_id);
      return { body: metrics };
    },
  }),
];
